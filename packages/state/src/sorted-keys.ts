import type { StateKey } from '@cess/primitives'

/** Up to so many new keys are put in one by one; more are sorted in together. */
const ONE_BY_ONE = 32

/** Keys in byte order that are added in any order and never removed. */
export interface SortedKeys {
  /** The key must be new. */
  add(key: StateKey): void
  /** The first key after `key` that `wanted` accepts. */
  after(key: StateKey, wanted: (key: StateKey) => boolean): StateKey | undefined
}

export function createSortedKeys(): SortedKeys {
  let sorted: StateKey[] = []
  let fresh: StateKey[] = []

  /** Index of the first key after `key`. */
  const above = (key: StateKey): number => {
    let lo = 0
    let hi = sorted.length
    while (lo < hi) {
      const mid = (lo + hi) >> 1
      if (sorted[mid]! <= key) lo = mid + 1
      else hi = mid
    }
    return lo
  }
  function settle(): void {
    if (fresh.length > ONE_BY_ONE) sorted = sorted.concat(fresh).sort()
    else for (const key of fresh) sorted.splice(above(key), 0, key)
    fresh = []
  }

  return {
    add: (key) => void fresh.push(key),
    after(key, wanted) {
      if (fresh.length > 0) settle()
      for (let i = above(key); i < sorted.length; i++) if (wanted(sorted[i]!)) return sorted[i]
      return undefined
    },
  }
}
