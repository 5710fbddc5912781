import { Worker } from 'node:worker_threads'
import { concat, u32le, utf8 } from '@cess/bytes'
import { blake2b256 } from './hash.ts'
import { type Scheme, verifySignature } from './keys.ts'
import type { VerifyJob } from './verify-many.ts'

/** Verifies signatures, now or ahead of time in other threads. */
export interface SignatureVerifier {
  verify(scheme: Scheme, signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  /** Verifies these in worker threads, so that `verify` finds them done. Never rejects for a wrong signature. */
  prime(jobs: readonly VerifyJob[]): Promise<void>
  close(): Promise<void>
}

export interface VerifierOptions {
  /** Worker threads; with 0, `prime` does nothing and `verify` does the work. */
  readonly threads: number
  /** Results that are kept. */
  readonly cacheSize?: number
}

/** Jobs of one message to a worker: large enough that posting costs little, small enough to share the load. */
const SLICE = 32
/** Room for new objects of a worker: jobs are small and soon forgotten, and V8 would take ten times as much. */
const YOUNG_MB = 4

const jobKey = (j: VerifyJob): string => {
  const digest = blake2b256(
    concat(
      utf8(j.scheme),
      u32le(j.signature.length),
      j.signature,
      u32le(j.publicKey.length),
      j.publicKey,
      j.message,
    ),
  )
  return Buffer.from(digest).toString('latin1')
}

interface Slot {
  readonly worker: Worker
  load: number
}

export function createSignatureVerifier({
  threads,
  cacheSize = 65_536,
}: VerifierOptions): SignatureVerifier {
  // Right and wrong signatures of one block are asked for twice at least: by the pool and by the import.
  const cache = new Map<string, boolean>()
  const remember = (key: string, good: boolean): void => {
    if (cache.size >= cacheSize) {
      const oldest = cache.keys().next()
      if (!oldest.done) cache.delete(oldest.value)
    }
    cache.set(key, good)
  }
  const slots: Slot[] = []
  const waiting = new Map<number, { resolve(found: boolean[]): void; reject(e: Error): void }>()
  let next = 0
  let closed = false

  const spawn = (): void => {
    const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    worker.unref()
    const slot: Slot = { worker, load: 0 }
    worker.on('message', ({ id, results }: { id: number; results: boolean[] }) => {
      slot.load--
      waiting.get(id)?.resolve(results)
      waiting.delete(id)
    })
    worker.on('error', (error) => {
      slots.splice(slots.indexOf(slot), 1)
      for (const [id, w] of waiting) {
        w.reject(error as Error)
        waiting.delete(id)
      }
    })
    slots.push(slot)
  }
  const send = (jobs: readonly VerifyJob[]): Promise<boolean[]> => {
    const slot = slots.reduce((a, b) => (b.load < a.load ? b : a))
    slot.load++
    const id = next++
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      slot.worker.postMessage({ id, jobs })
    })
  }

  return {
    verify(scheme, signature, message, publicKey) {
      const job = { scheme, signature, message, publicKey }
      const key = jobKey(job)
      const known = cache.get(key)
      if (known !== undefined) return known
      const good = verifySignature(scheme, signature, message, publicKey)
      remember(key, good)
      return good
    },
    async prime(jobs) {
      if (threads === 0 || closed) return
      while (slots.length < threads) spawn()
      const open = jobs.map((job) => [jobKey(job), job] as const).filter(([k]) => !cache.has(k))
      const slices: (typeof open)[] = []
      for (let i = 0; i < open.length; i += SLICE) slices.push(open.slice(i, i + SLICE))
      await Promise.all(
        slices.map(async (slice) => {
          // A worker that fails costs only time: `verify` does what is not in the cache.
          const results = await send(slice.map(([, job]) => job)).catch(() => [])
          for (const [i, good] of results.entries()) remember(slice[i]![0], good)
        }),
      )
    },
    async close() {
      closed = true
      await Promise.all(slots.map((slot) => slot.worker.terminate()))
      for (const w of waiting.values()) w.resolve([])
      waiting.clear()
    },
  }
}
