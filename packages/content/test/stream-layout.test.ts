import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { createReedSolomon } from '@cess/erasure'
import { MAX_SEGMENTS, SEGMENT_SIZE } from '@cess/primitives'
import { encodeSegments, layout, namingHere, streamLayout } from '../src/index.ts'
import { fails, pattern, pieces } from './support.ts'

const erasure = createReedSolomon(4, 8)
const MIB = 1 << 20

test('a layout made from a stream is that of the encoded segments', async () => {
  const sizes = [0, 1, 65_537, MIB - 1, MIB, MIB + 1, 5_000_003, SEGMENT_SIZE, SEGMENT_SIZE + 1]
  for (const size of [...sizes, 2 * SEGMENT_SIZE + 3 * MIB + 7]) {
    const bytes = pattern(size)
    const segments = await Array.fromAsync(encodeSegments([bytes], { erasure }))
    const made = await streamLayout(pieces(bytes, 300_001), namingHere())
    assert.deepEqual(made, layout(size, segments), `${size} bytes`)
  }
})

test('a segment is filled while the one before is named, and no further', async () => {
  const here = namingHere()
  const asked: number[] = []
  let given = 0
  let goOn = Promise.withResolvers<void>()
  async function* stream() {
    for (; given < 4 * SEGMENT_SIZE; given += 8 * MIB) yield pattern(8 * MIB)
  }
  const made = streamLayout(stream(), {
    ...here,
    async ids(segment, length) {
      asked.push(given)
      await goOn.promise
      return here.ids(segment, length)
    },
  })
  while (asked.length < 1) await new Promise(setImmediate)
  for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate)
  assert.equal(given, 2 * SEGMENT_SIZE, 'it stops with the second segment full')
  assert.deepEqual(asked, [SEGMENT_SIZE])
  goOn.resolve()
  assert.equal((await made).segments.length, 4)
  goOn = Promise.withResolvers()
  goOn.reject(new Error('the thread died'))
  const failing = streamLayout([pattern(10)], { ...here, ids: () => goOn.promise as never })
  await assert.rejects(failing, /the thread died/)
})

test('a stream that is too long for a file is refused', async () => {
  const long = pattern(SEGMENT_SIZE)
  const quick = { ...namingHere(), ids: async () => Array(12).fill('0'.repeat(64)) as FileId[] }
  function* stream() {
    for (let i = 0; i < MAX_SEGMENTS; i++) yield long
    yield Uint8Array.of(1)
  }
  // A piece is looked at before it is copied: the copies of a thousand segments are what this costs.
  await fails(() => streamLayout(stream(), quick), 'TOO_LARGE')
})
