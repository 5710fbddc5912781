import { parentPort, workerData } from 'node:worker_threads'
import { readContent } from './read.ts'
import { Unreadable } from './unreadable.ts'

/** What the thread is given, and what it answers. */
export interface Job {
  readonly kind: string
  readonly format: string
  readonly bytes: Uint8Array
}
export type Answer =
  | { readonly content: Awaited<ReturnType<typeof readContent>> }
  | { readonly unread: string }

const { kind, format, bytes } = workerData as Job
const answer = await readContent(kind, format, bytes).then(
  (content): Answer => ({ content }),
  (error: unknown): Answer => ({
    unread:
      error instanceof Unreadable
        ? error.message
        : `The ${format} file does not decode; it is damaged, was cut off, or is of a kind that is not read.`,
  }),
)
parentPort!.postMessage(answer)
