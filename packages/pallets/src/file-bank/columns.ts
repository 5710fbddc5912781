import type { AccountId, FileId } from '@cess/bytes'
import type { BoundMap } from '@cess/frame'
import { add, append, locate, type Nodes, removeLast, total } from './fenwick.ts'
import type { Column } from './types.ts'

/** A byte of a miner's data, found by its offset: the fragment that it is in and where. */
export interface Sample {
  readonly fragment: Uint8Array
  readonly fragmentBytes: number
  /** Offset in the fragment. */
  readonly offset: number
  readonly tagger: number | undefined
}

/** State of the columns: by file, by miner, and their sizes as a Fenwick tree for each miner. */
export interface ColumnStorage {
  readonly Column: BoundMap<readonly [FileId, number], Column>
  readonly MinerColumn: BoundMap<readonly [AccountId, number], { file: FileId; index: number }>
  readonly ColumnCount: BoundMap<readonly [AccountId], number, number>
  readonly ColumnWeights: BoundMap<readonly [AccountId, number], bigint, bigint>
}

/** Adds and removes columns, and draws bytes from a miner's data evenly, each at O(log n). */
export function columnsOf(storage: ColumnStorage) {
  const nodesOf = (miner: AccountId): Nodes => ({
    get: (node) => storage.ColumnWeights.get(miner, node),
    put: (node, sum) => storage.ColumnWeights.put(miner, node, sum),
    remove: (node) => storage.ColumnWeights.remove(miner, node),
  })
  return {
    add(file: FileId, index: number, made: Omit<Column, 'position'>): void {
      const { miner } = made
      const position = storage.ColumnCount.get(miner)
      storage.Column.put(file, index, { ...made, position })
      storage.MinerColumn.put(miner, position, { file, index })
      append(nodesOf(miner), position, made.bytes)
      storage.ColumnCount.put(miner, position + 1)
    },
    /** Takes the column away; the miner's last one moves into its place. */
    remove(file: FileId, index: number): Column | undefined {
      const gone = storage.Column.take(file, index)
      if (!gone) return undefined
      const { miner } = gone
      const count = storage.ColumnCount.get(miner)
      const nodes = nodesOf(miner)
      const moved = storage.MinerColumn.take(miner, count - 1)!
      if (gone.position !== count - 1) {
        const last = storage.Column.get(moved.file, moved.index)!
        add(nodes, count, gone.position, last.bytes - gone.bytes)
        storage.Column.put(moved.file, moved.index, { ...last, position: gone.position })
        storage.MinerColumn.put(miner, gone.position, moved)
      }
      removeLast(nodes, count)
      if (count === 1) storage.ColumnCount.remove(miner)
      else storage.ColumnCount.put(miner, count - 1)
      return gone
    },
    /** The last of a miner's columns: the one that is cheapest to take away. */
    lastOf(miner: AccountId): { readonly file: FileId; readonly index: number } | undefined {
      const count = storage.ColumnCount.get(miner)
      return count === 0 ? undefined : storage.MinerColumn.get(miner, count - 1)
    },
    /** Bytes that the miner holds. */
    bytesOf: (miner: AccountId): bigint => total(nodesOf(miner), storage.ColumnCount.get(miner)),
    /** Finds the byte at an offset of everything that the miner holds. Made for many draws: it reads nothing twice. */
    sampler(miner: AccountId): (offset: bigint) => Sample {
      const count = storage.ColumnCount.get(miner)
      const stored = nodesOf(miner)
      const sums = new Map<number, bigint>()
      const nodes: Nodes = {
        ...stored,
        get(node) {
          const known = sums.get(node) ?? stored.get(node)
          sums.set(node, known)
          return known
        },
      }
      const known = new Map<number, Column>()
      const columnAt = (position: number): Column => {
        let found = known.get(position)
        if (!found) {
          const { file, index } = storage.MinerColumn.get(miner, position)!
          found = storage.Column.get(file, index)!
          known.set(position, found)
        }
        return found
      }
      return (offset) => {
        const found = locate(nodes, count, offset)
        const { ids, fragmentBytes, lastBytes, tagger } = columnAt(found.index)
        const within = Number(found.within)
        const last = ids.length / 32 - 1
        const segment = Math.min(Math.floor(within / fragmentBytes), last)
        return {
          fragment: ids.slice(segment * 32, segment * 32 + 32),
          fragmentBytes: segment === last ? lastBytes : fragmentBytes,
          offset: within - segment * fragmentBytes,
          tagger,
        }
      }
    },
  }
}
export type Columns = ReturnType<typeof columnsOf>
