import { equal } from '@cess/bytes'
import { CHUNK_END, CHUNK_START, compress, IV, PARENT, ROOT } from './blake3-compress.ts'

/** Bytes of a chunk, the leaf of BLAKE3's tree. */
export const BLAKE3_CHUNK = 1024
/** Longest path: 2^32 chunks. */
const MAX_PATH = 32

/** A chunk and the chaining values beside its way to the root, from the leaf up. */
export interface Blake3Opening {
  readonly chunk: Uint8Array
  /** 32 bytes each. */
  readonly path: readonly Uint8Array[]
}

const block = new Int32Array(16)
const blockBytes = new Uint8Array(block.buffer)
const fresh = (): Int32Array => Int32Array.from(IV)

/** Chaining value of a chunk of up to 1024 bytes; `flags` is ROOT when it is the whole input. */
function chunkValue(chunk: Uint8Array, index: number, flags: number): Uint8Array {
  const cv = fresh()
  const blocks = Math.max(1, Math.ceil(chunk.length / 64))
  for (let b = 0; b < blocks; b++) {
    const part = chunk.subarray(b * 64, b * 64 + 64)
    blockBytes.fill(0)
    blockBytes.set(part)
    const start = b === 0 ? CHUNK_START : 0
    const end = b === blocks - 1 ? CHUNK_END | flags : 0
    compress(cv, block, 0, index, part.length, start | end)
  }
  return new Uint8Array(cv.buffer)
}

function parentValue(left: Uint8Array, right: Uint8Array, flags: number): Uint8Array {
  const cv = fresh()
  blockBytes.set(left)
  blockBytes.set(right, 32)
  compress(cv, block, 0, 0, 64, PARENT | flags)
  return new Uint8Array(cv.buffer)
}

/** Chunks of the left subtree: the largest power of two below `chunks`. */
const leftChunks = (chunks: number): number => 2 ** (31 - Math.clz32(chunks - 1))
const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / BLAKE3_CHUNK))

/** Chaining value of the subtree over chunks [first, first + count), which is not the root. */
function subtree(data: Uint8Array, first: number, count: number): Uint8Array {
  if (count === 1) {
    const chunk = data.subarray(first * BLAKE3_CHUNK, (first + 1) * BLAKE3_CHUNK)
    return chunkValue(chunk, first, 0)
  }
  const left = leftChunks(count)
  return parentValue(subtree(data, first, left), subtree(data, first + left, count - left), 0)
}

/** Opens one chunk of `data` against its BLAKE3 hash. Hashes the whole of `data`. @throws RangeError when there is no such chunk. */
export function blake3ChunkOpening(data: Uint8Array, index: number): Blake3Opening {
  let count = chunkCount(data.length)
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new RangeError(`there is no chunk ${index} in ${data.length} bytes`)
  const chunk = data.slice(index * BLAKE3_CHUNK, (index + 1) * BLAKE3_CHUNK)
  const path: Uint8Array[] = []
  let first = 0
  while (count > 1) {
    const left = leftChunks(count)
    if (index < first + left) {
      path.push(subtree(data, first + left, count - left))
      count = left
    } else {
      path.push(subtree(data, first, left))
      first += left
      count -= left
    }
  }
  return { chunk, path: path.reverse() }
}

/** Whether `opening` holds chunk `index` of the `size` bytes whose BLAKE3-256 is `root`. */
export function verifyBlake3Chunk(
  root: Uint8Array,
  size: number,
  index: number,
  opening: Blake3Opening,
): boolean {
  let count = chunkCount(size)
  if (!Number.isSafeInteger(size) || size < 0 || !Number.isInteger(index)) return false
  if (index < 0 || index >= count || opening.path.length > MAX_PATH) return false
  const length = Math.min(BLAKE3_CHUNK, size - index * BLAKE3_CHUNK)
  if (opening.chunk.length !== length || opening.path.some((v) => v.length !== 32)) return false
  // Which side the chunk's subtree is on, from the root down.
  const sides: boolean[] = []
  let first = 0
  while (count > 1) {
    const left = leftChunks(count)
    const onLeft = index < first + left
    sides.push(onLeft)
    if (!onLeft) first += left
    count = onLeft ? left : count - left
  }
  if (sides.length !== opening.path.length) return false
  let value = chunkValue(opening.chunk, index, sides.length === 0 ? ROOT : 0)
  for (const [i, sibling] of opening.path.entries()) {
    const level = sides.length - 1 - i
    const flags = level === 0 ? ROOT : 0
    value = sides[level] ? parentValue(value, sibling, flags) : parentValue(sibling, value, flags)
  }
  return equal(value, root)
}
