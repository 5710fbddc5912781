import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { equal, toHex } from '@cess/bytes'
import { createReedSolomon, type KernelName } from '@cess/erasure'
import fc from 'fast-check'
import { multiply } from '../src/field.ts'
import { codeMatrix } from '../src/matrix.ts'
import { rustParity } from './support/oracle.ts'
import { bytes, dataShards, without } from './support/shards.ts'

const kernels: KernelName[] = ['simd', 'js']

test('the field is GF(2^8) with polynomial 0x11d', () => {
  const slow = (a: number, b: number): number => {
    let sum = 0
    for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) sum ^= a << bit
    for (let bit = 14; bit >= 8; bit--) if ((sum >> bit) & 1) sum ^= 0x11d << (bit - 8)
    return sum
  }
  for (let a = 0; a < 256; a++)
    for (let b = 0; b < 256; b++) assert.equal(multiply(a, b), slow(a, b))
})

test("4+8 has the parity rows of klauspost's matrix", () => {
  const rows = Array.from({ length: 8 }, (_, r) =>
    codeMatrix(4, 8).at.subarray(16 + 4 * r, 20 + 4 * r),
  )
  assert.deepEqual(
    rows.map((row) => toHex(row)),
    '1b1c1214 1c1b1412 12141b1c 14121c1b f5e8c4d8 e8f5d8c4 c4d8f5e8 d8c4e8f5'
      .split(' ')
      .map((row) => `0x${row}`),
  )
})

for (const kernel of kernels)
  describe(`kernel ${kernel}`, () => {
    test('gives the bytes of reed-solomon-erasure', () => {
      const shapes = [
        [1, 1],
        [1, 5],
        [2, 1],
        [3, 2],
        [4, 8],
        [5, 3],
        [10, 20],
        [17, 7],
        [64, 64],
        [100, 156],
        [255, 1],
        [1, 255],
      ] as const
      for (const [k, m] of shapes)
        for (const length of [1, 31, 32, 33, 1000]) {
          const data = dataShards(k, length, k)
          const parity = createReedSolomon(k, m, { kernel }).encode(data)
          assert.equal(parity.length, m)
          for (const [i, expected] of rustParity(data, m).entries())
            assert.ok(equal(parity[i]!, expected), `${k}+${m}, ${length} bytes, parity ${i}`)
        }
    })

    test('gives the bytes of reed-solomon-erasure around every chunk border', () => {
      for (const length of [4095, 4097, 8191, 8193, 32767, 32769, 65535, 65536, 65537, 200_001]) {
        const data = dataShards(4, length)
        const parity = createReedSolomon(4, 8, { kernel }).encode(data)
        for (const [i, expected] of rustParity(data, 8).entries())
          assert.ok(equal(parity[i]!, expected), `${length} bytes, parity ${i}`)
      }
    })

    test('4+8 comes back from every loss of at most 8 shards, and from none of more', () => {
      const rs = createReedSolomon(4, 8, { kernel })
      const data = dataShards(4, 37)
      const all = [...data, ...rs.encode(data)]
      for (let pattern = 0; pattern < 4096; pattern++) {
        const isLost = (i: number): boolean => ((pattern >> i) & 1) === 1
        const shards = without(all, isLost)
        const lost = all.flatMap((_, i) => (isLost(i) ? [i] : []))
        if (lost.length > 8) {
          assert.throws(() => rs.reconstruct(shards), { code: 'TOO_FEW_SHARDS' })
          continue
        }
        const found = rs.reconstruct(shards)
        assert.deepEqual([...found.keys()], lost)
        for (const [i, shard] of found) assert.ok(equal(shard, all[i]!), `${pattern}, shard ${i}`)
      }
    })

    test('any code, any length, any loss that it bears', () => {
      const shape = fc.integer({ min: 1, max: 40 }).chain((k) =>
        fc.record({
          k: fc.constant(k),
          m: fc.integer({ min: 0, max: 40 }),
          length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40_000 })),
          seed: fc.nat(1000),
          order: fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
        }),
      )
      fc.assert(
        fc.property(shape, ({ k, m, length, seed, order }) => {
          const rs = createReedSolomon(k, m, { kernel })
          const data = dataShards(k, length, seed)
          const all = [...data, ...rs.encode(data)]
          assert.ok(rs.verify(all))
          const lost = new Set(
            all
              .map((_, i) => i)
              .sort((a, b) => order[a]! - order[b]! || a - b)
              .slice(0, m),
          )
          const found = rs.reconstruct(without(all, (i) => lost.has(i)))
          assert.equal(found.size, lost.size)
          for (const [i, shard] of found) assert.ok(equal(shard, all[i]!))
        }),
        { numRuns: 60 },
      )
    })

    test('takes views at odd places, writes into arrays that are given, and touches nothing else', () => {
      const rs = createReedSolomon(4, 3, { kernel })
      const memory = bytes(4 * 501 + 7, 3)
      const before = memory.slice()
      const data = [0, 1, 2, 3].map((i) => memory.subarray(3 + i * 501, 3 + i * 501 + 501))
      const target = new Uint8Array(3 * 501 + 2).fill(0xee)
      const into = [0, 1, 2].map((i) => target.subarray(1 + i * 501, 1 + (i + 1) * 501))
      const parity = rs.encode(data, into)
      assert.deepEqual(parity, rustParity(data, 3))
      assert.ok(parity.every((shard, i) => shard === into[i]))
      assert.ok(target[0] === 0xee && target.at(-1) === 0xee && equal(memory, before))
    })

    test('codes of different shapes share the kernel and do not disturb each other', () => {
      const codes = [createReedSolomon(4, 8, { kernel }), createReedSolomon(9, 2, { kernel })]
      for (let round = 0; round < 4; round++) {
        const rs = codes[round % 2]!
        const data = dataShards(rs.dataShards, 777, round)
        assert.deepEqual(rs.encode(data), rustParity(data, rs.parityShards))
      }
    })

    test('verify notices any changed byte', () => {
      const rs = createReedSolomon(3, 2, { kernel })
      const data = dataShards(3, 70_001)
      const all = [...data, ...rs.encode(data)]
      assert.ok(rs.verify(all))
      for (let i = 0; i < 5; i++)
        for (const at of [0, 32_767, 32_768, 70_000]) {
          all[i]![at]! ^= 1
          assert.equal(rs.verify(all), false)
          all[i]![at]! ^= 1
        }
      assert.ok(rs.verify(all))
    })
  })
