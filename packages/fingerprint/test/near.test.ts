import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blake3 } from '@cess/crypto'
import fc from 'fast-check'
import { createNearIndex, hamming } from '../src/index.ts'

const body = (n: number): Uint8Array => blake3(new Uint8Array(new Float64Array([n]).buffer))
const flipped = (code: Uint8Array, bits: readonly number[]): Uint8Array => {
  const copy = Uint8Array.from(code)
  for (const bit of bits) copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

test('an index finds exactly the codes within the distance, nearest first, through changes', () => {
  const step = fc.record({
    remove: fc.boolean(),
    key: fc.nat({ max: 12 }),
    bits: fc.uniqueArray(fc.nat({ max: 127 }), { maxLength: 30 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const index = createNearIndex()
      const held = new Map<number, Uint8Array>()
      for (const { remove, key, bits } of steps) {
        if (remove) {
          index.remove(key)
          held.delete(key)
        } else {
          const code = flipped(body(0), bits)
          index.add(key, code)
          held.set(key, code)
        }
      }
      assert.equal(index.size, held.size)
      const cut = (code: Uint8Array, bytes: number) => code.subarray(0, bytes)
      const expected = [...held]
        .map(([key, code]) => ({
          key,
          differing: hamming(cut(code, 8), cut(body(0), 8)),
          differing128: hamming(cut(code, 16), cut(body(0), 16)),
        }))
        .filter((one) => one.differing <= 8 && one.differing128 <= 16)
        .sort(
          (a, b) => a.differing - b.differing || a.differing128 - b.differing128 || a.key - b.key,
        )
      const found = index.near(body(0), { most: 8, most128: 16, limit: 100 })
      assert.deepEqual(found, expected)
      assert.deepEqual(
        index.near(body(0), { most: 8, most128: 16, limit: 2 }),
        expected.slice(0, 2),
      )
    }),
  )
})

test('it grows, and refuses codes that are too short to mean anything', () => {
  const index = createNearIndex()
  for (let i = 0; i < 3_000; i++) index.add(i, body(i))
  const exact = { most: 0, most128: 0, limit: 5 }
  for (const key of [0, 1_023, 1_024, 2_999])
    assert.deepEqual(index.near(body(key), exact), [{ key, differing: 0, differing128: 0 }])
  assert.throws(() => index.add(1, new Uint8Array(8)), { code: 'BAD_INPUT' })
  assert.throws(() => index.near(new Uint8Array(15), exact), { code: 'BAD_INPUT' })
})
