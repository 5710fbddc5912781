/** A running program. */
export interface Service {
  /** Finishes what is under way and releases everything. */
  stop(): Promise<void>
}

/** Exit codes: 0 fine, 1 it failed, 2 the command line or configuration is wrong. */
export const exitCode = { ok: 0, failed: 1, usage: 2 } as const

/** The sentence of an error, with its code when it has one. */
const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : `Something failed: ${String(error)}`

/**
 * Starts a service and stops it on SIGINT or SIGTERM; a second signal ends the process at once. When it can't start it
 * says why and sets exit code 1. Resolves when it has stopped.
 */
export async function runService(start: () => Promise<Service>): Promise<void> {
  let stopping: (() => void) | undefined
  let asked = 0
  const signalled = new Promise<void>((resolve) => {
    stopping = resolve
  })
  const onSignal = (): void => {
    if (++asked > 1) process.exit(exitCode.failed)
    stopping?.()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const service = await start()
    await signalled
    await service.stop()
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`)
    if (process.env['CESS_TRACE'] && error instanceof Error)
      process.stderr.write(`${error.stack}\n`)
    process.exitCode = exitCode.failed
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
