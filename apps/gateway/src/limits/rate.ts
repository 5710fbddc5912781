import type { Clock } from '@cess/ports'

/** A token bucket for each name: `burst` at once, `perSecond` in the long run. */
export interface RateLimit {
  /** Takes a token. @returns 0, or the milliseconds until there is one */
  take(name: string): number
}

/** Names that are remembered; who was not heard of for longest is forgotten first. */
const MAX_NAMES = 10_000

export function createRateLimit(clock: Clock, perSecond: number, burst: number): RateLimit {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>()
  return {
    take(name) {
      const now = clock.now()
      const held = buckets.get(name) ?? { tokens: burst, at: now }
      const tokens = Math.min(burst, held.tokens + ((now - held.at) / 1000) * perSecond)
      const given = tokens >= 1
      buckets.delete(name)
      const [oldest] = buckets.keys()
      if (buckets.size >= MAX_NAMES && oldest !== undefined) buckets.delete(oldest)
      buckets.set(name, { tokens: given ? tokens - 1 : tokens, at: now })
      return given ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000)
    },
  }
}
