import type { Worker } from 'node:worker_threads'
import { ErasureError } from './errors.ts'

/** What a worker answers: the number of the job, and why it failed if it did. */
export interface Reply {
  readonly id: number
  readonly error?: string
}

/** Worker threads that run jobs. They keep the process alive only while a job runs. */
export interface Threads<Job> {
  /**
   * Resolves when a worker has done the job.
   * @throws ErasureError WORKER_FAILED when it threw or died, CLOSED, UNSUPPORTED where there are no threads
   */
  run(job: Job): Promise<void>
  close(): Promise<void>
}

interface Slot {
  readonly worker: Worker
  readonly jobs: Map<number, PromiseWithResolvers<void>>
}

const closed = (): ErasureError =>
  new ErasureError('CLOSED', 'The pool is closed, so the job did not run. Make a new pool.')

function spawn(script: URL): Worker {
  // Not an import: this package also loads in browsers.
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  if (!threads)
    throw new ErasureError(
      'UNSUPPORTED',
      'The erasure pool needs the worker threads of Node.js. Use createReedSolomon here.',
    )
  return new threads.Worker(script)
}

/** Up to `count` workers of a script that answers `{ id, job }` with a `Reply`; started when they are needed. */
export function createThreads<Job>(script: URL, count: number): Threads<Job> {
  const slots: Slot[] = []
  let next = 0
  let open = true

  function drop(slot: Slot, error: ErasureError): void {
    const at = slots.indexOf(slot)
    if (at >= 0) slots.splice(at, 1)
    for (const job of slot.jobs.values()) job.reject(error)
    slot.jobs.clear()
  }

  function start(): Slot {
    const slot: Slot = { worker: spawn(script), jobs: new Map() }
    const died = (cause: unknown): void =>
      drop(
        slot,
        new ErasureError(
          'WORKER_FAILED',
          `A coding thread died (${cause instanceof Error ? cause.message : cause}). Try again; the next job starts a new thread.`,
          cause,
        ),
      )
    slot.worker.on('error', died)
    slot.worker.on('messageerror', died)
    slot.worker.on('exit', (code) => died(`exit code ${code}`))
    slot.worker.on('message', ({ id, error }: Reply) => {
      const job = slot.jobs.get(id)
      slot.jobs.delete(id)
      if (slot.jobs.size === 0) slot.worker.unref()
      if (error === undefined) job?.resolve()
      else job?.reject(new ErasureError('WORKER_FAILED', `A coding thread failed: ${error}`))
    })
    slots.push(slot)
    return slot
  }

  const leastBusy = (): Slot => {
    const idle = slots.find((slot) => slot.jobs.size === 0)
    if (idle || slots.length < count) return idle ?? start()
    return slots.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a))
  }

  return {
    async run(job) {
      if (!open) throw closed()
      const slot = leastBusy()
      const id = next++
      const done = Promise.withResolvers<void>()
      slot.worker.postMessage({ id, job })
      slot.jobs.set(id, done)
      slot.worker.ref()
      return done.promise
    },
    async close() {
      open = false
      const stopping = [...slots]
      for (const slot of stopping) drop(slot, closed())
      await Promise.all(stopping.map((slot) => slot.worker.terminate()))
    },
  }
}
