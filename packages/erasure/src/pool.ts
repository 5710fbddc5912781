import { ErasureError } from './errors.ts'
import type { KernelName } from './kernel.ts'
import {
  type CodeShape,
  checkShape,
  checkShards,
  outputsFor,
  planRepair,
  type Repair,
  range,
} from './shards.ts'
import { createThreads } from './threads.ts'

/** A part of every shard, for one thread. All arrays are views of shared memory. */
export interface PoolJob extends CodeShape {
  readonly kernel: KernelName | undefined
  readonly have: readonly number[]
  readonly want: readonly number[]
  readonly sources: readonly Uint8Array[]
  readonly outputs: readonly Uint8Array[]
}

export interface ErasurePoolOptions {
  /** Worker threads, 1 to 64. They start with the first job. */
  readonly threads: number
  readonly kernel?: KernelName
}

/**
 * Codes shards in worker threads, each of them a part of every shard. What it returns are views of a
 * SharedArrayBuffer; `into` must be such views (`sharedShards`), and saves the cost of fresh memory.
 * Shards that are such views are read in place and must not change meanwhile; others are copied first.
 * An `{ dataShards, parityShards }` or a ReedSolomon names the code.
 */
export interface ErasurePool {
  /** Like `ReedSolomon.encode`. @throws ErasureError BAD_PARAMETER, BAD_LENGTH, WORKER_FAILED, CLOSED, UNSUPPORTED */
  encode(
    code: CodeShape,
    data: readonly Uint8Array[],
    into?: readonly Uint8Array[],
  ): Promise<Uint8Array[]>
  /** Like `ReedSolomon.reconstruct`. @throws ErasureError also TOO_FEW_SHARDS, BAD_INDEX */
  reconstruct(
    code: CodeShape,
    shards: readonly (Uint8Array | undefined)[],
    wanted?: readonly number[],
    into?: readonly Uint8Array[],
  ): Promise<Map<number, Uint8Array>>
  /** Ends the threads. Jobs that have not finished are rejected with CLOSED. */
  close(): Promise<void>
}

/** Less of a shard than this is not worth another thread. */
const SMALLEST_PART = 128 * 1024
const MAX_THREADS = 64

/** Empty shards in shared memory, which an ErasurePool reads without a copy. */
export function sharedShards(count: number, length: number): Uint8Array<SharedArrayBuffer>[] {
  const memory = new SharedArrayBuffer(count * length)
  return range(0, count).map((i) => new Uint8Array(memory, i * length, length))
}

/** @throws ErasureError BAD_PARAMETER */
export function createErasurePool({ threads: count, kernel }: ErasurePoolOptions): ErasurePool {
  if (!Number.isInteger(count) || count < 1 || count > MAX_THREADS)
    throw new ErasureError(
      'BAD_PARAMETER',
      `A pool cannot have ${count} threads. Use 1 to ${MAX_THREADS}, at most one for each processor.`,
    )
  const threads = createThreads<PoolJob>(new URL('./pool-worker.ts', import.meta.url), count)

  async function solve(
    code: CodeShape,
    { have, want, length, sources: given }: Repair,
    into: readonly Uint8Array[] | undefined,
  ): Promise<Uint8Array[]> {
    const outputs: Uint8Array[] = outputsFor(into, want.length, length, sharedShards)
    if (!outputs.every(isShared))
      throw new ErasureError(
        'BAD_PARAMETER',
        'Threads can only write into shared memory. Make the arrays with sharedShards.',
      )
    if (want.length === 0) return outputs
    const sources = given.map((shard) => (isShared(shard) ? shard : copyShared(shard)))
    const parts = Math.min(count, Math.ceil(length / SMALLEST_PART))
    const step = Math.ceil(length / parts / 64) * 64
    const cut = (shards: readonly Uint8Array[], from: number): Uint8Array[] =>
      shards.map((shard) => shard.subarray(from, from + step))
    await Promise.all(
      range(0, parts).map((part) =>
        threads.run({
          dataShards: code.dataShards,
          parityShards: code.parityShards,
          kernel,
          have,
          want,
          sources: cut(sources, part * step),
          outputs: cut(outputs, part * step),
        }),
      ),
    )
    return outputs
  }

  return {
    async encode(code, data, into) {
      checkShape(code)
      const { dataShards: k, parityShards: m } = code
      const length = checkShards(data, k, 'data')
      const repair = { have: range(0, k), want: range(k, k + m), sources: data, length }
      return solve(code, repair, into)
    },
    async reconstruct(code, shards, wanted, into) {
      checkShape(code)
      const repair = planRepair(code, shards, wanted)
      const outputs = await solve(code, repair, into)
      return new Map(repair.want.map((index, i) => [index, outputs[i]!]))
    },
    close: threads.close,
  }
}

const isShared = (shard: Uint8Array): boolean => shard.buffer instanceof SharedArrayBuffer

function copyShared(shard: Uint8Array): Uint8Array {
  const copy = sharedShards(1, shard.length)[0]!
  copy.set(shard)
  return copy
}
