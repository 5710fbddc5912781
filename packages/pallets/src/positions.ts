import type { BoundMap, BoundValue } from '@cess/frame'

/** State of a list without order: what is at each position, where each thing is, and how many there are. */
export interface PositionsStorage<K> {
  readonly at: BoundMap<readonly [number], K>
  readonly of: BoundMap<readonly [K], number>
  readonly count: BoundValue<number, number>
}

/** A list to draw from: adding, removing and looking at any position take a few reads, however long it is. */
export function positionsOf<K>({ at, of, count }: PositionsStorage<K>) {
  return {
    count: (): number => count.get(),
    at: (position: number): K => at.get(position)!,
    has: (key: K): boolean => of.has(key),
    add(key: K): void {
      const position = count.get()
      at.put(position, key)
      of.put(key, position)
      count.put(position + 1)
    },
    /** The last one takes its place. False when it is not in the list. */
    remove(key: K): boolean {
      const hole = of.get(key)
      if (hole === undefined) return false
      const last = count.get() - 1
      const moved = at.get(last)!
      at.put(hole, moved)
      of.put(moved, hole)
      at.remove(last)
      of.remove(key)
      count.put(last)
      return true
    },
  }
}
