import type { Hash } from '@cess/bytes'
import { before, type Entry } from './entry.ts'

/** Entries by hash with their size: the ready ones, or the future ones. */
export interface Shelf {
  readonly size: number
  readonly bytes: number
  has(hash: Hash): boolean
  get(hash: Hash): Entry | undefined
  add(entry: Entry): void
  delete(entry: Entry): boolean
  /** The one to drop first: lowest priority, of equals the youngest. Cost: a pass over all. */
  worst(): Entry | undefined
  values(): Iterable<Entry>
}

export function createShelf(): Shelf {
  const entries = new Map<Hash, Entry>()
  let bytes = 0
  return {
    get size() {
      return entries.size
    },
    get bytes() {
      return bytes
    },
    has: (hash) => entries.has(hash),
    get: (hash) => entries.get(hash),
    add(entry) {
      entries.set(entry.hash, entry)
      bytes += entry.extrinsic.length
    },
    delete(entry) {
      if (!entries.delete(entry.hash)) return false
      bytes -= entry.extrinsic.length
      return true
    },
    worst() {
      let worst: Entry | undefined
      for (const entry of entries.values()) if (!worst || before(worst, entry)) worst = entry
      return worst
    },
    values: () => entries.values(),
  }
}
