/** A pending timer. */
export interface Timer {
  /** Takes the timer back; harmless when it has fired. */
  cancel(): void
}

/** Time. Milliseconds since the Unix epoch. */
export interface Clock {
  now(): number
  /** Calls `run` once after `ms` milliseconds. */
  after(ms: number, run: () => void): Timer
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const id = setTimeout(run, ms)
    return { cancel: () => clearTimeout(id) }
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const stop = (): void => {
        clearTimeout(id)
        reject(signal?.reason)
      }
      const id = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
