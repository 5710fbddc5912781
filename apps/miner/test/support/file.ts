import type { AccountId, FileId } from '@cess/bytes'
import { SeededRandom } from '@cess/ports'
import { FRAGMENTS, fileIdOf, fragmentId, fragmentSize, segmentId } from '@cess/primitives'
import type { NewFragment } from '../../src/store/fragments.ts'

const random = new SeededRandom(7)

export interface TestSegment {
  readonly size: number
  /** All 12; the miner does not care whether they are a code word. */
  readonly fragments: readonly Uint8Array[]
  readonly ids: readonly FileId[]
}
/** A file as the chain would know it. */
export interface TestFile {
  readonly fileId: FileId
  readonly segments: readonly TestSegment[]
}

/** Fast noise: every fragment differs in its first bytes. */
function noise(size: number): Uint8Array {
  const data = new Uint8Array(size)
  data.set(random.bytes(Math.min(size, 4096)))
  for (let at = 4096; at < size; at += 4096)
    data.set(data.subarray(0, Math.min(4096, size - at)), at)
  for (let at = 0; at < size; at += 1024) data[at] = (data[at]! + at / 1024) & 0xff
  return data
}

/** A file with one segment for each length. */
export function testFile(...lengths: readonly number[]): TestFile {
  const segments = lengths.map((length): TestSegment => {
    const size = fragmentSize(length)
    const fragments = Array.from({ length: FRAGMENTS }, () => noise(size))
    return { size, fragments, ids: fragments.map(fragmentId) }
  })
  const list = segments.map((s, i) => ({
    hash: segmentId(lengths[i]!, s.ids),
    fragmentList: s.ids,
  }))
  const total = lengths.reduce((sum, n) => sum + n, 0)
  return { fileId: fileIdOf(total, list), segments }
}

export const ACCOUNT = (n: number): AccountId =>
  `0x${n.toString(16).padStart(2, '0').repeat(32)}` as AccountId

/** What `store.fragments.add` takes for a fragment of a test file. */
export const newFragment = (file: TestFile, segment: number, index: number): NewFragment => ({
  fileId: file.fileId,
  index,
  segment,
  id: file.segments[segment]!.ids[index - 1]!,
  segments: file.segments.length,
  operator: ACCOUNT(0xa0),
  owner: ACCOUNT(0xa1),
  siblings: file.segments[segment]!.ids,
})
