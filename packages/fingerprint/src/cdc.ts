import { GEAR } from './tables.ts'

// Chunks of 1 KiB on average, for which these sizes and masks follow (ISO 24138, Data-Code, content defined chunking).
const SMALLEST = 256
const CENTRE = 640
/** Bytes of the longest chunk. */
export const LARGEST = 8192
const MASK_BEFORE = 2 ** 11 - 1
const MASK_BEHIND = 2 ** 9 - 1

/**
 * Where the chunk that begins at `from` ends: behind the first place where a rolling hash of the bytes, in which each counts
 * for 32 places at most, ends in zeros. With fewer than 8 KiB before `to`, `to` is taken for the end of all.
 */
export function chunkEnd(bytes: Uint8Array, from: number, to: number): number {
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
