import { concat } from '@cess/bytes'
import { type StorageClient, StorageRefusal } from '@cess/network'
import { ProxyError, type ProxyRole } from '@cess/proxy'
import type { GatewayContext } from '../context.ts'
import { codeOf, GatewayError, reasonOf } from '../errors.ts'
import type { Miners } from '../miners/miners.ts'
import { bodyOf } from './body.ts'
import { parseAccount } from './encoding.ts'
import { type Handler, ok } from './exchange.ts'
import { html } from './respond.ts'
import { bodyLimits } from './uploads.ts'

export interface ShareDeps {
  readonly ctx: GatewayContext
  readonly miners: Miners
  readonly client: StorageClient
  /** This gateway's own role as a proxy, if it has one. */
  readonly proxy: ProxyRole | undefined
}

/** Longest request of a share. */
const MAX_REQUEST = 512

/**
 * `POST /share/:proxy`: takes a signed request of a share (SCALE, @cess/proxy) to a proxy and its answer back. What passes
 * here is of use to the grantee alone, and the proxy judges who may have it.
 */
export const shareRoute =
  ({ ctx, miners, client, proxy: own }: ShareDeps): Handler =>
  async (x) => {
    const proxy = parseAccount(x.params['proxy']!)
    const parts: Uint8Array[] = []
    for await (const part of bodyOf(x, bodyLimits(ctx, MAX_REQUEST))) parts.push(part.slice())
    try {
      if (own && proxy === ctx.account)
        return ok({ answer: (await own.share(concat(...parts))).toHex() })
      const answer = await miners.exchange(
        proxy,
        'share',
        (peer) => client.share(peer, concat(...parts)),
        x.signal,
      )
      return ok({ answer: answer.toHex() })
    } catch (error) {
      if (error instanceof ProxyError)
        throw new GatewayError('NO_SHARE', error.message, { refusal: error.code })
      if (error instanceof StorageRefusal)
        throw new GatewayError('NO_SHARE', error.message, { refusal: error.code })
      if (codeOf(error) === 'UNSUPPORTED')
        throw new GatewayError('NO_SHARE', 'This miner is no proxy. Ask another one.')
      if (error instanceof GatewayError || codeOf(error) === undefined) throw error
      throw new GatewayError(
        'UNAVAILABLE',
        `The proxy does not answer (${reasonOf(error)}). Ask another one.`,
      )
    }
  }

/** `GET /shared/:fid`: where links to shared files lead in a browser. The key is behind the #, and stays there. */
export const linkRoute = (): Handler => async (x) =>
  html(
    x,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="referrer" content="no-referrer"><title>A shared file</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1.5rem;color:#1b1f24}code{background:#f0f2f4;padding:.15rem .35rem;border-radius:.25rem;overflow-wrap:anywhere}</style></head><body><h1>A file is shared with you</h1><p>Its key is in the address of this page, behind the #. Browsers send that part to nobody, and this gateway cannot read the file.</p><p>Get it with the CESS command line, with the whole address in quotes:</p><p><code>cess get 'ADDRESS'</code></p><p>File <code>${x.params['fid']}</code></p></body></html>
`,
  )
