import { ROOT } from './blake3-compress.ts'
import { BLAKE3_CHUNK, parentValue, type SubtreeHasher } from './blake3-node.ts'

/** BLAKE3-256 or SHA-256 of a stream: `update` any number of times, then `digest` once. */
export interface StreamHasher {
  update(data: Uint8Array): StreamHasher
  digest(): Uint8Array
}

/** Hashes block by block. The last block waits for what follows, since the top of the tree is hashed with a flag. */
export function treeStream(hasher: SubtreeHasher): StreamHasher {
  const size = hasher.chunks * BLAKE3_CHUNK
  const waiting = new Uint8Array(size)
  let held = 0
  let blocks = 0
  /** Values of whole subtrees, left to right: one for each bit that is set in `blocks`. */
  const subtrees: Uint8Array[] = []

  const add = (block: Uint8Array): void => {
    let value = hasher.value(block, blocks * hasher.chunks, 0)
    for (let n = blocks; n & 1; n >>>= 1) value = parentValue(subtrees.pop()!, value, 0)
    subtrees.push(value)
    blocks++
  }
  const stream: StreamHasher = {
    update(data) {
      let at = 0
      while (at < data.length) {
        if (held === size) {
          add(waiting)
          held = 0
        }
        if (held === 0)
          for (; data.length - at > size; at += size) add(data.subarray(at, at + size))
        const part = data.subarray(at, at + size - held)
        waiting.set(part, held)
        held += part.length
        at += part.length
      }
      return stream
    },
    digest: () =>
      subtrees.reduceRight(
        (value, left, i) => parentValue(left, value, i === 0 ? ROOT : 0),
        hasher.value(
          waiting.subarray(0, held),
          blocks * hasher.chunks,
          subtrees.length === 0 ? ROOT : 0,
        ),
      ),
  }
  return stream
}
