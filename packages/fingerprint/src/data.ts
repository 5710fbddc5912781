import { concat, EMPTY } from '@cess/bytes'
import { encodeUnit, type Iscc } from './codec.ts'
import { createMinHash } from './minhash.ts'
import { GEAR } from './tables.ts'
import { xxh32 } from './xxhash.ts'

// Chunks of 1 KiB on average, for which these sizes and masks follow (ISO 24138 §5.10).
const SMALLEST = 256
const CENTRE = 640
const LARGEST = 8192
const MASK_BEFORE = 2 ** 11 - 1
const MASK_BEHIND = 2 ** 9 - 1

/** Where the chunk that begins at `from` ends. With fewer than 8 KiB before `to`, `to` is taken for the end of all. */
function chunkEnd(bytes: Uint8Array, from: number, to: number): number {
  let pattern = 0
  let at = Math.min(from + SMALLEST, to)
  const centre = Math.min(from + CENTRE, to)
  for (; at < centre; at++) {
    pattern = ((pattern >>> 1) + GEAR[bytes[at]!]!) | 0
    if ((pattern & MASK_BEFORE) === 0) return at + 1
  }
  const end = Math.min(from + LARGEST, to)
  for (; at < end; at++) {
    pattern = ((pattern >>> 1) + GEAR[bytes[at]!]!) | 0
    if ((pattern & MASK_BEHIND) === 0) return at + 1
  }
  return at
}

/** Makes a Data-Code of bytes as they come. */
export interface DataHasher {
  update(bytes: Uint8Array): void
  /** After the last byte. @throws FingerprintError BAD_INPUT */
  finish(bits?: number): Iscc
}

/**
 * Data-Code (ISO 24138 §5.10): of any bytes; files that share most of theirs have similar ones. Memory is a few chunks,
 * and it does not matter how the bytes are cut.
 */
export function createDataHasher(): DataHasher {
  const minhash = createMinHash()
  let tail: Uint8Array = EMPTY
  let chunks = 0

  function take(bytes: Uint8Array, from: number, to: number): void {
    minhash.add(xxh32(bytes, from, to))
    chunks++
  }
  return {
    update(bytes) {
      const all = tail.length > 0 ? concat(tail, bytes) : bytes
      let at = 0
      // Nearer to the end it depends on what comes.
      while (all.length - at > LARGEST) {
        const end = chunkEnd(all, at, all.length)
        take(all, at, end)
        at = end
      }
      tail = all.slice(at)
    },
    finish(bits = 64) {
      for (let at = 0; at < tail.length; ) {
        const end = chunkEnd(tail, at, tail.length)
        take(tail, at, end)
        at = end
      }
      if (chunks === 0) take(EMPTY, 0, 0)
      return encodeUnit('DATA', 'NONE', bits, minhash.digest())
    },
  }
}
