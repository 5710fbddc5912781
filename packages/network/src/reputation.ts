import type { Clock } from '@cess/ports'

/** The change for an offence that ends a connection at once. */
export const FATAL = -(2 ** 31)

export interface ReputationLimits {
  /** At or below this a peer is banned. */
  readonly banThreshold: number
  readonly banMs: number
  /** After this time half of a reputation is forgotten, good or bad. */
  readonly halfLifeMs: number
  readonly maxTracked: number
}

/** Sums what peers did. Scores decay, so old faults do not add up over days. */
export function createReputation(clock: Clock, limits: ReputationLimits) {
  const scores = new Map<string, { value: number; at: number }>()
  const bans = new Map<string, number>()
  const trim = (map: Map<string, unknown>): void => {
    for (const key of map.keys()) {
      if (map.size <= limits.maxTracked) return
      map.delete(key)
    }
  }
  const value = (peer: string): number => {
    const score = scores.get(peer)
    return score ? score.value * 0.5 ** ((clock.now() - score.at) / limits.halfLifeMs) : 0
  }
  return {
    value,
    isBanned(peer: string): boolean {
      const until = bans.get(peer)
      if (until === undefined) return false
      if (until > clock.now()) return true
      bans.delete(peer)
      return false
    },
    /** Adds `change`; true when the peer is now banned. */
    report(peer: string, change: number): boolean {
      const next = Math.min(2 ** 31, value(peer) + change)
      scores.delete(peer)
      if (next <= limits.banThreshold) {
        // The ban is the punishment; afterwards the peer starts anew.
        bans.delete(peer)
        bans.set(peer, clock.now() + limits.banMs)
        trim(bans)
        return true
      }
      scores.set(peer, { value: next, at: clock.now() })
      trim(scores)
      return false
    },
  }
}
export type Reputation = ReturnType<typeof createReputation>
