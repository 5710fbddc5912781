import { type AccountId, concat, type FileId } from '@cess/bytes'
import { FRAGMENTS, fragmentSize, segmentLengths } from '@cess/primitives'
import { agendaOf } from '../agenda.ts'
import type { SminerApi } from '../sminer/pallet.ts'
import type { StorageHandlerApi } from '../storage-handler/pallet.ts'
import { drawMiners } from './draw.ts'
import type { FileBankBase } from './storage.ts'
import {
  type DealAssignment,
  type DealInfo,
  MAX_CLAIMS,
  MAX_DROPPED,
  type UserBrief,
} from './types.ts'

/** Deals whose time ends in one block. */
const PER_BLOCK = 20

/** What deals need of the pallets around. */
export interface DealDeps extends FileBankBase {
  readonly miners: () => SminerApi
  readonly territories: () => StorageHandlerApi
  readonly random: (subject: Uint8Array) => Uint8Array
  readonly now: () => number
  /** Blocks that miners have to take one segment each, and to begin with. */
  readonly blocks: { readonly base: number; readonly perSegment: number }
}

/**
 * Deals: from the declaration until all miners have the data, or the time is over.
 *
 * Anybody who knows a file's ids can declare it, so somebody may be faster than its owner. That must neither keep the
 * owner out nor give the file away: whoever declares it too while the deal is open has a claim, with space locked and
 * all rights of the first, and owns the file as well once it is stored. In such a contested deal a miner is left alone
 * for a while before it can be replaced, so that nobody can undo what another gateway is delivering.
 */
export function dealsOf(deps: DealDeps) {
  const { storage, errors, now, blocks } = deps
  const agenda = agendaOf(
    { entries: storage.DealDeadline, counts: storage.DealDeadlineCounter },
    PER_BLOCK,
  )
  const contestedBlocks = Math.ceil(blocks.base / 10)
  const candidates = (bytes: bigint) => {
    const { registry, space } = deps.miners()
    return {
      count: registry.count,
      at: registry.at,
      fits: (miner: AccountId) => space.canTake(miner, bytes),
    }
  }
  const columnBytesOf = (fileSize: bigint): bigint =>
    BigInt(segmentLengths(Number(fileSize)).reduce((sum, n) => sum + fragmentSize(n), 0))
  const get = (hash: FileId): DealInfo => {
    const found = storage.DealMap.get(hash)
    if (!found) throw errors.NonExistent()
    return found
  }
  const assignment = (hash: FileId): DealAssignment => {
    const found = storage.DealAssignment.get(hash)
    if (!found) throw errors.NonExistent()
    return found
  }
  const lockSpace = ({ user, territoryName }: UserBrief, columnBytes: bigint): void =>
    deps.territories().space.lock(user, territoryName, columnBytes * BigInt(FRAGMENTS))
  const remove = (hash: FileId): void => {
    agenda.remove(assignment(hash).deadline, hash)
    storage.DealMap.remove(hash)
    storage.DealAssignment.remove(hash)
    storage.DealClaims.remove(hash)
  }
  /** Who declared the file, in order: whose it will be, and the operator of each. */
  const parties = (hash: FileId) => [
    { user: get(hash).user, operator: assignment(hash).operator },
    ...storage.DealClaims.get(hash),
  ]
  return {
    get,
    assignment,
    parties,
    remove,
    /** Locks space on both sides and gives every fragment column a miner. Returns how many miners were considered. */
    open(hash: FileId, deal: DealInfo, operator: AccountId): number {
      const columnBytes = columnBytesOf(deal.fileSize)
      lockSpace(deal.user, columnBytes)
      const seed = deps.random(Uint8Array.fromHex(hash))
      const { miners, looked } = drawMiners(candidates(columnBytes), seed, FRAGMENTS)
      if (miners.length < FRAGMENTS) throw errors.MinerPowerInsufficient()
      for (const miner of miners) deps.miners().space.lock(miner, columnBytes)
      const time = blocks.base + deal.segmentList.length * blocks.perSegment
      const deadline = agenda.add(now() + time, hash)
      if (deadline === undefined) throw errors.StorageLimitReached()
      const assigned = miners.map(() => now())
      storage.DealMap.put(hash, deal)
      storage.DealAssignment.put(hash, {
        miners,
        operator,
        deadline,
        columnBytes,
        dropped: [],
        assigned,
      })
      return looked
    },
    /** Another account declares the file of an open deal. */
    claim(hash: FileId, user: UserBrief, operator: AccountId): void {
      const known = parties(hash)
      if (known.some((p) => p.user.user === user.user)) throw errors.Existed()
      if (known.length > MAX_CLAIMS) throw errors.StorageLimitReached()
      lockSpace(user, assignment(hash).columnBytes)
      storage.DealClaims.mutate(hash, (claims) => [...claims, { user, operator }])
    },
    /** Gives the column of a miner that does not take it to another one. Returns both. */
    replace(hash: FileId, who: AccountId, index: number): { from: AccountId; to: AccountId } {
      const deal = get(hash)
      const before = assignment(hash)
      const known = parties(hash)
      if (!known.some((p) => who === p.operator || who === p.user.user)) throw errors.NoPermission()
      const from = before.miners[index]
      if (from === undefined) throw errors.MinerError()
      if (deal.completeList.some((c) => c.index === index + 1)) throw errors.RulesNotAllowed()
      const contested = known.length > 1 && now() < before.assigned[index]! + contestedBlocks
      if (contested) throw errors.RulesNotAllowed()
      const seed = deps.random(concat(Uint8Array.fromHex(hash), Uint8Array.of(index)))
      const excluded = [...before.miners, ...before.dropped]
      const [to] = drawMiners(candidates(before.columnBytes), seed, 1, excluded).miners
      if (to === undefined) throw errors.MinerPowerInsufficient()
      deps.miners().space.unlock(from, before.columnBytes)
      deps.miners().space.lock(to, before.columnBytes)
      storage.DealAssignment.put(hash, {
        ...before,
        miners: before.miners.with(index, to),
        dropped: [...before.dropped, from].slice(-MAX_DROPPED),
        assigned: before.assigned.with(index, now()),
      })
      return { from, to }
    },
    /** Ends the deals whose time is over, and gives all locked space back. Returns the owners of each. */
    endDue: (block: number): { hash: FileId; owners: AccountId[] }[] =>
      agenda.take(block).map((hash) => {
        const { miners, columnBytes } = assignment(hash)
        for (const miner of miners) deps.miners().space.unlock(miner, columnBytes)
        const users = parties(hash).map((p) => p.user)
        for (const { user, territoryName } of users)
          deps.territories().space.unlock(user, territoryName, columnBytes * BigInt(FRAGMENTS))
        remove(hash)
        return { hash, owners: users.map((u) => u.user) }
      }),
  }
}
export type Deals = ReturnType<typeof dealsOf>
