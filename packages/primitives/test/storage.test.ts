import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileId, fileId } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import { decode, encode, ScaleError } from '@cess/scale'
import fc from 'fast-check'
import {
  cessHash,
  DATA_FRAGMENTS,
  FRAGMENT_ALIGN,
  FRAGMENTS,
  fileIdOf,
  fragmentId,
  fragmentSize,
  MAX_SEGMENTS,
  receiptPayload,
  SEGMENT_SIZE,
  type SegmentList,
  segmentId,
  segmentLengths,
  segmentList,
  storedBytes,
} from '../src/index.ts'

const MIB = 1024 * 1024
const id = (byte: number): FileId => fileId(byte.toString(16).padStart(2, '0').repeat(32))

test('fragments follow the data: a quarter of the segment in steps of 4 KiB, 8 MiB at most', () => {
  assert.equal(fragmentSize(0), 4096)
  assert.equal(fragmentSize(1), 4096)
  assert.equal(fragmentSize(4 * 4096), 4096)
  assert.equal(fragmentSize(4 * 4096 + 1), 8192)
  assert.equal(fragmentSize(SEGMENT_SIZE), 8 * MIB)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: SEGMENT_SIZE }), (bytes) => {
      const size = fragmentSize(bytes)
      assert.equal(size % FRAGMENT_ALIGN, 0)
      assert.ok(size * DATA_FRAGMENTS >= bytes, 'the data does not fit')
      assert.ok(size === FRAGMENT_ALIGN || (size - FRAGMENT_ALIGN) * DATA_FRAGMENTS < bytes)
    }),
  )
})

test('segments cover a ciphertext to the byte', () => {
  assert.deepEqual(segmentLengths(0), [0])
  assert.deepEqual(segmentLengths(1), [1])
  assert.deepEqual(segmentLengths(SEGMENT_SIZE), [SEGMENT_SIZE])
  assert.deepEqual(segmentLengths(SEGMENT_SIZE + 1), [SEGMENT_SIZE, 1])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 * SEGMENT_SIZE }), (bytes) => {
      const lengths = segmentLengths(bytes)
      assert.equal(
        lengths.reduce((a, b) => a + b, 0),
        bytes,
      )
      assert.ok(lengths.slice(0, -1).every((n) => n === SEGMENT_SIZE))
      assert.ok(bytes === 0 || lengths.at(-1)! > 0)
    }),
  )
  assert.equal(segmentLengths(MAX_SEGMENTS * SEGMENT_SIZE).length, MAX_SEGMENTS)
})

test('what is charged is what the miners store', () => {
  assert.equal(storedBytes(1), 48 * 1024)
  assert.equal(storedBytes(SEGMENT_SIZE), 96 * MIB)
  assert.equal(storedBytes(SEGMENT_SIZE + 1), 96 * MIB + 48 * 1024)
})

test('a CESS hash is 64 lower-case hex characters in ASCII, and no other bytes are one', () => {
  const value = id(0xab)
  const bytes = encode(cessHash, value)
  assert.deepEqual(bytes, new TextEncoder().encode(value))
  assert.equal(decode(cessHash, bytes), value)
  for (const c of ['A', 'g', '/', ':', '`', ' ', '\0', '\xff']) {
    const bent = bytes.slice()
    bent[5] = c.charCodeAt(0)
    assert.throws(() => decode(cessHash, bent), ScaleError, JSON.stringify(c))
  }
  assert.throws(() => decode(cessHash, bytes.slice(1)), ScaleError)
  for (const wrong of [
    'ab',
    `${value}a`,
    value.toUpperCase(),
    `0x${value.slice(2)}`,
    'é'.repeat(64),
  ])
    assert.throws(() => encode(cessHash, wrong as FileId), ScaleError, wrong)
})

test('ids bind everything: domain, lengths, fragments and their order', () => {
  const fragment = new Uint8Array(5000).fill(3)
  assert.equal(fragmentId(fragment), blake3(fragment).toHex())
  const fragments = Array.from({ length: FRAGMENTS }, (_, i) => id(i))
  const base = segmentId(1000, fragments)
  const swapped = [fragments[1]!, fragments[0]!, ...fragments.slice(2)]
  const others = [
    segmentId(1001, fragments),
    segmentId(1000, swapped),
    segmentId(1000, fragments.slice(1)),
    segmentId(1000, [...fragments, id(99)]),
  ]
  assert.equal(new Set([base, ...others]).size, 5)
  const segment = (hash: FileId, list = fragments): SegmentList => ({ hash, fragmentList: list })
  const one = segment(base)
  const two = segment(others[0]!)
  const ids = [
    fileIdOf(1000, [one]),
    fileIdOf(1001, [one]),
    fileIdOf(1000, [two]),
    fileIdOf(1000, [one, two]),
    fileIdOf(1000, [two, one]),
    fileIdOf(1000, [segment(base, swapped)]),
    fileIdOf(1000, []),
  ]
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(fileIdOf(1000n, [one]), ids[0])
  assert.ok(ids.every((i) => fileId(i) === i))
})

test('a segment has at most twelve fragments, a file at most a thousand segments', () => {
  const list = { hash: id(1), fragmentList: Array.from({ length: 13 }, () => id(2)) }
  assert.throws(() => encode(segmentList, list), ScaleError)
  const one = { hash: id(1), fragmentList: [] }
  assert.throws(
    () =>
      fileIdOf(
        1,
        Array.from({ length: MAX_SEGMENTS + 1 }, () => one),
      ),
    ScaleError,
  )
})

test('a receipt is for one network, file, place and miner', () => {
  const genesis = new Uint8Array(32).fill(1)
  const miner = new Uint8Array(32).fill(2)
  const base = receiptPayload(genesis, id(3), 4, miner)
  assert.equal(base.length, 14 + 32 + 32 + 1 + 32)
  const others = [
    receiptPayload(miner, id(3), 4, miner),
    receiptPayload(genesis, id(4), 4, miner),
    receiptPayload(genesis, id(3), 5, miner),
    receiptPayload(genesis, id(3), 4, genesis),
  ]
  assert.equal(new Set([base, ...others].map((b) => b.toHex())).size, 5)
})
