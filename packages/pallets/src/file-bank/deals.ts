import { type AccountId, concat, type FileId } from '@cess/bytes'
import type { BoundMap, DispatchError } from '@cess/frame'
import { FRAGMENTS, fragmentSize, segmentLengths } from '@cess/primitives'
import type { SminerApi } from '../sminer/pallet.ts'
import type { StorageHandlerApi } from '../storage-handler/pallet.ts'
import { drawMiners } from './draw.ts'
import type { DealAssignment, DealInfo, UserBrief } from './types.ts'

/** Times that miners of one deal can be replaced. */
const MAX_DROPPED = 48

export interface DealStorage {
  readonly DealMap: BoundMap<readonly [FileId], DealInfo>
  readonly DealAssignment: BoundMap<readonly [FileId], DealAssignment>
  readonly DealDeadline: BoundMap<readonly [number, FileId], boolean>
}

/** What deals need of the pallets around. */
export interface DealDeps {
  readonly storage: DealStorage
  readonly miners: () => SminerApi
  readonly territories: () => StorageHandlerApi
  readonly random: (subject: Uint8Array) => Uint8Array
  readonly now: () => number
  /** Blocks that miners have to take one segment each, and to begin with. */
  readonly blocks: { readonly base: number; readonly perSegment: number }
  readonly errors: {
    readonly MinerPowerInsufficient: () => DispatchError
    readonly NonExistent: () => DispatchError
    readonly RulesNotAllowed: () => DispatchError
  }
}

/** Deals: from the declaration until all miners have the data, or the time is over. */
export function dealsOf(deps: DealDeps) {
  const { storage, errors } = deps
  const candidates = (bytes: bigint) => {
    const miners = deps.miners()
    return { count: miners.count, at: miners.at, fits: (m: AccountId) => miners.canTake(m, bytes) }
  }
  const assignment = (hash: FileId): DealAssignment => {
    const found = storage.DealAssignment.get(hash)
    if (!found) throw errors.NonExistent()
    return found
  }
  const remove = (hash: FileId): void => {
    storage.DealDeadline.remove(assignment(hash).deadline, hash)
    storage.DealMap.remove(hash)
    storage.DealAssignment.remove(hash)
  }
  return {
    assignment,
    remove,
    /** Locks space on both sides and gives every fragment column a miner. */
    open(hash: FileId, deal: DealInfo, operator: AccountId): void {
      const lengths = segmentLengths(Number(deal.fileSize))
      const columnBytes = BigInt(lengths.reduce((sum, n) => sum + fragmentSize(n), 0))
      const { user, territoryName } = deal.user
      deps.territories().lock(user, territoryName, columnBytes * BigInt(FRAGMENTS))
      const seed = deps.random(concat(Uint8Array.fromHex(hash)))
      const miners = drawMiners(candidates(columnBytes), seed, FRAGMENTS)
      if (miners.length < FRAGMENTS) throw errors.MinerPowerInsufficient()
      for (const miner of miners) deps.miners().lock(miner, columnBytes)
      const deadline = deps.now() + deps.blocks.base + lengths.length * deps.blocks.perSegment
      storage.DealMap.put(hash, deal)
      storage.DealAssignment.put(hash, { miners, operator, deadline, columnBytes, dropped: [] })
      storage.DealDeadline.put(deadline, hash, true)
    },
    /** Gives the column of a miner that does not take it to another one. */
    replace(hash: FileId, deal: DealInfo, index: number): AccountId {
      const before = assignment(hash)
      const old = before.miners[index]
      if (old === undefined || deal.completeList.some((c) => c.index === index + 1))
        throw errors.RulesNotAllowed()
      if (before.dropped.length >= MAX_DROPPED) throw errors.RulesNotAllowed()
      const seed = deps.random(concat(Uint8Array.fromHex(hash), Uint8Array.of(index)))
      const excluded = [...before.miners, ...before.dropped]
      const [miner] = drawMiners(candidates(before.columnBytes), seed, 1, excluded)
      if (miner === undefined) throw errors.MinerPowerInsufficient()
      deps.miners().unlock(old, before.columnBytes)
      deps.miners().lock(miner, before.columnBytes)
      storage.DealAssignment.put(hash, {
        ...before,
        miners: before.miners.map((m, i) => (i === index ? miner : m)),
        dropped: [...before.dropped, old],
      })
      return miner
    },
    /** Ends a deal without a file and gives all locked space back. */
    cancel(hash: FileId): UserBrief {
      const { user } = storage.DealMap.get(hash)!
      const { miners, columnBytes } = assignment(hash)
      for (const miner of miners) deps.miners().unlock(miner, columnBytes)
      const bytes = columnBytes * BigInt(FRAGMENTS)
      deps.territories().unlock(user.user, user.territoryName, bytes)
      remove(hash)
      return user
    },
    /** Deals whose time ends in this block. */
    due: (block: number): FileId[] =>
      [...storage.DealDeadline.entries(block)].map(([[, hash]]) => hash),
  }
}
