// Each fast algorithm against a slow one that is easy to see through.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { chunkEnd } from '../src/cdc.ts'
import { dct } from '../src/dct.ts'
import { createMinHash } from '../src/minhash.ts'
import { simhash, simhashOfWords } from '../src/simhash.ts'
import { GEAR, MINHASH_A, MINHASH_B } from '../src/tables.ts'
import { xxh32 } from '../src/xxhash.ts'
import { noise } from './support.ts'

function slowMinHash(features: readonly number[]): string {
  const least = MINHASH_A.map((a, i) =>
    features
      .map((f) => {
        const product = (a * BigInt(f) + MINHASH_B[i]!) & ((1n << 64n) - 1n)
        return (product % ((1n << 61n) - 1n)) & 0xffffffffn
      })
      .reduce((x, y) => (x < y ? x : y)),
  )
  const bits = [0n, 1n, 2n, 3n].flatMap((bit) => least.map((value) => (value >> bit) & 1n))
  const number = bits.reduce((sum, bit) => (sum << 1n) | bit, 0n)
  return number.toString(16).padStart(64, '0')
}
function fastMinHash(features: readonly number[]): string {
  const hasher = createMinHash()
  for (const feature of features) hasher.add(feature)
  return hasher.digest().toHex()
}

describe('minhash is that of big integers', () => {
  const edges = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]
  const feature = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(...edges))
  const features = fc.array(feature, { minLength: 1, maxLength: 30 })
  test('for few features', () =>
    fc.assert(fc.property(features, (some) => assert.equal(fastMinHash(some), slowMinHash(some)))))
  test('for more than are taken in one go', () => {
    const words = new Uint32Array(noise(4 * 5000).buffer)
    assert.equal(fastMinHash([...words]), slowMinHash([...words]))
  })
  test('for features whose low word is just above 2^32', () => {
    // f = (k - b) / a modulo 2^32: the low word of a * f + b is k, and adding the top bits may wrap it.
    const inverse = (a: bigint): bigint => {
      let x = 1n
      for (let i = 0; i < 6; i++) x = BigInt.asUintN(32, x * (2n - a * x))
      return x
    }
    const all = MINHASH_A.flatMap((a, i) => {
      if (a % 2n === 0n) return []
      const near = Array.from({ length: 20 }, (_, k) => BigInt(k) - 10n)
      return near.map((k) => Number(BigInt.asUintN(32, (k - MINHASH_B[i]!) * inverse(a))))
    })
    assert.ok(all.length > 1000)
    for (const f of all) assert.equal(fastMinHash([f]), slowMinHash([f]))
    assert.equal(fastMinHash(all), slowMinHash(all))
  })
})

/** xxHash32 as its specification says it, in big integers. */
function slowXxh32(bytes: Uint8Array): number {
  const u32 = (n: bigint): bigint => BigInt.asUintN(32, n)
  const rotate = (n: bigint, by: bigint): bigint => u32((n << by) | (n >> (32n - by)))
  const [P1, P2, P3, P4, P5] = [2654435761n, 2246822519n, 3266489917n, 668265263n, 374761393n]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const word = (at: number): bigint => BigInt(view.getUint32(at, true))
  let at = 0
  let hash = P5
  if (bytes.length >= 16) {
    const lanes = [u32(P1 + P2), P2, 0n, u32(-P1)]
    for (; at + 16 <= bytes.length; at += 16)
      for (const [i, lane] of lanes.entries())
        lanes[i] = u32(rotate(u32(lane + word(at + 4 * i) * P2), 13n) * P1)
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, i) => sum + rotate(lanes[i]!, by), 0n)
  }
  hash = u32(hash + BigInt(bytes.length))
  for (; at + 4 <= bytes.length; at += 4) hash = u32(rotate(u32(hash + word(at) * P3), 17n) * P4)
  for (; at < bytes.length; at++) hash = u32(rotate(u32(hash + BigInt(bytes[at]!) * P5), 11n) * P1)
  hash = u32((hash ^ (hash >> 15n)) * P2)
  hash = u32((hash ^ (hash >> 13n)) * P3)
  return Number(hash ^ (hash >> 16n))
}

describe('xxHash32', () => {
  test('known values', () => {
    const of = (text: string): number => xxh32(new TextEncoder().encode(text))
    assert.equal(of(''), 0x02cc5d05)
    assert.equal(of('a'), 0x550d7456)
    assert.equal(of('abc'), 0x32d153ff)
    assert.equal(of('Nobody inspects the spammish repetition'), 0xe2293b2f)
  })
  test('is that of big integers, for any part of an array', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(20), fc.nat(20), (bytes, cut, rest) => {
        const from = Math.min(cut, bytes.length)
        const to = Math.max(bytes.length - rest, from)
        assert.equal(xxh32(bytes, from, to), slowXxh32(bytes.slice(from, to)))
      }),
    )
  })
})

test('chunks end where big integers say', () => {
  const bytes = Uint8Array.from([...noise(60_000), ...new Uint8Array(20_000), ...noise(3000, 77)])
  let slow = 0
  const end = (from: number): number => {
    const size = bytes.length - from
    let pattern = 0n
    for (let i = Math.min(256, size); i < Math.min(8192, size); i++) {
      pattern = (pattern >> 1n) + BigInt(GEAR[bytes[from + i]!]!)
      if (pattern % (i < 640 ? 2048n : 512n) === 0n) return from + i + 1
    }
    return from + Math.min(8192, size)
  }
  for (let at = 0; at < bytes.length; at = slow) {
    slow = end(at)
    assert.equal(chunkEnd(bytes, at, bytes.length), slow)
  }
})

test('the cosine transform is the sum that defines it', () => {
  for (const n of [1, 2, 4, 8, 16, 32]) {
    const values = [...noise(n)]
    const factor = (i: number, k: number): number => Math.cos(((i + 0.5) * k * Math.PI) / n)
    for (const [k, value] of dct(values).entries()) {
      const sum = values.reduce((all, one, i) => all + one * factor(i, k), 0)
      assert.ok(Math.abs(sum - value) < 1e-9 * n * 256, `${n}, ${k}: ${sum}, ${value}`)
    }
  }
})

test('simhash of words is that of their bytes', () => {
  const bytesOf = (word: number): Uint8Array => {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setInt32(0, word)
    return bytes
  }
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 20 }), (words) => {
      assert.deepEqual(simhashOfWords(Int32Array.from(words)), simhash(words.map(bytesOf)))
    }),
  )
})
