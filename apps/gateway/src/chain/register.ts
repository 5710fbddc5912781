import { equal, utf8 } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { peerIdBytes } from '@cess/network'
import type { GatewayContext } from '../context.ts'
import { GatewayError, reasonOf } from '../errors.ts'
import { chainErrorOf } from './errors.ts'

const MAX_DOMAIN = 200

/** Tells the chain who this gateway is and where it answers, unless it knows that already. */
export async function registerGateway(
  ctx: GatewayContext,
  peerId: string,
  domain: string,
): Promise<void> {
  const { chain, pair, account } = ctx
  const wanted = { endpoint: peerIdBytes(peerId), domain: utf8(domain) }
  if (wanted.domain.length > MAX_DOMAIN)
    throw new GatewayError('CONFIG', `--domain has at most ${MAX_DOMAIN} bytes. Use a shorter one.`)
  const { query } = await chain.best()
  const known = await query.Oss.Oss(account)
  if (known && equal(known.peerId, wanted.endpoint) && equal(known.domain, wanted.domain)) return
  const call = known ? chain.tx.Oss.update(wanted) : chain.tx.Oss.register(wanted)
  await chain.submit(pair, call, { until: 'inBlock' })
  ctx.logger.info({ account: ss58Encode(account), domain }, 'The gateway is registered on chain')
}

const RETRY_MS = 10_000

/** Tries until it works: an account without balance waits, and says what it waits for. */
export async function untilDone<T>(
  ctx: GatewayContext,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  for (;;)
    try {
      return await work()
    } catch (error) {
      ctx.signal.throwIfAborted()
      if (error instanceof GatewayError || chainErrorOf(error) !== undefined) throw error
      const account = ss58Encode(ctx.account)
      const { query } = await ctx.chain.best().catch(() => ({ query: undefined }))
      const free = (await query?.System.Account(ctx.account).catch(() => undefined))?.data.free
      const poor = free !== undefined && free < 10n ** 18n
      ctx.logger.warn(
        { account, reason: reasonOf(error) },
        poor
          ? `${what} waits: the account ${account} needs at least one token for fees. Send it some.`
          : `${what} waits: the chain did not take the transaction.`,
      )
      await ctx.clock.sleep(RETRY_MS, ctx.signal)
    }
}
