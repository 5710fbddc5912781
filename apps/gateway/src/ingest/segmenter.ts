import type { FileId } from '@cess/bytes'
import { type Layout, layout } from '@cess/content'
import { SEGMENT_SIZE, segmentId, segmentLengths } from '@cess/primitives'
import type { Encoder } from '../work/encoder.ts'

/** Computes the ids of a ciphertext's segments while it is still being written to disk. */
export interface Segmenter {
  /** So many bytes are in the file. A segment is begun once it is known to be a full one. */
  advance(written: number): void
  /** Forgets what reaches behind `length`, where the file is cut; whoever reads there is waited for. */
  rewind(length: number): Promise<void>
  /** The layout of the whole file. */
  finish(length: number): Promise<Layout>
}

interface Encoded {
  readonly id: FileId
  readonly fragments: readonly { readonly id: FileId }[]
}

export function createSegmenter(path: string, encoder: Encoder): Segmenter {
  const segments: Promise<Encoded>[] = []

  async function encode(index: number, length: number): Promise<Encoded> {
    const ids = await encoder.ids({ path, offset: index * SEGMENT_SIZE, length })
    return { id: segmentId(length, ids), fragments: ids.map((id) => ({ id })) }
  }
  function begin(index: number, length: number): void {
    const running = encode(index, length)
    // Whoever finishes is told; an upload that breaks off has nobody waiting.
    running.catch(() => undefined)
    segments[index] = running
  }
  function advance(written: number): void {
    // As many bytes as a segment has may be all there are: then it is the last one, and just as long.
    while ((segments.length + 1) * SEGMENT_SIZE <= written) begin(segments.length, SEGMENT_SIZE)
  }

  return {
    advance,
    async rewind(length) {
      const kept = Math.min(segments.length, Math.floor(length / SEGMENT_SIZE))
      // A piece that goes straight on waits for nothing: the segments before it stay as they are.
      await Promise.allSettled(segments.slice(kept))
      segments.length = kept
    },
    async finish(length) {
      const lengths = segmentLengths(length)
      for (const [index, bytes] of lengths.entries()) if (!segments[index]) begin(index, bytes)
      return layout(length, await Promise.all(segments.slice(0, lengths.length)))
    },
  }
}
