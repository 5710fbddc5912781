import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { createErasurePool, createReedSolomon } from '@cess/erasure'
import {
  fileIdOf,
  fragmentId,
  fragmentSize,
  MAX_SEGMENTS,
  SEGMENT_SIZE,
  segmentId,
} from '@cess/primitives'
import fc from 'fast-check'
import {
  checkLayout,
  decodeSegment,
  type EncodedSegment,
  encodeSegments,
  type Layout,
  layout,
  pooledErasure,
} from '../src/index.ts'
import { collect, fails, pattern, pieces } from './support.ts'

const erasure = createReedSolomon(4, 8)
const encodeAll = (bytes: Uint8Array, cut = 65_536): Promise<EncodedSegment[]> =>
  Array.fromAsync(encodeSegments(pieces(bytes, cut), { erasure }))
const ids = (segment: EncodedSegment) => segment.fragments.map((f) => f.id)
const shards = (segment: EncodedSegment) => segment.fragments.map((f) => f.bytes)

const sizes = fc.oneof(
  fc.constantFrom(0, 1, 4095, 4096, 4097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537),
  fc.integer({ min: 0, max: 200_000 }),
)
/** Any 4 of 12, or more. */
const survivors = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 4, maxLength: 12 })

test('a segment comes back from any four fragments, at any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      sizes,
      survivors,
      fc.integer({ min: 1, max: 70_000 }),
      async (n, kept, cut) => {
        const bytes = pattern(n)
        const [segment, ...more] = await encodeAll(bytes, Math.max(cut, Math.ceil(n / 50)))
        assert.ok(segment)
        assert.equal(more.length, 0)
        assert.equal(segment.length, n)
        assert.equal(segment.fragments.length, 12)
        for (const { id, bytes: fragment } of segment.fragments) {
          assert.equal(fragment.length, fragmentSize(n))
          assert.equal(fragmentId(fragment), id)
        }
        assert.equal(segment.id, segmentId(n, ids(segment)))
        const given = shards(segment).map((s, i) => (kept.includes(i) ? s : undefined))
        const decoded = await decodeSegment(n, given, ids(segment), erasure)
        assert.deepEqual(decoded, { bytes, bad: [] })
      },
    ),
    { numRuns: 60 },
  )
})

test('bad fragments are found, named and done without, up to eight of them', async () => {
  const bytes = pattern(50_000)
  const [segment] = await encodeAll(bytes)
  assert.ok(segment)
  const flipped = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 8 })
  const size = fragmentSize(50_000)
  await fc.assert(
    fc.asyncProperty(flipped, fc.nat(size - 1), fc.nat(7), async (bad, at, bit) => {
      const given = shards(segment).map((s, i) =>
        bad.includes(i) ? s.with(at, s[at]! ^ (1 << bit)) : s,
      )
      const decoded = await decodeSegment(50_000, given, ids(segment), erasure)
      assert.deepEqual(decoded.bytes, bytes)
      assert.deepEqual(
        decoded.bad,
        bad.toSorted((a, b) => a - b),
      )
    }),
    { numRuns: 40 },
  )
  const given = shards(segment)
  const misplaced = given.with(0, given[1]!).with(5, given[5]!.subarray(1))
  const decoded = await decodeSegment(50_000, misplaced, ids(segment), erasure)
  assert.deepEqual(decoded, { bytes, bad: [0, 5] })
  const three = given.map((s, i) => (i < 9 ? undefined : s))
  await fails(() => decodeSegment(50_000, three, ids(segment), erasure), 'UNAVAILABLE')
})

test('an uploader cannot make one segment read as two different ones', async () => {
  // Data fragments of one file with the parity of another, each under its own true id.
  const [honest] = await encodeAll(pattern(50_000))
  const [other] = await encodeAll(pattern(50_000, 2))
  assert.ok(honest && other)
  const mixed = honest.fragments.map((f, i) => (i < 4 ? f : other.fragments[i]!))
  const mixedIds = mixed.map((f) => f.id)
  const all = mixed.map((f) => f.bytes)
  assert.deepEqual((await decodeSegment(50_000, all, mixedIds, erasure)).bytes, pattern(50_000))
  const parityOnly = all.map((s, i) => (i < 4 ? undefined : s))
  await fails(() => decodeSegment(50_000, parityOnly, mixedIds, erasure), 'CORRUPT')
})

test('two real segments: sizes, ids, layout, and memory that is used again only when released', async () => {
  const bytes = pattern(SEGMENT_SIZE + 1_000_000)
  const buffers = new Set<ArrayBufferLike>()
  const kept: Omit<EncodedSegment, 'release' | 'fragments'>[] = []
  const lists: { id: FileId; fragments: { id: FileId }[] }[] = []
  for await (const segment of encodeSegments(pieces(bytes, 5_000_000), { erasure })) {
    const { index, length, id } = segment
    const lossy = shards(segment).map((s, i) => (i < 2 || i > 5 ? undefined : s))
    const decoded = await decodeSegment(length, lossy, ids(segment), erasure)
    const start = index * SEGMENT_SIZE
    assert.ok(Buffer.compare(decoded.bytes, bytes.subarray(start, start + length)) === 0)
    kept.push({ index, length, id })
    lists.push({ id, fragments: ids(segment).map((one) => ({ id: one })) })
    buffers.add(segment.fragments[0]!.bytes.buffer)
    segment.release()
    segment.release()
  }
  assert.deepEqual(
    kept.map(({ index, length }) => [index, length]),
    [
      [0, SEGMENT_SIZE],
      [1, 1_000_000],
    ],
  )
  assert.equal(buffers.size, 1)
  const made = layout(bytes.length, lists)
  assert.equal(made.fileId, fileIdOf(bytes.length, made.segments))
  assert.equal(made.segments.length, 2)
  checkLayout(structuredClone(made))
  assert.throws(() => layout(bytes.length, lists.slice(1)), RangeError)
})

test('a file of whole segments has no empty one behind them, and what is not released stays', async () => {
  const segments = await encodeAll(pattern(SEGMENT_SIZE), SEGMENT_SIZE)
  assert.deepEqual(
    segments.map((s) => s.length),
    [SEGMENT_SIZE],
  )
  const small = await encodeAll(new Uint8Array())
  assert.deepEqual(
    small.map((s) => s.length),
    [0],
  )
  assert.equal(small[0]!.fragments[0]!.bytes.length, 4096)
})

test('a used buffer leaks nothing into the padding of the next segment', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(SEGMENT_SIZE).fill(0xff)
    yield Uint8Array.of(1)
  }
  const seen: string[][] = []
  for await (const segment of encodeSegments(source(), { erasure })) {
    if (segment.index === 1) seen.push(ids(segment))
    segment.release()
  }
  const [fresh] = await encodeAll(Uint8Array.of(1))
  assert.ok(fresh)
  assert.deepEqual(seen, [ids(fresh)])
})

test('more segments than a file may have are refused', async () => {
  // Fragments are not computed, so that the bound is reached at once.
  const nothing = {
    encode: (_: unknown, into?: readonly Uint8Array[]) => [...into!],
    reconstruct: () => new Map(),
  }
  const id = 'ab'.repeat(32) as FileId
  const piece = new Uint8Array(SEGMENT_SIZE)
  function* endless(): Generator<Uint8Array> {
    for (let i = 0; i <= MAX_SEGMENTS; i++) yield piece
  }
  let count = 0
  await fails(async () => {
    for await (const segment of encodeSegments(endless(), { erasure: nothing, hash: () => id })) {
      count++
      segment.release()
    }
  }, 'TOO_LARGE')
  assert.equal(count, MAX_SEGMENTS)
})

test('a layout from outside that is not what its file id stands for is refused', async () => {
  const made = layout(50_000, await encodeAll(pattern(50_000)))
  const [list] = made.segments
  assert.ok(list)
  const other = fragmentId(new Uint8Array(4096))
  const bad: Layout[] = [
    { ...made, fileSize: 50_001 },
    { ...made, fileSize: -1 },
    { ...made, fileSize: 2 ** 60 },
    { ...made, fileId: other },
    { ...made, segments: [] },
    { ...made, segments: [list, list] },
    { ...made, segments: [{ ...list, hash: other }] },
    { ...made, segments: [{ ...list, fragmentList: list.fragmentList.slice(1) }] },
    { ...made, segments: [{ ...list, fragmentList: list.fragmentList.with(3, other) }] },
    { ...made, segments: [{ ...list, fragmentList: list.fragmentList.with(3, 'zz' as FileId) }] },
  ]
  for (const one of bad) await fails(() => checkLayout(one), 'CORRUPT', 'TOO_LARGE')
  checkLayout({ ...made })
})

test('fragment ids may be computed elsewhere', async () => {
  const stream = encodeSegments([pattern(100)], { erasure, hash: async (f) => fragmentId(f) })
  const [segment] = await Array.fromAsync(stream)
  const [plain] = await encodeAll(pattern(100))
  assert.equal(segment?.id, plain?.id)
  assert.equal((await collect(pieces(pattern(100), 7))).length, 100)
})

test('threads of a pool give the same fragments and bytes', async () => {
  const pool = createErasurePool({ threads: 2 })
  try {
    const pooled = pooledErasure(pool, erasure)
    for (const n of [1, 700_000]) {
      const [segment] = await Array.fromAsync(encodeSegments([pattern(n)], { erasure: pooled }))
      const [single] = await encodeAll(pattern(n))
      assert.ok(segment && single)
      assert.deepEqual(ids(segment), ids(single))
      const given = shards(segment).map((s, i) => (i < 8 ? undefined : s))
      const decoded = await decodeSegment(n, given, ids(segment), pooled)
      assert.deepEqual(decoded.bytes, pattern(n))
    }
  } finally {
    await pool.close()
  }
})
