import { Worker } from 'node:worker_threads'
import type { FileId } from '@cess/bytes'
import type { Naming } from '@cess/content'

/** Works out ids of fragments beside the encryption. */
export interface NamingThread extends Naming {
  close(): Promise<void>
}

/** A thread of its own: coding and hashing what a file becomes costs as much as everything else of an upload together. */
export function startNamingThread(): NamingThread {
  const worker = new Worker(new URL('./naming-worker.ts', import.meta.url), { env: {} })
  const waiting: PromiseWithResolvers<FileId[]>[] = []
  const fail = (cause: unknown): void => {
    const error = new Error('The thread that hashes the file has ended.', { cause })
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  worker.on('message', (ids: FileId[]) => waiting.shift()?.resolve(ids))
  worker.on('error', fail)
  worker.on('exit', fail)
  return {
    allocate: (bytes) => new Uint8Array(new SharedArrayBuffer(bytes)),
    ids(segment, length) {
      const done = Promise.withResolvers<FileId[]>()
      waiting.push(done)
      worker.postMessage({ segment, length })
      return done.promise
    },
    async close() {
      await worker.terminate()
    },
  }
}
