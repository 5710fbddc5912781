import type { Hash } from '@cess/bytes'
import type { Extrinsic } from '@cess/primitives'
import type { ChainEvent } from '../api.ts'
import { boundedMap } from '../bounded.ts'
import type { Entry, Tag } from './entry.ts'
import { termsOf } from './entry.ts'
import { MAX_FOREIGN } from './limits.ts'
import type { Maintenance } from './maintain.ts'
import { evict, type PoolState } from './state.ts'
import { extrinsicHash, validate } from './validate.ts'

/** Blocks whose tags are kept for the case that they are retracted. */
const REMEMBERED_BLOCKS = 1024

/**
 * What the pool does when the best chain changes. What a block includes leaves at once, so that the next
 * block is not built from it; what needs signatures goes to `maintenance`.
 */
export function createFollower(
  state: PoolState,
  maintenance: Maintenance,
): (event: ChainEvent) => void {
  const { bans, chain, graph, watchers } = state
  const tagsOf = boundedMap<Hash, readonly Tag[]>(REMEMBERED_BLOCKS)
  const isEmpty = (): boolean => graph.ready.size + graph.future.size === 0

  /** Tags of extrinsics that were never in this pool, as they were valid on the parent. */
  function foreignTags(parent: Hash, extrinsics: readonly Extrinsic[]): Tag[] {
    if (isEmpty()) return []
    const tags: Tag[] = []
    for (const extrinsic of extrinsics.slice(0, MAX_FOREIGN)) {
      const verdict = validate(chain, parent, 'InBlock', extrinsic)
      if (verdict?.type === 'Ok') tags.push(...termsOf(verdict.value, 0).provides)
    }
    return tags
  }

  function enact(block: Hash, included: Set<Hash>): void {
    const header = chain.header(block)
    const body = chain.body(block)
    if (!header || !body || (isEmpty() && watchers.size === 0)) return
    const tags: Tag[] = []
    const foreign: Extrinsic[] = []
    const hashes = body.map(extrinsicHash)
    for (const [i, hash] of hashes.entries()) {
      included.add(hash)
      const entry = graph.get(hash)
      if (!entry) {
        foreign.push(body[i]!)
        continue
      }
      tags.push(...entry.provides)
      graph.include(entry)
      bans.add(hash)
    }
    watchers.included(block, header.number, hashes)
    for (const tag of foreignTags(header.parentHash, foreign)) {
      tags.push(tag)
      graph.satisfy(tag)
    }
    // What provides the same is outdated, most likely.
    for (const tag of tags) maintenance.recheck(graph.offers(tag))
    tagsOf.set(block, tags)
  }

  function retract(block: Hash): Extrinsic[] {
    watchers.retracted(block)
    for (const tag of tagsOf.get(block) ?? []) graph.unsatisfy(tag)
    tagsOf.delete(block)
    return chain.body(block) ?? []
  }

  function expire(number: number): void {
    const over: Entry[] = []
    for (const shelf of [graph.ready, graph.future])
      for (const entry of shelf.values()) if (entry.validTill <= number) over.push(entry)
    for (const entry of over) evict(state, entry)
    watchers.expire(number)
  }

  function moved(retracted: readonly Hash[], enacted: readonly Hash[]): void {
    // A nonce that was next on a retracted block may be far off now, and nobody asked for what comes before it.
    const { bestNumber } = chain.info()
    if (retracted.length > 0) graph.distrust(bestNumber - enacted.length)
    const homeless = retracted.toReversed().flatMap(retract)
    const included = new Set<Hash>()
    for (const block of enacted) enact(block, included)
    expire(bestNumber)
    for (const extrinsic of homeless) {
      const hash = extrinsicHash(extrinsic)
      if (included.has(hash)) continue
      bans.lift(hash)
      maintenance.resubmit(hash, extrinsic)
    }
    maintenance.start()
  }

  return (event) => {
    if (event.retracted.length + event.enacted.length > 0) moved(event.retracted, event.enacted)
    if (event.type !== 'finalized') return
    for (const block of event.path) {
      watchers.finalized(block)
      tagsOf.delete(block)
    }
  }
}
