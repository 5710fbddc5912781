import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equal } from '@cess/bytes'
import { createReedSolomon, ErasureError, type ErasureErrorCode } from '@cess/erasure'
import { bytes, dataShards, without } from './support/shards.ts'

const rs = createReedSolomon(4, 8)
const data = dataShards(4, 100)
const all = [...data, ...rs.encode(data)]

const fails = (code: ErasureErrorCode, run: () => unknown): void =>
  assert.throws(run, (error: ErasureError) => {
    assert.ok(error instanceof ErasureError)
    assert.equal(error.code, code)
    assert.match(error.message, /^[A-Z].*\.$/)
    return true
  })

test('BAD_PARAMETER: codes that do not exist', () => {
  for (const [k, m] of [
    [0, 1],
    [-1, 2],
    [1, -1],
    [1.5, 1],
    [1, Number.NaN],
    [Number.POSITIVE_INFINITY, 0],
    [200, 57],
    [256, 1],
  ] as const)
    fails('BAD_PARAMETER', () => createReedSolomon(k, m))
})

test('the largest codes work to their last shard', () => {
  for (const [k, m] of [
    [256, 0],
    [128, 128],
    [1, 255],
  ] as const) {
    const code = createReedSolomon(k, m)
    const shards = dataShards(k, 50)
    const whole = [...shards, ...code.encode(shards)]
    assert.ok(whole.length === 256 && code.verify(whole))
    const found = code.reconstruct(without(whole, (i) => i < m))
    assert.equal(found.size, m)
    for (const [i, shard] of found) assert.ok(equal(shard, whole[i]!))
  }
})

test('without parity there is nothing to code and nothing to lose', () => {
  const code = createReedSolomon(3, 0)
  const shards = dataShards(3, 10)
  assert.deepEqual(code.encode(shards), [])
  assert.ok(code.verify(shards))
  assert.equal(code.reconstruct(shards).size, 0)
  fails('TOO_FEW_SHARDS', () => code.reconstruct([undefined, ...shards.slice(1)]))
})

test('BAD_LENGTH: shards that differ, are empty, or are not as many as the code has', () => {
  const short = bytes(99, 1)
  fails('BAD_LENGTH', () => rs.encode(data.slice(1)))
  fails('BAD_LENGTH', () => rs.encode([]))
  fails('BAD_LENGTH', () => rs.encode([...data.slice(1), short]))
  fails('BAD_LENGTH', () => rs.encode(data.map(() => new Uint8Array(0))))
  fails('BAD_LENGTH', () => rs.encode(data, all.slice(5)))
  fails('BAD_LENGTH', () => rs.encode(data, [...all.slice(5), short]))
  fails('BAD_LENGTH', () => rs.verify(data))
  fails('BAD_LENGTH', () => rs.verify([...all.slice(1), short]))
  fails('BAD_LENGTH', () => rs.reconstruct(data))
  fails('BAD_LENGTH', () =>
    rs.reconstruct(
      without(all, (i) => i < 2),
      undefined,
      [bytes(100, 1)],
    ),
  )
  fails('BAD_LENGTH', () =>
    rs.reconstruct(
      without(all, (i) => i < 1),
      [0],
      [short],
    ),
  )
  fails('BAD_LENGTH', () => rs.reconstruct([undefined, ...all.slice(2), short]))
  fails('BAD_LENGTH', () => rs.reconstruct(all.map(() => new Uint8Array(0))))
})

test('TOO_FEW_SHARDS says how many to fetch', () => {
  assert.throws(() => rs.reconstruct(without(all, (i) => i > 1)), /Fetch 2 more\.$/)
  fails('TOO_FEW_SHARDS', () => rs.reconstruct(all.map(() => undefined)))
})

test('reconstruct gives what is wanted of what is missing', () => {
  const shards = without(all, (i) => i < 6)
  const found = rs.reconstruct(shards, [5, 0, 5, 11])
  assert.deepEqual([...found.keys()], [5, 0])
  for (const [i, shard] of found) assert.ok(equal(shard, all[i]!))
  const into = [new Uint8Array(100), new Uint8Array(100)]
  const written = rs.reconstruct(shards, [5, 0], into)
  assert.deepEqual(
    [...written],
    [
      [5, all[5]],
      [0, all[0]],
    ],
  )
  assert.ok(written.get(5) === into[0] && written.get(0) === into[1])
  assert.equal(rs.reconstruct(all).size, 0)
  assert.equal(rs.reconstruct(shards, []).size, 0)
  assert.equal(
    rs.reconstruct(
      without(all, (i) => i > 1),
      [0, 1],
    ).size,
    0,
  )
})

test('BAD_INDEX: shards that the code does not have', () => {
  for (const index of [-1, 12, 0.5, Number.NaN])
    fails('BAD_INDEX', () => rs.reconstruct(all, [index]))
})

test('a forged shard gives wrong data: reconstruct believes, so check hashes first', () => {
  const forged = without(all, (i) => i < 4)
  forged[4] = bytes(100, 77)
  assert.ok(!equal(rs.reconstruct(forged).get(0)!, data[0]!))
  assert.equal(rs.verify([...data, forged[4]!, ...all.slice(5)]), false)
})
