import { type AccountId, concat, fromHex, utf8 } from '@cess/bytes'
import { ss58Encode, verifySignature } from '@cess/crypto'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import { parseAccount, parseSignature } from './encoding.ts'
import { type Exchange, header } from './exchange.ts'
import { parseMessage, type SignedMessage, unwrapped } from './message.ts'
import type { ReplayGuard } from './replay.ts'

/** Checks who has signed a request. */
export interface Authentication {
  /** The account that signed it. */
  signer(exchange: Exchange, options: SignerOptions): Promise<AccountId>
}

export interface SignerOptions {
  /** Whether the CESS SDK's messages do as well, which name no file and no gateway. */
  readonly sdk: boolean
  /** Whether an upload of this account began with this message: then it may end with it, a day later at most. */
  readonly began?: (owner: AccountId, message: string) => boolean
}

const WINDOW_MS = 5 * 60_000
const SDK_WINDOW_MS = 15 * 60_000
const SDK_LONGEST_MS = 24 * 60 * 60_000

export function createAuthentication(ctx: GatewayContext, replays: ReplayGuard): Authentication {
  function checkTime({ time, form }: SignedMessage, goesOn: boolean): void {
    const now = ctx.clock.now()
    const window = form === 'strict' ? WINDOW_MS : goesOn ? SDK_LONGEST_MS : SDK_WINDOW_MS
    if (time < now - window || time > now + WINDOW_MS)
      throw new GatewayError(
        'EXPIRED',
        `The signed message is of ${new Date(time).toISOString()}, and it is ${new Date(now).toISOString()} here. Sign a new one; check the clock of your machine.`,
        { now },
      )
  }

  function checkPurpose(x: Exchange, message: SignedMessage & { form: 'strict' }): void {
    let gateway: AccountId | undefined
    try {
      gateway = parseAccount(message.gateway)
    } catch {
      gateway = undefined
    }
    if (gateway !== ctx.account)
      throw new GatewayError(
        'FOREIGN',
        `The message is signed for another gateway. This one is ${ss58Encode(ctx.account)} (GET /version).`,
        { gateway: ss58Encode(ctx.account) },
      )
    const path = message.path.replace(/\/{2,}/g, '/')
    if (message.method !== x.request.method || path !== x.path)
      throw new GatewayError(
        'FOREIGN',
        `The message is signed for ${message.method} ${message.path.slice(0, 200)}, and this is ${x.request.method} ${x.path.slice(0, 200)}. Sign a message for each request.`,
      )
  }

  function checkSignature(account: AccountId, message: string, signature: Uint8Array): void {
    const key = fromHex(account)
    // Header bytes come as latin1; the signature is over the bytes.
    const text = new Uint8Array(Buffer.from(message, 'latin1'))
    const candidates: Uint8Array[] = [text]
    if (unwrapped(message) === message)
      candidates.push(concat(utf8('<Bytes>'), text, utf8('</Bytes>')))
    const good = candidates.some((bytes) =>
      (['sr25519', 'ed25519'] as const).some((s) => verifySignature(s, signature, bytes, key)),
    )
    if (!good)
      throw new GatewayError(
        'BAD_SIGNATURE',
        'The signature is not one of this account over this message. Sign exactly the text of the header Message with the key of Account (sr25519 or ed25519).',
      )
  }

  return {
    async signer(x, { sdk, began }) {
      if (header(x, 'ethacc') !== undefined) parseAccount(`0x${'00'.repeat(20)}`)
      const [account, message, signed] = ['account', 'message', 'signature'].map((n) =>
        header(x, n),
      )
      if (account === undefined || message === undefined || signed === undefined)
        throw new GatewayError(
          'UNSIGNED',
          'This request must be signed: it needs the headers Account, Message and Signature. The CESS SDK and `cess` send them.',
        )
      const who = parseAccount(account)
      const said = parseMessage(message)
      const signature = parseSignature(signed)
      if (!signature)
        throw new GatewayError(
          'BAD_SIGNATURE',
          'The header Signature must hold 64 bytes as hex or base58.',
        )
      if (said.form === 'sdk' && !sdk)
        throw new GatewayError(
          'FOREIGN',
          'The messages of the CESS SDK are good for uploads only. Sign "cess-gateway/1 …" for this request.',
        )
      checkTime(said, began?.(who, message) ?? false)
      if (said.form === 'strict') checkPurpose(x, said)
      checkSignature(who, message, signature)
      const fresh =
        said.form === 'sdk' ||
        (await replays.use(`${who} ${unwrapped(message)}`, said.time + WINDOW_MS + 1))
      if (!fresh)
        throw new GatewayError(
          'REPLAYED',
          'This signed message was used before. Sign a new one, with another nonce, for each request.',
        )
      return who
    },
  }
}
