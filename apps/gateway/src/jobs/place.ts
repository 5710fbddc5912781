import type { AccountId, FileId } from '@cess/bytes'
import type { Layout } from '@cess/content'
import { ss58Encode } from '@cess/crypto'
import { NetworkError, StorageRefusal } from '@cess/network'
import { reassignMiner, submitReceipts } from '../chain/calls.ts'
import { chainErrorOf, isOutage } from '../chain/errors.ts'
import { GatewayError, reasonOf } from '../errors.ts'
import { type ColumnDeps, deliver } from './column.ts'
import { locate, type Whereabouts } from './locate.ts'
import { backoff } from './wait.ts'

type Deal = Extract<Whereabouts, { at: 'deal' }>

/** The deal is not open any more: it is complete, or its time is over. */
class DealOver extends Error {}

/** Failures of one miner before another one gets its column. */
const ATTEMPTS = 4
/** One that is full will not have room soon, and one that does not answer has had a minute by then. */
const ATTEMPTS_HOPELESS = 2
/** Pause when nobody can replace a miner, before it is asked again. */
const NOBODY_MS = 10_000

const attemptsFor = (error: unknown): number =>
  (error instanceof StorageRefusal && error.code === 'Full') ||
  (error instanceof NetworkError && error.code === 'TIMEOUT')
    ? ATTEMPTS_HOPELESS
    : ATTEMPTS

/**
 * Brings all columns of a deal to its miners and their receipts to the chain. Returns when the chain has them, or when
 * the deal is over: the caller looks what became of it.
 */
export async function placeDeal(
  deps: ColumnDeps,
  layout: Layout,
  path: string,
  deal: Deal,
): Promise<void> {
  const { ctx } = deps
  const fid = layout.fileId
  const logger = ctx.logger.child({ fid })
  const receipts = new Map<number, Uint8Array>()

  async function current(index: number): Promise<AccountId> {
    const now = await locate(ctx, fid)
    if (now.at !== 'deal' || !now.missing.includes(index)) throw new DealOver()
    return now.miners[index - 1]!
  }

  /** Asks the chain for another miner. False when it has none to give. */
  async function replace(index: number, miner: AccountId): Promise<boolean> {
    if ((await current(index)) !== miner) return true
    try {
      await reassignMiner(ctx, fid, index)
      ctx.metrics.replaced.inc()
      return true
    } catch (error) {
      const name = chainErrorOf(error)
      if (name === 'FileBank.NonExistent') throw new DealOver()
      if (name === undefined && !isOutage(error)) throw error
      logger.info({ index, reason: reasonOf(error) }, 'No other miner can take this column now')
      return false
    }
  }

  async function place(index: number): Promise<void> {
    let miner = deal.miners[index - 1]!
    for (let failures = 0; ; ) {
      try {
        receipts.set(index, await deliver(deps, { layout, path, index, miner }))
        return
      } catch (error) {
        ctx.signal.throwIfAborted()
        // Our own disk or threads: no other miner would help.
        if (error instanceof GatewayError) throw error
        failures++
        const told = { index, miner: ss58Encode(miner), failures, reason: reasonOf(error) }
        logger.info(told, 'A miner did not take its column')
        let pause = backoff(failures - 1)
        if (failures >= attemptsFor(error)) {
          if (await outlive(() => replace(index, miner))) [failures, pause] = [0, 0]
          else pause = NOBODY_MS
        }
        await ctx.clock.sleep(pause, ctx.signal)
        miner = await outlive(() => current(index))
      }
    }
  }

  /** Waits until the chain can be asked. */
  async function outlive<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        return await ask()
      } catch (error) {
        if (!isOutage(error)) throw error
        await ctx.clock.sleep(backoff(attempt), ctx.signal)
      }
  }

  const done = await Promise.allSettled(deal.missing.map(place))
  const broken = done.find((one) => one.status === 'rejected')
  if (broken?.reason instanceof DealOver) return
  if (broken) throw broken.reason
  await bringReceipts(deps, fid, receipts)
}

/** One transaction for all of them. A deal that changed meanwhile is looked at again by the caller. */
async function bringReceipts(
  { ctx }: ColumnDeps,
  fid: FileId,
  receipts: ReadonlyMap<number, Uint8Array>,
): Promise<void> {
  const list = [...receipts].map(([index, signature]) => ({ index, signature }))
  try {
    await submitReceipts(ctx, fid, list)
  } catch (error) {
    if (chainErrorOf(error) === undefined) throw error
    ctx.logger.info({ fid, reason: reasonOf(error) }, 'The receipts came too late')
  }
}
