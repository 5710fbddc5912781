import { type FileId, isFileId } from '@cess/bytes'
import {
  DATA_FRAGMENTS,
  FRAGMENTS,
  fileIdOf,
  fragmentId,
  fragmentSize,
  MAX_SEGMENTS,
  PARITY_FRAGMENTS,
  SEGMENT_SIZE,
  type SegmentList,
  segmentId,
  segmentLengths,
} from '@cess/primitives'
import type { ErasureCode } from './erasure.ts'
import { ContentError } from './errors.ts'
import type { ByteSource } from './rechunk.ts'

export interface EncodedFragment {
  readonly id: FileId
  readonly bytes: Uint8Array
}

/** A segment of a file, ready to be placed. */
export interface EncodedSegment {
  readonly index: number
  /** Bytes of ciphertext that it covers. */
  readonly length: number
  readonly id: FileId
  /** Four of data, then eight of parity, all of one size. */
  readonly fragments: readonly EncodedFragment[]
  /** Gives the memory back, to be used for a later segment: the fragments' bytes are void then. Not calling it is safe. */
  release(): void
}

export interface SegmentingOptions {
  readonly erasure: ErasureCode
  /** Computes fragment ids, for callers that spread the work over threads. `fragmentId` on this thread unless given. */
  readonly hash?: (fragment: Uint8Array) => FileId | Promise<FileId>
}

/** Memory of one segment. Data grows with what arrives, so that small files stay small. */
interface Buffers {
  data: Uint8Array
  parity: Uint8Array
}

const SMALLEST = 64 * 1024

type Allocate = (bytes: number) => Uint8Array
const allocateHere: Allocate = (bytes) => new Uint8Array(bytes)

/** Memory of a segment that grows with what arrives. */
export function grow(
  old: Uint8Array,
  used: number,
  needed: number,
  allocate: Allocate,
): Uint8Array {
  if (old.length >= needed) return old
  const grown = allocate(Math.min(SEGMENT_SIZE, Math.max(SMALLEST, 8 * old.length, needed)))
  grown.set(old.subarray(0, used))
  return grown
}

const slices = (bytes: Uint8Array, size: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

async function encodeSegment(
  index: number,
  length: number,
  buffers: Buffers,
  { erasure, hash = fragmentId }: SegmentingOptions,
): Promise<Omit<EncodedSegment, 'release'>> {
  const allocate = erasure.allocate ?? allocateHere
  const size = fragmentSize(length)
  buffers.data = grow(buffers.data, length, DATA_FRAGMENTS * size, allocate)
  // A buffer that held another segment has its bytes here, and padding is zeros.
  buffers.data.fill(0, length, DATA_FRAGMENTS * size)
  if (buffers.parity.length < PARITY_FRAGMENTS * size)
    buffers.parity = allocate(PARITY_FRAGMENTS * size)
  const data = slices(buffers.data, size, DATA_FRAGMENTS)
  const parity = await erasure.encode(data, slices(buffers.parity, size, PARITY_FRAGMENTS))
  const fragments: EncodedFragment[] = await Promise.all(
    [...data, ...parity].map(async (bytes) => ({ id: await hash(bytes), bytes })),
  )
  const id = segmentId(
    length,
    fragments.map((fragment) => fragment.id),
  )
  return { index, length, id, fragments }
}

/**
 * Cuts a ciphertext into segments of 32 MiB and encodes each into 12 fragments. Memory: 96 MiB for every segment that
 * was not released, 96 MiB at least for large files, a multiple of the file for small ones.
 * @throws ContentError TOO_LARGE when the stream is longer than a file may be.
 */
export async function* encodeSegments(
  stream: ByteSource,
  options: SegmentingOptions,
): AsyncGenerator<EncodedSegment, void> {
  const allocate = options.erasure.allocate ?? allocateHere
  const free: Buffers[] = []
  const take = (): Buffers => free.pop() ?? { data: new Uint8Array(), parity: new Uint8Array() }
  let buffers = take()
  let index = 0
  let length = 0

  const finish = async (): Promise<EncodedSegment> => {
    const used = buffers
    const encoded = await encodeSegment(index, length, used, options)
    let released = false
    const release = (): void => {
      if (!released) free.push(used)
      released = true
    }
    return { ...encoded, release }
  }

  for await (const piece of stream) {
    for (let at = 0; at < piece.length; ) {
      if (length === SEGMENT_SIZE) {
        yield await finish()
        buffers = take()
        length = 0
        if (++index === MAX_SEGMENTS)
          throw new ContentError(
            'TOO_LARGE',
            `A file has at most ${MAX_SEGMENTS} segments of 32 MiB (31.25 GiB). Split it and store the parts.`,
          )
      }
      const part = piece.subarray(at, at + SEGMENT_SIZE - length)
      buffers.data = grow(buffers.data, length, length + part.length, allocate)
      buffers.data.set(part, length)
      length += part.length
      at += part.length
    }
  }
  // The last one is held until the stream ends, so a file of whole segments has no empty one behind them.
  yield await finish()
}

/** Where all bytes of a file are: what a deal declares. */
export interface Layout {
  readonly fileId: FileId
  /** Bytes of ciphertext. */
  readonly fileSize: number
  readonly segments: readonly SegmentList[]
}

type EncodedIds = Pick<EncodedSegment, 'id'> & {
  readonly fragments: readonly Pick<EncodedFragment, 'id'>[]
}

/**
 * The layout of a file from its encoded segments in order, whose bytes need not be kept.
 * @throws RangeError when they are not as many as the length takes.
 */
export function layout(ciphertextLength: number, segments: readonly EncodedIds[]): Layout {
  const count = segmentLengths(ciphertextLength).length
  if (segments.length !== count)
    throw new RangeError(`${ciphertextLength} bytes take ${count} segments, not ${segments.length}`)
  const lists = segments.map(
    ({ id, fragments }): SegmentList => ({ hash: id, fragmentList: fragments.map((f) => f.id) }),
  )
  return {
    fileId: fileIdOf(ciphertextLength, lists),
    fileSize: ciphertextLength,
    segments: lists,
  }
}

/** Layouts that were found good: they do not change, and a large one takes milliseconds. */
const checked = new WeakSet<Layout>()

/**
 * Checks that a layout from outside is what its file id stands for: sizes, segment ids and file id.
 * @throws ContentError CORRUPT or TOO_LARGE.
 */
export function checkLayout(candidate: Layout): void {
  if (checked.has(candidate)) return
  const { fileId, fileSize, segments } = candidate
  if (!Number.isSafeInteger(fileSize) || fileSize < 0 || fileSize > MAX_SEGMENTS * SEGMENT_SIZE)
    throw new ContentError(
      'TOO_LARGE',
      `A file cannot have ${fileSize} bytes. Ask another node for it.`,
    )
  const lengths = segmentLengths(fileSize)
  const fits =
    segments.length === lengths.length &&
    segments.every(
      ({ hash, fragmentList }, i) =>
        fragmentList.length === FRAGMENTS &&
        fragmentList.every(isFileId) &&
        segmentId(lengths[i]!, fragmentList) === hash,
    )
  if (!fits || fileIdOf(fileSize, segments) !== fileId)
    throw new ContentError(
      'CORRUPT',
      `The list of fragments does not belong to file ${fileId}. Ask another node for it.`,
    )
  checked.add(candidate)
}
