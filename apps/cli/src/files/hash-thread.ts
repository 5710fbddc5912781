import { Worker } from 'node:worker_threads'
import type { FileId } from '@cess/bytes'

/** Works out ids of fragments beside the encryption. */
export interface HashThread {
  /** The fragment lies in shared memory, which stays as it is until this resolves. */
  id(fragment: Uint8Array): Promise<FileId>
  close(): Promise<void>
}

/** A thread of its own: hashing what a file becomes costs as much as everything else of an upload together. */
export function startHashThread(): HashThread {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { env: {} })
  const waiting = new Map<number, PromiseWithResolvers<FileId>>()
  let next = 0
  const fail = (cause: unknown): void => {
    const error = new Error('The thread that hashes the file has ended.', { cause })
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', ({ id, fid }: { readonly id: number; readonly fid: FileId }) => {
    waiting.get(id)?.resolve(fid)
    waiting.delete(id)
  })
  worker.on('error', fail)
  worker.on('exit', fail)
  return {
    id(fragment) {
      const done = Promise.withResolvers<FileId>()
      waiting.set(next, done)
      worker.postMessage({ id: next++, fragment })
      return done.promise
    },
    async close() {
      await worker.terminate()
    },
  }
}
