import type { FileId } from '@cess/bytes'
import type { Clock, Timer } from '@cess/ports'
import { DATA_FRAGMENTS, FRAGMENTS } from '@cess/primitives'
import type { ErasureCode } from './erasure.ts'
import { isFragment, restoreData, unavailable } from './fragments.ts'
import type { FragmentMemory } from './memory.ts'
import type { Slots } from './slots.ts'

/** Why a fragment did not count: nobody had it, what came was something else, or the request failed. */
export type Fault = 'missing' | 'corrupt' | 'failed'

interface SegmentJob {
  readonly ids: readonly FileId[]
  /** Bytes of each fragment. */
  readonly size: number
  /** Data fragments to deliver. */
  readonly wanted: readonly number[]
  /** The other fragments, best first. */
  readonly others: readonly number[]
  readonly erasure: ErasureCode
  readonly memory: FragmentMemory
  readonly slots: Slots
  readonly fetch: (index: number, signal: AbortSignal) => Promise<Uint8Array | undefined>
  readonly onFault: (index: number, fault: Fault) => void
  /** With a clock, a fragment that takes longer is no longer counted on. */
  readonly hedge: { readonly clock: Clock; readonly afterMs: number } | undefined
}

export interface SegmentReader {
  /** A wanted data fragment, verified. Nothing is restored before one is asked for: it would take memory meanwhile. */
  fragment(index: number): Promise<Uint8Array>
  /** Its reader is done with a fragment. */
  release(index: number): void
  /** Stops all requests and frees all fragments; whoever still waits for one gets `reason`. */
  close(reason?: unknown): void
}

/**
 * Gets the wanted data fragments of a segment. They are asked for themselves first. When one turns out bad, or slow, as
 * many others are asked for as it takes to have four; whatever comes first settles it: the fragment or four others.
 */
export function readSegment(job: SegmentJob): SegmentReader {
  const { memory } = job
  const abort = new AbortController()
  /** Good fragments, ours until they are freed. */
  const good: (Uint8Array | undefined)[] = Array.from({ length: FRAGMENTS })
  const pending = new Set<number>()
  const slow = new Set<number>()
  const queue = [...job.others]
  const results = new Map(job.wanted.map((i) => [i, Promise.withResolvers<Uint8Array>()]))
  // A reader that stops early leaves results behind that nobody awaits.
  for (const { promise } of results.values()) promise.catch(() => undefined)
  let settled = false
  let asked = false
  let restoring = false
  let closed = false

  const done = new Set<number>()
  /** Frees what nobody needs: until all is settled, each good fragment may still help to restore others. */
  const tidy = (): void => {
    if (!settled || restoring) return
    for (const [index, bytes] of good.entries())
      if (bytes && (closed || done.has(index) || !results.has(index))) {
        good[index] = undefined
        memory.free(bytes)
      }
  }
  const goodCount = (): number => good.filter((bytes) => bytes !== undefined).length
  const missing = (): number[] => job.wanted.filter((i) => !good[i])
  const counted = (i: number): boolean => pending.has(i) && !slow.has(i)

  const finish = (): void => {
    settled = true
    abort.abort()
  }
  const fail = (error: unknown): void => {
    finish()
    for (const { reject } of results.values()) reject(error)
  }

  async function restore(wanted: readonly number[]): Promise<void> {
    finish()
    restoring = true
    const into = wanted.map(() => memory.take(job.size))
    try {
      await restoreData(good, wanted, job.ids, job.erasure, into)
      for (const [at, index] of wanted.entries()) good[index] = into[at]!
      for (const index of wanted) results.get(index)!.resolve(good[index]!)
    } catch (error) {
      for (const bytes of into) memory.free(bytes)
      fail(error)
    }
    restoring = false
    tidy()
  }

  /** Decides what to do next, after anything has changed. */
  function step(): void {
    if (settled) return
    const wanted = missing()
    if (wanted.length === 0) {
      finish()
      return tidy()
    }
    if (goodCount() >= DATA_FRAGMENTS) return asked ? void restore(wanted) : undefined
    if (wanted.every(counted)) return
    let expected = goodCount() + [...pending].filter(counted).length
    while (expected < DATA_FRAGMENTS && queue.length > 0) {
      void request(queue.shift()!)
      expected++
    }
    if (pending.size === 0) fail(unavailable(goodCount()))
  }

  async function request(index: number): Promise<void> {
    pending.add(index)
    const slot = await job.slots.take()
    let timer: Timer | undefined
    if (!settled && job.hedge)
      timer = job.hedge.clock.after(job.hedge.afterMs, () => {
        slow.add(index)
        // What hangs must not keep others from being asked.
        slot.free()
        step()
      })
    try {
      if (!settled) accept(index, await job.fetch(index, abort.signal))
    } catch {
      if (!settled) job.onFault(index, 'failed')
    }
    timer?.cancel()
    slot.free()
    pending.delete(index)
    step()
  }

  function accept(index: number, bytes: Uint8Array | undefined): void {
    if (!bytes) {
      if (!settled) job.onFault(index, 'missing')
      return
    }
    if (settled) return memory.free(bytes)
    if (!isFragment(bytes, job.ids[index]!, job.size)) {
      memory.free(bytes)
      return job.onFault(index, 'corrupt')
    }
    good[index] = bytes
    results.get(index)?.resolve(bytes)
  }

  for (const index of job.wanted) void request(index)
  return {
    fragment(index) {
      if (!asked) {
        asked = true
        step()
      }
      return results.get(index)!.promise
    },
    release(index) {
      done.add(index)
      tidy()
    },
    close(reason) {
      closed = true
      if (!settled) fail(reason)
      tidy()
    },
  }
}
