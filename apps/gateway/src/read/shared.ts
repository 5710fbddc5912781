/** What comes of shared work is held by the work itself, and by each caller that got it. */
export interface Holding<T> {
  /** A caller gets it. */
  keep(result: T): void
  /** The work is over for all of its callers. */
  drop(result: T): void
}

/**
 * Work that several callers want at the same time is done once. It is stopped when none of them wants it any more.
 */
export function createShared<T>({ keep, drop }: Holding<T>) {
  const running = new Map<
    string,
    { readonly result: Promise<T>; readonly abort: AbortController; wanted: number }
  >()
  return {
    async run(
      name: string,
      signal: AbortSignal,
      work: (signal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      signal.throwIfAborted()
      let one = running.get(name)
      if (!one) {
        const abort = new AbortController()
        const made = { result: work(abort.signal), abort, wanted: 0 }
        const done = (): void => {
          if (running.get(name) === made) running.delete(name)
        }
        made.result.then(done, done)
        running.set(name, made)
        one = made
      }
      const mine = one
      mine.wanted++
      let stop: (() => void) | undefined
      const givenUp = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason)
        signal.addEventListener('abort', stop, { once: true })
      })
      try {
        const result = await Promise.race([mine.result, givenUp])
        keep(result)
        return result
      } finally {
        signal.removeEventListener('abort', stop!)
        if (--mine.wanted === 0) {
          if (running.get(name) === mine) running.delete(name)
          mine.abort.abort(new Error('nobody wants it any more'))
          mine.result.then(drop, () => undefined)
        }
      }
    },
  }
}
