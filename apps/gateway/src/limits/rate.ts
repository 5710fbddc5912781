import type { Clock } from '@cess/ports'

/** A token bucket for each name: `burst` at once, `perSecond` in the long run. */
export interface RateLimit {
  /** Takes a token. @returns 0, or the milliseconds until there is one */
  take(name: string): number
}

/** Names that are remembered; full buckets are forgotten first. */
const MAX_NAMES = 10_000

export function createRateLimit(clock: Clock, perSecond: number, burst: number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const refill = (bucket: { tokens: number; at: number }): void => {
    const now = clock.now()
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
  }
  const prune = (): void => {
    for (const [name, bucket] of buckets) {
      refill(bucket)
      if (bucket.tokens >= burst) buckets.delete(name)
    }
    const [oldest] = buckets.keys()
    if (buckets.size >= MAX_NAMES && oldest !== undefined) buckets.delete(oldest)
  }
  return {
    take(name) {
      if (buckets.size >= MAX_NAMES && !buckets.has(name)) prune()
      const bucket = buckets.get(name) ?? { tokens: burst, at: clock.now() }
      buckets.set(name, bucket)
      refill(bucket)
      if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / perSecond) * 1000)
      bucket.tokens--
      return 0
    },
  }
}
