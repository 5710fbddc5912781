/** A set that forgets its oldest members beyond `limit`. */
export interface KnownSet<T> {
  has(value: T): boolean
  /** False when it was in before. */
  add(value: T): boolean
}

export function knownSet<T>(limit: number): KnownSet<T> {
  const values = new Set<T>()
  return {
    has: (value) => values.has(value),
    add(value) {
      const isNew = !values.delete(value)
      values.add(value)
      if (values.size > limit) values.delete(values.values().next().value as T)
      return isNew
    },
  }
}
