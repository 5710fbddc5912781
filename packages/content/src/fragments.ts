import type { FileId } from '@cess/bytes'
import { DATA_FRAGMENTS, fragmentId, fragmentSize } from '@cess/primitives'
import type { ErasureCode } from './erasure.ts'
import { ContentError } from './errors.ts'

/** Whether bytes are the fragment with this id. The size is looked at first, so that no peer makes us hash for nothing. */
export const isFragment = (bytes: Uint8Array, id: FileId, size: number): boolean =>
  bytes.length === size && fragmentId(bytes) === id

/**
 * Data fragments from any four that are good, each checked against its id.
 *
 * Without this check the fragments' ids would not fix what a segment holds: an uploader may declare parity that belongs
 * to other data, and readers of different fragments would read different bytes. With it a segment is its four data
 * fragments, whichever way they come back; so fragment ids are enough, and the segment id, which is a hash over them,
 * was checked once for the whole layout.
 * @throws ContentError CORRUPT when the fragments of a segment contradict each other.
 */
export async function restoreData(
  shards: readonly (Uint8Array | undefined)[],
  wanted: readonly number[],
  ids: readonly FileId[],
  erasure: ErasureCode,
  into?: readonly Uint8Array[],
): Promise<Map<number, Uint8Array>> {
  const restored = await erasure.reconstruct(shards, wanted, into)
  for (const index of wanted) {
    const bytes = restored.get(index)
    if (!bytes || fragmentId(bytes) !== ids[index])
      throw new ContentError(
        'CORRUPT',
        `The fragments of a segment contradict each other: number ${index}, restored from the others, is not the one that was declared. The uploader made a mistake or cheated; only the original file can mend it.`,
      )
  }
  return restored
}

export interface DecodedSegment {
  readonly bytes: Uint8Array
  /** Which of the given fragments were not the ones declared. */
  readonly bad: readonly number[]
}

/**
 * The bytes of a segment from any four good fragments.
 * @param length bytes that the segment covers.
 * @param shards 12 places; `undefined` for what is missing. Bad ones are dropped.
 * @param ids fragment ids as the layout has them.
 * @throws ContentError UNAVAILABLE when fewer than four are good; CORRUPT when they contradict each other.
 */
export async function decodeSegment(
  length: number,
  shards: readonly (Uint8Array | undefined)[],
  ids: readonly FileId[],
  erasure: ErasureCode,
): Promise<DecodedSegment> {
  const size = fragmentSize(length)
  const bad: number[] = []
  const good = ids.map((id, i) => {
    const bytes = shards[i]
    if (bytes && !isFragment(bytes, id, size)) bad.push(i)
    return bad.includes(i) ? undefined : bytes
  })
  const count = good.filter((bytes) => bytes !== undefined).length
  if (count < DATA_FRAGMENTS) throw unavailable(count)
  const wanted = [0, 1, 2, 3].filter((i) => !good[i])
  const restored =
    wanted.length > 0
      ? await restoreData(good, wanted, ids, erasure)
      : new Map<number, Uint8Array>()
  const bytes = new Uint8Array(length)
  for (let i = 0; i * size < length; i++)
    bytes.set((good[i] ?? restored.get(i)!).subarray(0, length - i * size), i * size)
  return { bytes, bad }
}

export const unavailable = (count: number): ContentError =>
  new ContentError(
    'UNAVAILABLE',
    `Only ${count} good fragments of a segment can be had, and ${DATA_FRAGMENTS} are needed. Try again later: repair may be under way, or miners offline.`,
  )
