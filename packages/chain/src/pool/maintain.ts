import type { Hash } from '@cess/bytes'
import { equal } from '@cess/bytes'
import type { Logger } from '@cess/ports'
import type { Extrinsic } from '@cess/primitives'
import { type Entry, termsOf } from './entry.ts'
import { PoolError } from './errors.ts'
import { VERIFY_BATCH } from './limits.ts'
import { admit, evict, type PoolState } from './state.ts'
import { validate } from './validate.ts'

/** Work after a block that needs signatures verified, done in the pool's queue. */
export interface Maintenance {
  /** A transaction of a retracted block: back into the pool, if it is valid on the new chain. */
  resubmit(hash: Hash, extrinsic: Extrinsic): void
  /** Entries to validate again before any others. */
  recheck(entries: readonly Entry[]): void
  /** Queues all that, with the entries that were validated longest ago. */
  start(): void
}

interface Job {
  readonly extrinsic: Extrinsic
  run(): void
}

export function createMaintenance(state: PoolState, logger: Logger): Maintenance {
  const { chain, graph, limits, queue, watchers } = state
  const homeless = new Map<Hash, Extrinsic>()
  const suspects = new Set<Entry>()
  let scheduled = false

  const verdictOn = (source: Entry['source'], extrinsic: Extrinsic) =>
    validate(chain, chain.info().bestHash, source, extrinsic)

  function bringHome(hash: Hash, extrinsic: Extrinsic): void {
    if (graph.get(hash)) return
    const verdict = verdictOn('External', extrinsic)
    // No ban: inherents of the retracted block come this way too, and the fault is not the sender's.
    if (verdict?.type !== 'Ok') return watchers.emit(hash, { type: 'invalid' })
    try {
      admit(state, hash, extrinsic, 'External', verdict)
    } catch (error) {
      if (!(error instanceof PoolError)) throw error
      watchers.emit(hash, { type: 'dropped' })
    }
  }

  const sameTags = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
    a.length === b.length && a.every((tag, i) => equal(tag, b[i]!))

  function revalidate(entry: Entry): void {
    if (graph.get(entry.hash) !== entry) return
    const verdict = verdictOn(entry.source, entry.extrinsic)
    if (verdict?.type === 'Ok') {
      const { bestNumber } = chain.info()
      if (sameTags(verdict.value.provides, entry.providesBytes))
        graph.update(entry, termsOf(verdict.value, bestNumber))
      else {
        graph.remove(entry)
        bringHome(entry.hash, entry.extrinsic)
      }
    } else if (verdict?.value.type !== 'Unknown') evict(state, entry)
  }

  /** Entries that no block since was checked against, the longest unchecked first. */
  function oldest(): Entry[] {
    const { bestNumber } = chain.info()
    return [...graph.ready.values(), ...graph.future.values()]
      .filter((entry) => entry.checkedAt < bestNumber && !suspects.has(entry))
      .sort((a, b) => a.checkedAt - b.checkedAt || a.age - b.age)
      .slice(0, limits.revalidatePerBlock)
  }

  async function run(): Promise<void> {
    scheduled = false
    const jobs: Job[] = [
      ...[...homeless].map(([hash, extrinsic]) => ({
        extrinsic,
        run: () => bringHome(hash, extrinsic),
      })),
      ...[...suspects, ...oldest()].map((entry) => ({
        extrinsic: entry.extrinsic,
        run: () => revalidate(entry),
      })),
    ]
    homeless.clear()
    suspects.clear()
    for (let at = 0; at < jobs.length; at += VERIFY_BATCH) {
      const batch = jobs.slice(at, at + VERIFY_BATCH)
      await chain.prepare(
        chain.info().bestHash,
        batch.map((job) => job.extrinsic),
      )
      for (const job of batch)
        try {
          job.run()
        } catch (error) {
          logger.warn({ error }, 'a pool transaction could not be validated again')
        }
    }
  }

  return {
    resubmit(hash, extrinsic) {
      if (homeless.size < limits.count) homeless.set(hash, extrinsic)
      else watchers.emit(hash, { type: 'dropped' })
    },
    recheck(entries) {
      for (const entry of entries) suspects.add(entry)
    },
    start() {
      if (scheduled || homeless.size + suspects.size + graph.ready.size + graph.future.size === 0)
        return
      scheduled = true
      void queue.run(run)
    },
  }
}
