import { Worker } from 'node:worker_threads'
import type { Content } from './read.ts'
import type { Answer, Job } from './worker.ts'

/** Memory of a decoder: of JavaScript, and of the rest, beyond what the program had. */
const HEAP_MIB = 1_024
const MEMORY_BYTES = 1_536 << 20
/** Time to begin with, and for each MiB of the file. */
const TIME_MS = { base: 30_000, perMib: 10_000 } as const
const LOOK_MS = 100

/** The outcome of a decoder: the content, or why there is none. */
export type Outcome =
  | { readonly content: Content; readonly unread?: undefined }
  | { readonly content?: undefined; readonly unread: string }

/**
 * Reads a file in a thread that can be ended: neither endless work nor memory without end of a decoder that was given
 * something evil gets at the program. Never throws but for the signal.
 */
export function runDecoder(
  job: Job,
  signal?: AbortSignal,
  limits: { readonly memoryBytes: number; readonly baseMs: number } = {
    memoryBytes: MEMORY_BYTES,
    baseMs: TIME_MS.base,
  },
): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    stdout: true,
    stderr: true,
  })
  const before = process.memoryUsage.rss()
  const until = performance.now() + limits.baseMs + (TIME_MS.perMib * job.bytes.length) / 2 ** 20
  const end = (outcome: Outcome): void => {
    clearInterval(watch)
    signal?.removeEventListener('abort', stop)
    void worker.terminate()
    resolve(outcome)
  }
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() - before > limits.memoryBytes)
      end({ unread: 'The file takes more memory than any honest one. It may be made to do harm.' })
    else if (performance.now() > until)
      end({ unread: 'The file takes too long to read. It is damaged, or made to do harm.' })
  }, LOOK_MS)
  const stop = (): void => {
    reject(signal!.reason)
    end({ unread: 'It was interrupted.' })
  }
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  worker.on('message', (answer: Answer) =>
    end('content' in answer ? { content: answer.content } : { unread: answer.unread }),
  )
  const broken = (): void =>
    end({ unread: 'The decoder broke off. The file is damaged, or takes too much memory.' })
  worker.on('error', broken)
  worker.on('exit', broken)
  return promise
}
