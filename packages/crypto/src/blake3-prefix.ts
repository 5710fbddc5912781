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

const hasher = simdHasher ?? scalarHasher

/** Chunks of a prefix; the first ones that are a subtree: a power of two, no more than there are. */
function prefixChunks(prefixBytes: number, size: number): number {
  const chunks = prefixBytes / BLAKE3_CHUNK
  if (!Number.isInteger(Math.log2(chunks)) || chunks > chunkCount(size) || prefixBytes > size)
    throw new RangeError(
      `the first ${prefixBytes} of ${size} bytes are no subtree: they must be a power of two of KiB`,
    )
  return chunks
}

/**
 * Chaining values beside the way from the first `prefixBytes` of `data` to the root, from the prefix up: with them the
 * prefix alone shows that it is the beginning of what has this hash. @throws RangeError
 */
export function blake3PrefixPath(data: Uint8Array, prefixBytes: number): Uint8Array[] {
  const chunks = prefixChunks(prefixBytes, data.length)
  const path: Uint8Array[] = []
  for (let count = chunkCount(data.length); count > chunks; ) {
    const left = leftChunks(count)
    path.push(nodeValue(hasher, data, left, count - left, 0))
    count = left
  }
  return path.reverse()
}

/** Whether `prefix` is how the `size` bytes begin whose BLAKE3-256 is `root`. @throws RangeError for a length that has no path */
export function verifyBlake3Prefix(
  root: Uint8Array,
  size: number,
  prefix: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  const chunks = prefixChunks(prefix.length, size)
  let levels = 0
  for (let count = chunkCount(size); count > chunks; count = leftChunks(count)) levels++
  if (path.length !== levels || path.some((value) => value.length !== 32)) return false
  let value = nodeValue(hasher, prefix, 0, chunks, levels === 0 ? ROOT : 0)
  for (const [i, sibling] of path.entries())
    value = parentValue(value, sibling, i === levels - 1 ? ROOT : 0)
  return equal(value, root)
}
