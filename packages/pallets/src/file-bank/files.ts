import { type AccountId, concat, type FileId } from '@cess/bytes'
import {
  DATA_FRAGMENTS,
  FRAGMENTS,
  fragmentSize,
  segmentLengths,
  storedBytes,
} from '@cess/primitives'
import type { Holdings } from './buckets.ts'
import type { Columns } from './columns.ts'
import type { DealDeps, Deals } from './deals.ts'
import { type DealInfo, type FileInfo, OWNER_LIMIT, type UserBrief } from './types.ts'

interface FileDeps extends DealDeps {
  readonly deals: Deals
  readonly columns: Columns
  readonly holdings: Holdings
  /** Told of fragments that a miner does not have to keep any more. */
  readonly released: (miner: AccountId, fragmentIds: Uint8Array) => void
  /** Whose key a tagger number stands for. */
  readonly taggerOwner: (tagger: number) => AccountId | undefined
}

/** How much of the state an operation went through. */
interface Touched {
  readonly segments: number
  readonly columns: number
}

/** Stored files: made when a deal is complete, shared, tagged, lost with their miners, and deleted. */
export function filesOf(deps: FileDeps) {
  const { storage, emit, errors, now, deals, columns, holdings } = deps
  const territories = () => deps.territories().space
  const get = (hash: FileId): FileInfo => {
    const found = storage.File.get(hash)
    if (!found) throw errors.FileNonExistent()
    return found
  }
  const ownerOf = (info: FileInfo, user: AccountId): UserBrief => {
    const found = info.owner.find((o) => o.user === user)
    if (!found) throw errors.NotOwner()
    return found
  }
  const bytesOf = ({ fileSize }: Pick<FileInfo, 'fileSize'>): bigint =>
    BigInt(storedBytes(Number(fileSize)))

  /** Makes the file of a deal whose miners have all reported. */
  function complete(hash: FileId, deal: DealInfo): void {
    const { miners, columnBytes, operator } = deals.assignment(hash)
    const bytes = columnBytes * BigInt(FRAGMENTS)
    const parties = deals.parties(hash)
    // A territory that has expired meanwhile is being emptied: nothing may come into it behind that.
    const owner = parties
      .map((p) => p.user)
      .filter(({ user, territoryName }) => {
        const keeps = territories().keeps(user, territoryName)
        if (keeps) territories().use(user, territoryName, bytes)
        else territories().unlock(user, territoryName, bytes)
        return keeps
      })
    if (owner.length === 0) throw errors.NotActive()
    deals.remove(hash)
    storage.Operator.put(hash, operator)
    storage.MayTag.put(hash, [...new Set(parties.flatMap((p) => [p.operator, p.user.user]))])
    storage.File.put(hash, {
      segmentList: deal.segmentList.map((s) => ({
        hash: s.hash,
        fragmentList: s.fragmentList.map((id, i) => ({
          hash: id,
          avail: true,
          tag: undefined,
          miner: miners[i]!,
        })),
      })),
      owner,
      fileSize: deal.fileSize,
      completion: now(),
      stat: 'Active',
    })
    const lengths = segmentLengths(Number(deal.fileSize))
    miners.forEach((miner, index) => {
      deps.miners().space.serve(miner, columnBytes)
      columns.add(hash, index, {
        miner,
        bytes: columnBytes,
        ids: concat(...deal.segmentList.map((s) => Uint8Array.fromHex(s.fragmentList[index]!))),
        fragmentBytes: fragmentSize(lengths[0]!),
        lastBytes: fragmentSize(lengths.at(-1)!),
        tagger: undefined,
      })
    })
    territories().serve(bytes)
    for (const brief of owner) holdings.add(hash, brief, deal.fileSize)
    emit.StorageCompleted({ fileHash: hash })
  }

  return {
    /** What a file takes on all its miners together: what each of its owners is charged. */
    bytesOf,
    /** Notes that miners have their data of a deal; `index` counts from 1. The last ones complete the file. */
    report(hash: FileId, reports: readonly { index: number; miner: AccountId }[]): Touched {
      const deal = deals.get(hash)
      const { miners } = deals.assignment(hash)
      const done = [...deal.completeList]
      for (const { index, miner } of reports) {
        if (miners[index - 1] !== miner) throw errors.MinerError()
        if (done.some((c) => c.index === index)) throw errors.IsOwned()
        if (!deps.miners().registry.inService(miner)) throw errors.MinerStateError()
        done.push({ index, miner })
        emit.TransferReport({ acc: miner, dealHash: hash })
      }
      const next = { ...deal, completeList: done }
      const last = done.length === FRAGMENTS
      if (last) complete(hash, next)
      else storage.DealMap.put(hash, next)
      return { segments: deal.segmentList.length, columns: last ? FRAGMENTS : 0 }
    },
    /** Another account declares a stored file: it pays for the space and owns the file too. */
    share(hash: FileId, info: FileInfo, brief: UserBrief): void {
      if (info.owner.some((o) => o.user === brief.user)) throw errors.Existed()
      if (info.owner.length >= OWNER_LIMIT) throw errors.StorageLimitReached()
      if (info.stat === 'Missing') throw errors.Unprepared()
      territories().take(brief.user, brief.territoryName, bytesOf(info))
      storage.File.put(hash, { ...info, owner: [...info.owner, brief] })
      holdings.add(hash, brief, info.fileSize)
    },
    /** Takes a file away from an owner, and everywhere when it was the last one. */
    remove(hash: FileId, user: AccountId): Touched {
      const info = get(hash)
      const brief = ownerOf(info, user)
      territories().free(user, brief.territoryName, bytesOf(info))
      holdings.remove(hash, brief)
      const owner = info.owner.filter((o) => o.user !== user)
      const segments = info.segmentList.length
      if (owner.length > 0) {
        storage.File.put(hash, { ...info, owner })
        return { segments, columns: 0 }
      }
      for (let index = 0; index < FRAGMENTS; index++) {
        const gone = columns.remove(hash, index)
        if (gone) {
          deps.miners().space.release(gone.miner, gone.bytes)
          deps.released(gone.miner, gone.ids)
          territories().serve(-gone.bytes)
        } else storage.LostColumn.remove(hash, index)
      }
      storage.TagCount.remove(hash)
      storage.MayTag.remove(hash)
      storage.Operator.remove(hash)
      storage.File.remove(hash)
      return { segments, columns: FRAGMENTS }
    },
    /** Counts a file to another territory of its owner. Returns how many segments it has. */
    deliver(hash: FileId, user: AccountId, target: Uint8Array): number {
      const info = get(hash)
      const brief = ownerOf(info, user)
      territories().shift(user, brief.territoryName, target, bytesOf(info))
      const moved = { ...brief, territoryName: target }
      const owner = info.owner.map((o) => (o === brief ? moved : o))
      storage.File.put(hash, { ...info, owner })
      holdings.remove(hash, brief)
      holdings.add(hash, moved, info.fileSize)
      return info.segmentList.length
    },
    /** Writes off one column of a miner that is out of service; false when it has none left. */
    lose(miner: AccountId): boolean {
      const last = columns.lastOf(miner)
      if (!last) return false
      const { file: hash, index } = last
      const gone = columns.remove(hash, index)!
      deps.miners().space.release(miner, gone.bytes)
      deps.released(miner, gone.ids)
      territories().serve(-gone.bytes)
      storage.LostColumn.put(hash, index, { miner, since: now() })
      if (gone.tagger !== undefined) storage.TagCount.mutate(hash, (n) => n - 1)
      const info = get(hash)
      const lost = [...storage.LostColumn.entries(hash)].length
      storage.File.put(hash, {
        ...info,
        stat: FRAGMENTS - lost < DATA_FRAGMENTS ? 'Missing' : 'Recovery',
        segmentList: info.segmentList.map((s) => ({
          ...s,
          fragmentList: s.fragmentList.map((f, i) => (i === index ? { ...f, avail: false } : f)),
        })),
      })
      emit.ColumnLost({ miner, fileHash: hash, index: index + 1 })
      return true
    },
    /**
     * Notes that a miner has checked the tags of a file. Only keys of those who declared it count: with a key of its
     * own a miner could make tags for data that it does not have. Returns how many segments it had to change.
     */
    confirm(miner: AccountId, hash: FileId, index: number, tagger: number): number {
      const held = storage.Column.get(hash, index)
      if (held?.miner !== miner) throw errors.MinerError()
      const signer = deps.taggerOwner(tagger)
      if (signer === undefined) throw errors.NonExistent()
      if (!storage.MayTag.get(hash).includes(signer)) throw errors.NoPermission()
      if (held.tagger !== undefined) throw errors.Calculate()
      storage.Column.put(hash, index, { ...held, tagger })
      const count = storage.TagCount.mutate(hash, (n) => n + 1)
      emit.CalculateReport({ miner, fileHash: hash })
      if (count < FRAGMENTS) return 0
      const info = get(hash)
      storage.File.put(hash, {
        ...info,
        segmentList: info.segmentList.map((s) => ({
          ...s,
          fragmentList: s.fragmentList.map((f) => ({ ...f, tag: now() })),
        })),
      })
      return info.segmentList.length
    },
  }
}
export type Files = ReturnType<typeof filesOf>
