import type { Clock } from '@cess/ports'
import { DATA_FRAGMENTS, FRAGMENTS, fragmentSize, segmentLengths } from '@cess/primitives'
import type { ErasureCode } from './erasure.ts'
import { ContentError } from './errors.ts'
import { collected, type FragmentMemory } from './memory.ts'
import { type Fault, readSegment, type SegmentReader } from './segment-reader.ts'
import { checkLayout, type Layout } from './segments.ts'
import { createSlots } from './slots.ts'

export interface ReadOptions {
  /** Checked against its file id before anything is fetched (once for each layout object). */
  readonly layout: Layout
  /**
   * Gets a fragment from wherever it is: `undefined` when it cannot be had, any error counts as that. Must settle in
   * time unless `hedge` is given, and stop when the signal says so. What comes is verified here.
   */
  readonly fetch: (
    segment: number,
    index: number,
    signal: AbortSignal,
  ) => Promise<Uint8Array | undefined>
  readonly erasure: ErasureCode
  /**
   * Memory for fragments that have to be restored, and where all fragments go when they are done with, those that `fetch`
   * gave as well: each piece is void then when the next one is asked for.
   */
  readonly memory?: FragmentMemory
  /** Bytes of ciphertext to read; all of them unless given. */
  readonly range?: { readonly offset: number; readonly length: number }
  /** Fragments of a segment, best first, for the choice of substitutes. In order unless given. */
  readonly prefer?: (segment: number) => readonly number[]
  /** A fragment that is not there after so long is no longer waited for: others are asked for as well. */
  readonly hedge?: { readonly clock: Clock; readonly afterMs: number }
  /** Requests at the same time: 8 unless given. */
  readonly concurrency?: number
  /**
   * Segments that are fetched ahead of the one that is read: 1 unless given. Memory is 32 MiB for each and as much for the
   * one that is read.
   */
  readonly ahead?: number
  /** Told about each fragment that was not good: to repair it, to think less of a miner. */
  readonly onFault?: (segment: number, index: number, fault: Fault) => void
  readonly signal?: AbortSignal
}

/** The data fragments of one segment that a range touches, and where it begins and ends in them. */
interface Part {
  readonly segment: number
  /** Bytes of each fragment. */
  readonly size: number
  readonly slices: readonly { readonly index: number; readonly from: number; readonly to: number }[]
}

function* partsOf(fileSize: number, start: number, end: number): Generator<Part, void> {
  let base = 0
  for (const [segment, length] of segmentLengths(fileSize).entries()) {
    const size = fragmentSize(length)
    const slices = []
    for (let index = 0; index < DATA_FRAGMENTS; index++) {
      const at = base + index * size
      // The fragments behind the segment's end hold padding only, which nobody needs.
      const stop = Math.min(at + size, base + length, end)
      const from = Math.max(at, start)
      if (from < stop) slices.push({ index, from: from - at, to: stop - at })
    }
    if (slices.length > 0) yield { segment, size, slices }
    base += length
  }
}

function checkedRange({ layout, range }: ReadOptions): readonly [start: number, end: number] {
  const { fileSize } = layout
  const { offset, length } = range ?? { offset: 0, length: fileSize }
  const inside =
    Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
  if (!inside || offset + length > fileSize)
    throw new ContentError(
      'OUT_OF_RANGE',
      `The range of ${length} bytes from ${offset} is not within the file, which has ${fileSize} bytes.`,
    )
  return [offset, offset + length]
}

/**
 * Reads a file, or a range of it, from fragments: in order, every byte verified before it comes out, and with any eight
 * fragments of each segment lost. A range fetches only the data fragments that hold it, as long as those are good.
 * @throws ContentError OUT_OF_RANGE; CORRUPT for a layout or fragments that contradict their ids; UNAVAILABLE when a
 * segment has fewer than four good fragments; the signal's reason.
 */
export async function* readFile(options: ReadOptions): AsyncGenerator<Uint8Array, void> {
  const { layout, signal, ahead = 1, concurrency = 8, memory = collected } = options
  signal?.throwIfAborted()
  checkLayout(layout)
  const [start, end] = checkedRange(options)
  const slots = createSlots(concurrency)
  const parts = partsOf(layout.fileSize, start, end)
  const open: { readonly part: Part; readonly reader: SegmentReader }[] = []
  const stop = (): void => {
    for (const { reader } of open) reader.close(signal?.reason)
  }

  const openNext = (): boolean => {
    const next = parts.next()
    if (next.done) return false
    const { segment, size, slices } = next.value
    const wanted = slices.map((slice) => slice.index)
    const order = options.prefer?.(segment) ?? []
    const reader = readSegment({
      ids: layout.segments[segment]!.fragmentList,
      size,
      wanted,
      others: [...new Set([...order, ...Array(FRAGMENTS).keys()])].filter(
        (i) => i >= 0 && i < FRAGMENTS && !wanted.includes(i),
      ),
      erasure: options.erasure,
      memory,
      slots,
      hedge: options.hedge,
      fetch: (index, abort) => options.fetch(segment, index, abort),
      onFault: (index, fault) => options.onFault?.(segment, index, fault),
    })
    open.push({ part: next.value, reader })
    return true
  }

  const fetchAhead = (): void => {
    let more = true
    while (more && open.length <= ahead) more = openNext()
  }

  signal?.addEventListener('abort', stop)
  try {
    openNext()
    for (let first = open[0]; first; first = open[0]) {
      for (const { index, from, to } of first.part.slices) {
        signal?.throwIfAborted()
        const bytes = await first.reader.fragment(index)
        // Only now: what this segment was restored from is free.
        fetchAhead()
        yield bytes.subarray(from, to)
        first.reader.release(index)
      }
      first.reader.close()
      open.shift()
      if (open.length === 0) openNext()
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}
