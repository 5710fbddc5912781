/** Runs jobs one after the other, in the order they were asked for; a failed job does not stop the next. */
export interface JobQueue {
  run<T>(job: () => T | Promise<T>): Promise<T>
  /** Resolves when everything asked for so far has run. */
  idle(): Promise<void>
}

export function jobQueue(): JobQueue {
  let tail: Promise<unknown> = Promise.resolve()
  const run = <T>(job: () => T | Promise<T>): Promise<T> => {
    const result = tail.then(job)
    tail = result.catch(() => undefined)
    return result
  }
  return { run, idle: () => run(() => undefined) }
}
