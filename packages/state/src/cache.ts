/** A map that forgets what was not asked for lately once it weighs too much. */
export interface Cache<V> {
  get(key: number): V | undefined
  set(key: number, value: V, weight: number): void
}

/**
 * Two generations: what is used moves to the young one; when that holds half of `limit`, the old one is dropped and
 * the young one is old. Cheaper than an exact LRU, which moves an entry at every read.
 */
export function createCache<V>(limit: number): Cache<V> {
  let young = new Map<number, { readonly value: V; readonly weight: number }>()
  let old = young
  let weight = 0
  const add = (key: number, entry: { readonly value: V; readonly weight: number }): void => {
    young.set(key, entry)
    weight += entry.weight
    if (weight < limit / 2) return
    old = young
    young = new Map()
    weight = 0
  }
  return {
    get(key) {
      const fresh = young.get(key)
      if (fresh) return fresh.value
      const aged = old.get(key)
      if (aged) add(key, aged)
      return aged?.value
    },
    set: (key, value, size) => add(key, { value, weight: size }),
  }
}
