import type { BoundMap, BoundValue } from '@cess/frame'

/** Blocks that are looked at for room: the wanted one and those 1, 3, 7, 15 … after it. */
const PROBES = 16
/** Blocks that are caught up with at a time. */
const CATCH_UP = 32

/** State of an agenda: what happens in a block, and how much that is. */
export interface AgendaStorage<K> {
  readonly entries: BoundMap<readonly [number, K], boolean>
  readonly counts: BoundMap<readonly [number], number, number>
}

/**
 * Things that happen in a certain block, at most `perBlock` of them in each, so that no block's hooks grow with what
 * users did before. What does not fit happens in a later block, which is found in a bounded number of steps.
 */
export function agendaOf<K>({ entries, counts }: AgendaStorage<K>, perBlock: number) {
  return {
    /** Returns the block it will be; undefined when there is no room for a long time. */
    add(at: number, key: K): number | undefined {
      for (let probe = 0; probe < PROBES; probe++) {
        const block = at + 2 ** probe - 1
        const count = counts.get(block)
        if (count >= perBlock) continue
        entries.put(block, key, true)
        counts.put(block, count + 1)
        return block
      }
      return undefined
    },
    /** The same where it cannot fail, in hooks: one block may hold more than it should. */
    force(at: number, key: K): number {
      const found = this.add(at, key)
      if (found !== undefined) return found
      entries.put(at, key, true)
      counts.put(at, counts.get(at) + 1)
      return at
    },
    remove(at: number, key: K): void {
      if (!entries.has(at, key)) return
      entries.remove(at, key)
      const left = counts.get(at) - 1
      if (left > 0) counts.put(at, left)
      else counts.remove(at)
    },
    /** Takes everything of a block off the agenda. */
    take(block: number): K[] {
      const due = [...entries.entries(block)].map(([[, key]]) => key)
      for (const key of due) entries.remove(block, key)
      if (due.length > 0) counts.remove(block)
      return due
    },
  }
}

/**
 * Goes on with an agenda up to the block `now`, in order, as far as `limit` things go, and some blocks at a time.
 * Nothing may hang on the block in which a thing is brought, since full blocks have no time for it.
 */
export function bring<K>(
  agenda: { take(block: number): K[] },
  brought: BoundValue<number, number>,
  at: { readonly now: number; readonly limit: number; readonly perBlock: number },
  handle: (key: K, block: number) => void,
): { readonly things: number; readonly blocks: number } {
  const from = brought.get()
  let [block, things] = [from, 0]
  while (block < at.now && block - from < CATCH_UP && things + at.perBlock <= at.limit) {
    const due = agenda.take(++block)
    for (const key of due) handle(key, block)
    things += due.length
  }
  if (block > from) brought.put(block)
  return { things, blocks: block - from }
}
