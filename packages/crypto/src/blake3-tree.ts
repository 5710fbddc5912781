import { equal } from '@cess/bytes'
import { ROOT } from './blake3-compress.ts'
import {
  BLAKE3_CHUNK,
  chunkCount,
  leftChunks,
  nodeValue,
  parentValue,
  scalarHasher,
} from './blake3-node.ts'
import { simdHasher } from './blake3-simd.ts'

export { BLAKE3_CHUNK }

/** Longest path: 2^32 chunks, which is as far as their counters go here. */
const MAX_PATH = 32

/** A chunk and the chaining values beside its way to the root, from the leaf up. */
export interface Blake3Opening {
  readonly chunk: Uint8Array
  /** 32 bytes each. */
  readonly path: readonly Uint8Array[]
}

const hasher = simdHasher ?? scalarHasher

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
      path.push(nodeValue(hasher, data, first + left, count - left, 0))
      count = left
    } else {
      path.push(nodeValue(hasher, data, first, left, 0))
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
  if (count > 2 ** MAX_PATH || index < 0 || index >= count) return false
  if (opening.path.length > MAX_PATH) return false
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
  let value = hasher.value(opening.chunk, index, sides.length === 0 ? ROOT : 0)
  for (const [i, sibling] of opening.path.entries()) {
    const level = sides.length - 1 - i
    const flags = level === 0 ? ROOT : 0
    value = sides[level] ? parentValue(value, sibling, flags) : parentValue(sibling, value, flags)
  }
  return equal(value, root)
}
