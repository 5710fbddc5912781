import type { Clock, Timer } from '../clock.ts'

/** A clock that moves only when told to, so that tests wait for nothing and a run repeats exactly. */
export class VirtualClock implements Clock {
  #now: number
  #sequence = 0
  #timers: { at: number; order: number; run: () => void }[] = []

  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#sequence++, run }
    this.#timers.push(timer)
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((t) => t !== timer)
      },
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const stop = (): void => {
        timer.cancel()
        reject(signal?.reason)
      }
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Moves time on by `ms`, firing what falls due in order and letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      this.#timers.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.#timers[0]
      if (!next || next.at > end) break
      this.#timers.shift()
      this.#now = next.at
      next.run()
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    this.#now = end
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
