import { concat, EMPTY } from '@cess/bytes'

/** Pieces of bytes from anywhere: a file, a socket, an array. A piece need not outlast the request for the next one. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** One chunk; `last` when the source has ended behind it. */
export interface Chunk {
  readonly bytes: Uint8Array
  readonly last: boolean
}

/**
 * Cuts a source into chunks of `size` bytes; the last one has 1 to `size`, or none when the source is empty.
 * Chunks inside a piece are views of it, so that large pieces are not copied; use each before asking for the next.
 */
export async function* rechunk(source: ByteSource, size: number): AsyncGenerator<Chunk, void> {
  const held = new Uint8Array(size)
  let length = 0
  for await (const piece of source) {
    let at = 0
    // A full chunk is let go only when a byte follows: until then it may be the last one.
    if (length > 0 && length + piece.length > size) {
      at = size - length
      held.set(piece.subarray(0, at), length)
      yield { bytes: held, last: false }
      length = 0
    }
    for (; piece.length - at > size; at += size)
      yield { bytes: piece.subarray(at, at + size), last: false }
    held.set(piece.subarray(at), length)
    length += piece.length - at
  }
  yield { bytes: held.subarray(0, length), last: true }
}

/** Takes bytes off the front of a source, and then the rest of it. */
interface ByteReader {
  /** The next `length` bytes, or all there are when the source ends before. */
  take(length: number): Promise<Uint8Array>
  /** Everything not taken. */
  rest(): AsyncGenerator<Uint8Array, void>
  /** Tells the source that no more is wanted. */
  close(): Promise<void>
}

export function byteReader(source: ByteSource): ByteReader {
  const pieces = iterate(source)
  let held: Uint8Array = EMPTY
  return {
    async take(length) {
      const parts = [held]
      let total = held.length
      while (total < length) {
        const next = await pieces.next()
        if (next.done) break
        // A copy, since the piece may not outlast the next request.
        parts.push(next.value.slice())
        total += next.value.length
      }
      const all = concat(...parts)
      held = all.subarray(length)
      return all.subarray(0, length)
    },
    async *rest() {
      yield held
      yield* pieces
    },
    close: async () => void (await pieces.return()),
  }
}

async function* iterate(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  yield* source
}
