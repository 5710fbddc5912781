/** Runs work when it is asked for: one at a time, and once more when it was asked for meanwhile. */
export function oneAtATime(
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): () => void {
  let [running, again] = [false, false]
  return function run(): void {
    if (running) {
      again = true
      return
    }
    running = true
    work()
      .catch(failed)
      .finally(() => {
        running = false
        if (!again) return
        again = false
        run()
      })
  }
}
