import type { FileId } from '@cess/bytes'
import { MAX_SEGMENTS, SEGMENT_SIZE, segmentId } from '@cess/primitives'
import { ContentError } from './errors.ts'
import { createFragmentIds, stripesOf } from './fragment-ids.ts'
import type { ByteSource } from './rechunk.ts'
import { grow, type Layout, layout } from './segments.ts'

/** Who names the fragments of a stream's segments: this thread, or another one. */
export interface Naming {
  /** Memory for a segment: shared when a thread is to read it. */
  allocate(bytes: number): Uint8Array
  /** Ids of the 12 fragments of the segment in the first `length` bytes, which stay as they are until it resolves. */
  ids(segment: Uint8Array, length: number): Promise<readonly FileId[]>
}

/** Names fragments on this thread. */
export function namingHere(): Naming {
  const ids = createFragmentIds()
  return {
    allocate: (bytes) => new Uint8Array(bytes),
    ids: (segment, length) => ids(length, stripesOf(segment, length)),
  }
}

/**
 * The layout of a ciphertext, when nobody wants its fragments. A segment is filled while the one before is named: memory
 * is two of 32 MiB.
 * @throws ContentError TOO_LARGE when the stream is longer than a file may be.
 */
export async function streamLayout(stream: ByteSource, naming: Naming): Promise<Layout> {
  const segments: { id: FileId; fragments: { id: FileId }[] }[] = []
  let [filling, resting] = [new Uint8Array(), new Uint8Array()] as [Uint8Array, Uint8Array]
  let [length, total] = [0, 0]
  let named: Promise<void> = Promise.resolve()

  async function name(segment: Uint8Array, bytes: number): Promise<void> {
    const ids = await naming.ids(segment, bytes)
    segments.push({ id: segmentId(bytes, ids), fragments: ids.map((id) => ({ id })) })
  }
  async function finish(): Promise<void> {
    await named
    named = name(filling, length)
    // Awaited with the next segment.
    named.catch(() => undefined)
    ;[filling, resting] = [resting, filling]
    length = 0
  }

  for await (const piece of stream) {
    total += piece.length
    if (total > MAX_SEGMENTS * SEGMENT_SIZE)
      throw new ContentError(
        'TOO_LARGE',
        `A file has at most ${MAX_SEGMENTS} segments of 32 MiB (31.25 GiB). Split it and store the parts.`,
      )
    for (let at = 0; at < piece.length; ) {
      // A full segment is let go only when a byte follows: a file of whole segments has no empty one behind them.
      if (length === SEGMENT_SIZE) await finish()
      const part = piece.subarray(at, at + SEGMENT_SIZE - length)
      filling = grow(filling, length, length + part.length, naming.allocate)
      filling.set(part, length)
      length += part.length
      at += part.length
    }
  }
  await finish()
  await named
  return layout(total, segments)
}
