/** What has been started, so that it can be stopped in the opposite order. */
export function createCloser() {
  const steps: (() => Promise<void>)[] = []
  let closing: Promise<void> | undefined
  async function run(): Promise<void> {
    const errors: unknown[] = []
    // One part that fails to stop must not keep the others (the database above all) from it.
    for (const step of steps.reverse())
      await step().catch((error: unknown) => {
        errors.push(error)
      })
    if (errors.length > 0) throw errors[0]
  }
  return {
    add(step: () => Promise<void>): void {
      steps.push(step)
    },
    close(): Promise<void> {
      closing ??= run()
      return closing
    },
  }
}
