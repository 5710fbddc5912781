/** What threads need that only name fragments: nothing of keys and signatures, which would take 45 MB of each thread. */
import type { FileId } from '@cess/bytes'
import { createBlake3Stream } from '@cess/crypto/hashes'
import { createReedSolomon } from '@cess/erasure'
import {
  DATA_FRAGMENTS,
  FRAGMENTS,
  fragmentId,
  fragmentSize,
  PARITY_FRAGMENTS,
} from '@cess/primitives'

/** Bytes of each fragment that are worked on at a time: memory is 12 of these, whatever the file's size. */
const STRIPE = 256 * 1024

/** Bytes from `at` of a segment, padding of zeros included: those of `memory`, filled, or others that stay until the next call. */
export type ReadStripe = (at: number, memory: Uint8Array) => Uint8Array

/**
 * Names the fragments of segments, one segment at a time. Parity is made in stripes and is gone when it is hashed, so
 * that no fragment is ever in memory as a whole.
 */
export function createFragmentIds(): (length: number, read: ReadStripe) => Promise<FileId[]> {
  const code = createReedSolomon(DATA_FRAGMENTS, PARITY_FRAGMENTS)
  const memory = Array.from({ length: FRAGMENTS }, () => new Uint8Array(STRIPE))

  /** The same part of all twelve. */
  function stripe(size: number, from: number, read: ReadStripe): Uint8Array[] {
    const bytes = Math.min(STRIPE, size - from)
    const parts = memory.map((part) => part.subarray(0, bytes))
    const data = parts.slice(0, DATA_FRAGMENTS).map((part, i) => read(i * size + from, part))
    return [...data, ...code.encode(data, parts.slice(DATA_FRAGMENTS))]
  }

  return async (length, read) => {
    const size = fragmentSize(length)
    if (size <= STRIPE) return stripe(size, 0, read).map(fragmentId)
    const hashers = await Promise.all(Array.from({ length: FRAGMENTS }, createBlake3Stream))
    for (let from = 0; from < size; from += STRIPE)
      for (const [i, part] of stripe(size, from, read).entries()) hashers[i]!.update(part)
    return hashers.map((hasher) => hasher.digest().toHex() as FileId)
  }
}

/** Reads stripes of a segment whose first `length` bytes are in memory. */
export const stripesOf =
  (data: Uint8Array, length: number): ReadStripe =>
  (at, memory) => {
    if (at + memory.length <= length) return data.subarray(at, at + memory.length)
    const there = data.subarray(Math.min(at, length), length)
    memory.fill(0, there.length)
    memory.set(there)
    return memory
  }
