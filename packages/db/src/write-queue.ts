import type { Batch, BatchOp } from '@cess/ports'

interface Waiting {
  readonly ops: Batch
  readonly sync: boolean
  readonly done: PromiseWithResolvers<void>
}

export interface WriteQueue {
  /** Writes after everything that was pushed before. The caller may reuse its buffers at once. */
  push(ops: Batch, sync: boolean): Promise<void>
  /** Resolves when nothing is being written or waiting. */
  idle(): Promise<void>
}

const copy = (op: BatchOp): BatchOp =>
  op.type === 'put'
    ? { type: 'put', key: op.key.slice(), value: op.value.slice() }
    : { type: 'del', key: op.key.slice() }

/**
 * One write at a time, in the order of the calls. LevelDB runs each batch on some thread of a pool, so
 * two batches that nobody awaits could land in either order. What waits for a running write is written
 * together after it: one fsync for all of them.
 */
export function createWriteQueue(apply: (ops: Batch, sync: boolean) => Promise<void>): WriteQueue {
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined

  async function run(first: Promise<void>): Promise<void> {
    await first.catch(() => undefined)
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      const ops = group.flatMap((w) => w.ops)
      const sync = group.some((w) => w.sync)
      await apply(ops, sync).then(
        () => group.forEach((w) => void w.done.resolve()),
        (error) => group.forEach((w) => void w.done.reject(error)),
      )
    }
    running = undefined
  }

  return {
    push(ops, sync) {
      if (running === undefined) {
        const first = apply(ops, sync)
        running = run(first)
        return first
      }
      const entry = { ops: ops.map(copy), sync, done: Promise.withResolvers<void>() }
      waiting.push(entry)
      return entry.done.promise
    },
    idle: async () => {
      while (running !== undefined) await running
    },
  }
}
