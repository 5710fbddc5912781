import type { Clock } from '@cess/ports'

/** Per-peer concurrency and a token bucket that holds one second's worth of starts. */
export function createRate(clock: Clock, concurrent: number, perSecond: number) {
  const peers = new Map<string, { running: number; tokens: number; at: number }>()
  const prune = (): void => {
    if (peers.size < 4096) return
    for (const [id, p] of peers) if (p.running === 0 && clock.now() - p.at > 1000) peers.delete(id)
  }
  return {
    /** A release function, or undefined when the peer asks too much. */
    enter(peer: string): (() => void) | undefined {
      prune()
      const now = clock.now()
      const p = peers.get(peer) ?? { running: 0, tokens: perSecond, at: now }
      peers.set(peer, p)
      p.tokens = Math.min(perSecond, p.tokens + ((now - p.at) / 1000) * perSecond)
      p.at = now
      if (p.running >= concurrent || p.tokens < 1) return undefined
      p.tokens--
      p.running++
      return () => {
        p.running--
      }
    },
  }
}
