import type * as Threads from 'node:worker_threads'
import type { Worker } from 'node:worker_threads'
import { Podr2Error } from './errors.ts'
import { checkFragment } from './layout.ts'

export interface TagJob {
  readonly fragmentId: Uint8Array
  readonly fragment: Uint8Array
}
export type Reply = { readonly tags: Uint8Array } | { readonly error: string }

export interface TagPoolOptions {
  /** 32 bytes, as for `createTagger`. Each thread gets a copy by message: never by argument or environment. */
  readonly secretSeed: Uint8Array
  /** Worker threads, 1 to 64. They start with the first job. */
  readonly threads: number
}

/** Tags fragments in worker threads, in the order they come, one at a time in each thread. Waiting jobs keep no thread's memory. */
export interface TagPool {
  /**
   * Like `Tagger.tag`. The fragment is copied to the thread unless it is in shared memory, and must not change until then.
   * @throws Podr2Error BAD_LENGTH, WORKER_FAILED, CLOSED
   */
  tag(fragmentId: Uint8Array, fragment: Uint8Array): Promise<Uint8Array>
  /** Ends the threads. Jobs that have not finished are rejected with CLOSED. */
  close(): Promise<void>
}

const MAX_THREADS = 64

interface Waiting extends TagJob {
  readonly done: PromiseWithResolvers<Uint8Array>
}
interface Slot {
  readonly worker: Worker
  job: Waiting | undefined
}

const closed = (): Podr2Error =>
  new Podr2Error(
    'CLOSED',
    'The tag pool is closed, so this fragment was not tagged. Make a new pool.',
  )

function spawn({ Worker }: typeof Threads, secretSeed: Uint8Array): Worker {
  const seed = Uint8Array.from(secretSeed)
  return new Worker(new URL('./tag-worker.ts', import.meta.url), {
    workerData: { seed },
    // Moved, so that no copy stays behind in this thread.
    transferList: [seed.buffer],
    // Nothing of this process's environment is of use there.
    env: {},
  })
}

/** @throws Podr2Error BAD_THREADS, BAD_SEED */
export function createTagPool({ secretSeed, threads }: TagPoolOptions): TagPool {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
    throw new Podr2Error(
      'BAD_THREADS',
      `A tag pool cannot have ${threads} threads. Use 1 to ${MAX_THREADS}, at most one for each processor.`,
    )
  if (secretSeed.length !== 32)
    throw new Podr2Error(
      'BAD_SEED',
      `A tagger's seed has 32 bytes, this one ${secretSeed.length}. Make one with a secure random generator and keep it.`,
    )
  // Not an import: this package also loads where there are no threads.
  const library = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  if (!library)
    throw new Podr2Error(
      'BAD_THREADS',
      'A tag pool needs the worker threads of Node.js. Use createTagger here.',
    )
  const seed = secretSeed.slice()
  const queue: Waiting[] = []
  const slots: Slot[] = []
  let open = true

  function start(): Slot {
    const slot: Slot = { worker: spawn(library, seed), job: undefined }
    const died = (cause: unknown): void => {
      const at = slots.indexOf(slot)
      if (at >= 0) slots.splice(at, 1)
      slot.job?.done.reject(
        new Podr2Error(
          'WORKER_FAILED',
          `A tagging thread died (${cause instanceof Error ? cause.message : cause}). Try again; the next job starts a new thread.`,
          cause,
        ),
      )
      slot.job = undefined
      if (open) next()
    }
    slot.worker.on('error', died)
    slot.worker.on('messageerror', died)
    slot.worker.on('exit', (code) => died(`exit code ${code}`))
    slot.worker.on('message', (reply: Reply) => {
      const { job } = slot
      slot.job = undefined
      slot.worker.unref()
      if ('tags' in reply) job?.done.resolve(reply.tags)
      else job?.done.reject(new Podr2Error('WORKER_FAILED', `Tagging failed: ${reply.error}`))
      next()
    })
    slots.push(slot)
    return slot
  }

  /** Gives waiting jobs to idle threads. */
  function next(): void {
    while (queue.length > 0) {
      const idle = slots.find((slot) => slot.job === undefined)
      if (!idle && slots.length >= threads) return
      const slot = idle ?? start()
      const job = queue.shift()!
      slot.job = job
      slot.worker.ref()
      slot.worker.postMessage({ fragmentId: job.fragmentId, fragment: job.fragment } as TagJob)
    }
  }

  return {
    async tag(fragmentId, fragment) {
      if (!open) throw closed()
      checkFragment(fragmentId, fragment)
      const done = Promise.withResolvers<Uint8Array>()
      queue.push({ fragmentId, fragment, done })
      next()
      return done.promise
    },
    async close() {
      open = false
      seed.fill(0)
      for (const job of queue.splice(0)) job.done.reject(closed())
      const stopping = slots.splice(0)
      for (const slot of stopping) {
        slot.job?.done.reject(closed())
        slot.job = undefined
      }
      await Promise.all(stopping.map((slot) => slot.worker.terminate()))
    },
  }
}
