import type { Clock, Timer } from '@cess/ports'

interface Job {
  run(): Promise<void>
  /** It will not run. */
  drop(): void
}

/** Does one thing after the other, so that every decision is on disk before the next one is made. */
export interface Pump {
  /** There may be something to do. */
  wake(): void
  /** There will be, at this time (clock milliseconds). */
  wakeAt(time: number): void
  /** Runs before the next step. */
  queue(run: () => Promise<void>, drop?: () => void): void
  isRunning(): boolean
  start(): void
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

/**
 * @param step What is done after the queued jobs, whenever something woke it.
 * @param failed Told of the first error. Nothing runs after it.
 */
export function createPump(deps: {
  readonly clock: Clock
  step(): Promise<void>
  failed(error: unknown): void
}): Pump {
  const { clock } = deps
  let jobs: Job[] = []
  let running = false
  let halted = false
  let dirty = false
  let current: Promise<void> | undefined
  let timer: { readonly at: number; readonly timer: Timer } | undefined

  const mayRun = (): boolean => running && !halted
  function dropJobs(): void {
    for (const job of jobs.splice(0)) job.drop()
  }
  async function run(): Promise<void> {
    // Not within whatever woke us.
    await Promise.resolve()
    while (dirty && mayRun()) {
      dirty = false
      try {
        const due = jobs
        jobs = []
        for (const job of due) await job.run()
        await deps.step()
      } catch (error) {
        halted = true
        deps.failed(error)
      }
    }
    if (!mayRun()) dropJobs()
  }
  function wake(): void {
    dirty = true
    if (!mayRun()) return
    current ??= run().finally(() => {
      current = undefined
      if (dirty) wake()
    })
  }
  return {
    wake,
    wakeAt(at) {
      if (timer && timer.at <= at) return
      timer?.timer.cancel()
      const fire = (): void => {
        timer = undefined
        wake()
      }
      timer = { at, timer: clock.after(Math.max(0, at - clock.now()), fire) }
    },
    queue(job, drop = () => undefined) {
      jobs.push({ run: job, drop })
      if (halted) dropJobs()
      wake()
    },
    isRunning: mayRun,
    start() {
      running = true
      wake()
    },
    async stop() {
      running = false
      timer?.timer.cancel()
      await current
      dropJobs()
    },
  }
}
