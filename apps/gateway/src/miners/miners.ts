import type { AccountId } from '@cess/bytes'
import { type Network, NetworkError, StorageRefusal } from '@cess/network'
import type { GatewayContext } from '../context.ts'
import { GatewayError, reasonOf } from '../errors.ts'
import { createRateLimit } from '../limits/rate.ts'
import { createSemaphore, type Semaphore } from '../limits/semaphore.ts'
import { createDirectory, type Directory } from './directory.ts'

export type StorageProtocol = 'put' | 'receipt' | 'tags' | 'get' | 'share'

/** Exchanges with miners, within what they allow a peer, and a memory of who does not answer. */
export interface Miners {
  /**
   * Connects to a miner and runs an exchange with it. Refusals of the miner pass through; so do failures, which count
   * against it for a while.
   */
  exchange<T>(
    miner: AccountId,
    protocol: StorageProtocol,
    run: (peer: string) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  /** Whether it failed to answer a moment ago. */
  isDown(miner: AccountId): boolean
  /** Lower is better: how long exchanges take, in milliseconds, more when they fail. */
  cost(miner: AccountId): number
  /** It sent something else than it should have: others are asked first from now on. */
  blame(miner: AccountId): void
  readonly directory: Directory
}

const WORST_MS = 60_000
/** A storage server serves a peer 8 streams of a protocol at a time, and begins 64 a second: we stay below. */
const STREAMS: Readonly<Record<StorageProtocol, number>> = {
  ...{ put: 4, receipt: 4, tags: 4, get: 6, share: 6 },
}
const PER_SECOND = 50
const DOWN_MS = 30_000
const KEPT = 20_000

interface Peer {
  readonly streams: Map<StorageProtocol, Semaphore>
  downUntil: number
  ms: number
}

export function createMiners(ctx: GatewayContext, network: Network): Miners {
  const directory = createDirectory(ctx)
  const records = new Map<AccountId, Peer>()
  const rate = createRateLimit(ctx.clock, PER_SECOND, PER_SECOND / 2)

  const recordOf = (miner: AccountId): Peer => {
    const held = records.get(miner)
    if (held) return held
    const [oldest] = records.keys()
    if (records.size >= KEPT && oldest !== undefined) records.delete(oldest)
    const made: Peer = { streams: new Map(), downUntil: 0, ms: 100 }
    records.set(miner, made)
    return made
  }
  const streamsOf = (record: Peer, protocol: StorageProtocol): Semaphore => {
    const held = record.streams.get(protocol) ?? createSemaphore(STREAMS[protocol])
    record.streams.set(protocol, held)
    return held
  }

  async function turn(name: string, signal: AbortSignal): Promise<void> {
    for (let wait = rate.take(name); wait > 0; wait = rate.take(name))
      await ctx.clock.sleep(wait, signal)
  }

  return {
    directory,
    isDown: (miner) => (records.get(miner)?.downUntil ?? 0) > ctx.clock.now(),
    cost: (miner) => records.get(miner)?.ms ?? 100,
    blame(miner) {
      const record = recordOf(miner)
      record.ms = Math.min(WORST_MS, record.ms * 4)
    },
    async exchange(miner, protocol, run, given) {
      const signal = given ? AbortSignal.any([given, ctx.signal]) : ctx.signal
      const record = recordOf(miner)
      const slot = await streamsOf(record, protocol).take(1, signal)
      const begun = ctx.clock.now()
      try {
        await turn(`${miner}/${protocol}`, signal)
        const { peer, addresses } = await directory.find(miner)
        await network.ensure(peer, addresses)
        signal.throwIfAborted()
        const result = await run(peer)
        record.downUntil = 0
        record.ms = 0.8 * record.ms + 0.2 * (ctx.clock.now() - begun)
        return result
      } catch (error) {
        // A refusal is an answer, and so is that a protocol is not served: anybody may ask a miner for shares that is no
        // proxy, and must not make it look as if it were gone. What we gave up, or could not do, is no fault of the miner.
        const ours = error instanceof GatewayError || signal.aborted
        const unsupported = error instanceof NetworkError && error.code === 'UNSUPPORTED'
        if (!(error instanceof StorageRefusal) && !unsupported && !ours) {
          record.downUntil = ctx.clock.now() + DOWN_MS
          record.ms = Math.min(WORST_MS, record.ms * 2)
          directory.forget(miner)
          ctx.metrics.minerErrors.inc(1, { protocol })
          ctx.logger.debug({ miner, protocol, reason: reasonOf(error) }, 'A miner did not answer')
        }
        throw error
      } finally {
        slot.free()
      }
    },
  }
}
