import { Worker } from 'node:worker_threads'
import { MinerError } from '../errors.ts'
import type { Jobs } from './jobs.ts'

type Kind = keyof Jobs

/** Threads for work that would stop the event loop: hashing, checking tags, proving. */
export interface Pool {
  /** Runs a job. Buffers in `transfer` move to the thread: the caller has them no more. @throws MinerError WORKER, STOPPED */
  run<K extends Kind>(
    kind: K,
    input: Jobs[K]['input'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Jobs[K]['output']>
  close(): Promise<void>
}

/** What is done first when threads are short: a peer waits for hashes, the chain for proofs. */
const ORDER: Readonly<Record<Kind, number>> = {
  hash: 0,
  prove: 1,
  parameters: 2,
  tags: 3,
  hashFile: 4,
}

interface Task {
  readonly kind: Kind
  readonly input: unknown
  readonly transfer: readonly ArrayBuffer[]
  readonly done: PromiseWithResolvers<unknown>
}
export type Answer = { readonly value: unknown } | { readonly error: string }

export function createPool(threads: number): Pool {
  const queue: Task[] = []
  const idle: Worker[] = []
  const busy = new Map<Worker, Task>()
  let closed = false

  function spawn(): Worker {
    const worker = new Worker(new URL('./pool-worker.ts', import.meta.url))
    worker.unref()
    worker.on('message', (answer: Answer) => {
      const task = busy.get(worker)
      busy.delete(worker)
      idle.push(worker)
      if ('error' in answer) task?.done.reject(new MinerError('WORKER', answer.error))
      else task?.done.resolve(answer.value)
      pump()
    })
    // A thread that dies costs its own job only; the next job starts another one.
    worker.on('error', (error) => end(worker, error))
    worker.on('exit', () => end(worker, undefined))
    return worker
  }

  function end(worker: Worker, error: unknown): void {
    const task = busy.get(worker)
    busy.delete(worker)
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
    task?.done.reject(
      new MinerError('WORKER', 'A worker thread ended in the middle of a job.', error),
    )
    if (!closed) pump()
  }

  function pump(): void {
    while (queue.length > 0 && (idle.length > 0 || busy.size < threads)) {
      const task = queue.shift() as Task
      const worker = idle.pop() ?? spawn()
      busy.set(worker, task)
      worker.postMessage({ kind: task.kind, input: task.input }, [...task.transfer])
    }
  }

  return {
    run<K extends Kind>(kind: K, input: Jobs[K]['input'], transfer: readonly ArrayBuffer[] = []) {
      if (closed) return Promise.reject(stopped())
      const task = { kind, input, transfer, done: Promise.withResolvers<unknown>() }
      const at = queue.findIndex((other) => ORDER[other.kind] > ORDER[kind])
      queue.splice(at < 0 ? queue.length : at, 0, task)
      pump()
      return task.done.promise as Promise<Jobs[K]['output']>
    },
    async close() {
      closed = true
      for (const task of queue.splice(0)) task.done.reject(stopped())
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()))
    },
  }
}

const stopped = (): MinerError => new MinerError('STOPPED', 'The miner is stopping.')
