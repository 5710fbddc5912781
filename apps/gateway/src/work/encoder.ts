import { Worker } from 'node:worker_threads'
import type { FileId } from '@cess/bytes'
import { GatewayError, reasonOf } from '../errors.ts'

/** Where a segment is: bytes of a file on disk. */
export interface SegmentPlace {
  readonly path: string
  readonly offset: number
  /** Ciphertext bytes of the segment; none for an empty file. */
  readonly length: number
}

export type EncoderJob = SegmentPlace &
  (
    | { readonly type: 'ids' }
    | { readonly type: 'fragment'; readonly index: number; readonly memory?: SharedArrayBuffer }
  )
export type EncoderReply =
  | { readonly ids: FileId[] }
  | { readonly fragment: Uint8Array }
  | { readonly error: string }

/** Erasure coding and hashing in worker threads, straight from files: fragments are made when they are needed. */
export interface Encoder {
  /** Ids of the 12 fragments of a segment. Goes before everything else: a user waits for it. */
  ids(place: SegmentPlace): Promise<FileId[]>
  /** Fragment `index` (0 to 11) of a segment. */
  fragment(place: SegmentPlace, index: number, urgent?: boolean): Promise<Uint8Array>
  /** Gives the memory of a fragment back for the next one. Its bytes are void then. */
  recycle(fragment: Uint8Array): void
  close(): Promise<void>
}

interface Waiting {
  readonly job: EncoderJob
  readonly done: PromiseWithResolvers<EncoderReply>
}
interface Thread {
  readonly worker: Worker
  running: Waiting | undefined
}

/** Buffers kept for reuse: fresh memory of this size costs as much as filling it. */
const KEPT = 16

const failed = (why: string, cause?: unknown): GatewayError =>
  new GatewayError('INTERNAL', `A fragment could not be made: ${why}.`, {}, cause)

export function createEncoder(threads: number): Encoder {
  const queues: readonly [Waiting[], Waiting[], Waiting[]] = [[], [], []]
  const pool: Thread[] = []
  const memory: SharedArrayBuffer[] = []
  let open = true

  function start(): Thread {
    const worker = new Worker(new URL('./encoder-worker.ts', import.meta.url), {
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    const thread: Thread = { worker, running: undefined }
    const died = (cause: unknown): void => {
      const at = pool.indexOf(thread)
      if (at >= 0) pool.splice(at, 1)
      thread.running?.done.reject(failed(`a thread died (${reasonOf(cause)})`, cause))
      thread.running = undefined
      if (open) next()
    }
    worker.on('error', died)
    worker.on('exit', (code) => died(`exit code ${code}`))
    worker.on('message', (reply: EncoderReply) => {
      const { running } = thread
      thread.running = undefined
      if ('error' in reply) running?.done.reject(failed(reply.error))
      else running?.done.resolve(reply)
      next()
    })
    pool.push(thread)
    return thread
  }

  function next(): void {
    for (;;) {
      const queue = queues.find((q) => q.length > 0)
      if (!queue) return
      const idle = pool.find((thread) => !thread.running)
      if (!idle && pool.length >= threads) return
      const thread = idle ?? start()
      const waiting = queue.shift()!
      thread.running = waiting
      const { job } = waiting
      thread.worker.postMessage(job)
    }
  }

  async function run(job: EncoderJob, priority: 0 | 1 | 2): Promise<EncoderReply> {
    if (!open) throw new GatewayError('STOPPING', 'The gateway is stopping. Try again soon.')
    const done = Promise.withResolvers<EncoderReply>()
    queues[priority].push({ job, done })
    next()
    return done.promise
  }

  return {
    async ids(place) {
      const reply = await run({ type: 'ids', ...place }, 0)
      return (reply as { ids: FileId[] }).ids
    },
    async fragment(place, index, urgent = true) {
      const kept = memory.pop()
      const job: EncoderJob = { type: 'fragment', ...place, index, ...(kept && { memory: kept }) }
      const reply = await run(job, urgent ? 1 : 2)
      return (reply as { fragment: Uint8Array }).fragment
    },
    recycle(fragment) {
      const { buffer } = fragment
      if (buffer instanceof SharedArrayBuffer && memory.length < KEPT) memory.push(buffer)
    },
    async close() {
      open = false
      for (const queue of queues)
        for (const { done } of queue.splice(0)) done.reject(failed('the gateway stopped'))
      const stopping = pool.splice(0)
      for (const { running } of stopping) running?.done.reject(failed('the gateway stopped'))
      await Promise.all(stopping.map(({ worker }) => worker.terminate()))
    },
  }
}
