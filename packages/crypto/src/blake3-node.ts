import { CHUNK_END, CHUNK_START, compress, IV, PARENT } from './blake3-compress.ts'

/** Bytes of a chunk, the leaf of BLAKE3's tree. */
export const BLAKE3_CHUNK = 1024

/** What hashes a small subtree at once. */
export interface SubtreeHasher {
  /** How many chunks it takes at most, a power of two. */
  readonly chunks: number
  /** Chaining value of the subtree over `bytes`, whose first chunk is number `first`; `flags` is ROOT or 0. */
  value(bytes: Uint8Array, first: number, flags: number): Uint8Array
}

const block = new Int32Array(16)
const blockBytes = new Uint8Array(block.buffer)
const fresh = (): Int32Array => Int32Array.from(IV)

/** A chunk at a time in plain JavaScript: what runs where there is no SIMD. */
export const scalarHasher: SubtreeHasher = {
  chunks: 1,
  value(chunk, first, flags) {
    const cv = fresh()
    const blocks = Math.max(1, Math.ceil(chunk.length / 64))
    for (let b = 0; b < blocks; b++) {
      const part = chunk.subarray(b * 64, b * 64 + 64)
      blockBytes.fill(0)
      blockBytes.set(part)
      const start = b === 0 ? CHUNK_START : 0
      const end = b === blocks - 1 ? CHUNK_END | flags : 0
      compress(cv, block, 0, first, part.length, start | end)
    }
    return new Uint8Array(cv.buffer)
  },
}

export function parentValue(left: Uint8Array, right: Uint8Array, flags: number): Uint8Array {
  const cv = fresh()
  blockBytes.set(left)
  blockBytes.set(right, 32)
  compress(cv, block, 0, 0, 64, PARENT | flags)
  return new Uint8Array(cv.buffer)
}

/** Chunks of the left subtree: the largest power of two below `chunks`. */
export const leftChunks = (chunks: number): number => 2 ** (31 - Math.clz32(chunks - 1))
export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / BLAKE3_CHUNK))

/** Chaining value of the subtree over chunks [first, first + count) of `data`; `flags` is ROOT when that is the whole. */
export function nodeValue(
  hasher: SubtreeHasher,
  data: Uint8Array,
  first: number,
  count: number,
  flags: number,
): Uint8Array {
  if (count <= hasher.chunks) {
    const bytes = data.subarray(first * BLAKE3_CHUNK, (first + count) * BLAKE3_CHUNK)
    return hasher.value(bytes, first, flags)
  }
  const left = leftChunks(count)
  return parentValue(
    nodeValue(hasher, data, first, left, 0),
    nodeValue(hasher, data, first + left, count - left, 0),
    flags,
  )
}
