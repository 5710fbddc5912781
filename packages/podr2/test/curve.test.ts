import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equal } from '@cess/bytes'
import fc from 'fast-check'
import { rowPoint } from '../src/challenge.ts'
import { addMultipleOfBase } from '../src/comb.ts'
import {
  addG1,
  base,
  combineG2,
  decodeG1,
  decodeG2,
  encodeAllG1,
  encodeG1,
  encodeG2,
  IDENTITY_G1,
  isIdentityG1,
  multiplyG1,
  multiplySecretG1,
  multiplySecretG2,
  negateG1,
  pairsToOne,
  sumG1,
} from '../src/curve.ts'
import { ORDER, reduce, scalarFromBytes, scalarToBytes } from '../src/scalar.ts'
import { bytes, flipped } from './support/data.ts'
import * as oracle from './support/oracle.ts'
import { compress, Fp, G1, G2, mul1, ORDER_3, outsideG1, outsideG2, R } from './support/oracle.ts'

const scalar = fc.bigInt({ min: 0n, max: ORDER - 1n })
const edges = [0n, 1n, 2n, 255n, 256n, 1n << 128n, ORDER - 2n, ORDER - 1n]
const g = base().g1
const point = (n: bigint) => multiplyG1(g, n)

test('hash to curve is the suite of RFC 9380 with our DST, as noble computes it', () => {
  for (const row of [0, 1, 132, 0xffff_ffff]) {
    const id = bytes(32, `id ${row}`)
    assert.deepEqual(encodeG1(rowPoint(id, row)), oracle.rowPoint(id, row).toBytes())
  }
})

test('generators and multiples are those of noble, with every way to multiply', () => {
  assert.deepEqual(encodeG1(g), G1.BASE.toBytes())
  assert.deepEqual(encodeG2(base().g2), G2.BASE.toBytes())
  const check = (n: bigint): void => {
    const expected = mul1(G1.BASE, n).toBytes()
    assert.deepEqual(encodeG1(multiplyG1(g, n)), expected)
    assert.deepEqual(encodeG1(multiplySecretG1(g, n)), expected)
    assert.deepEqual(encodeG1(addMultipleOfBase(IDENTITY_G1, n)), expected)
  }
  edges.forEach(check)
  fc.assert(fc.property(scalar, check), { numRuns: 15 })
  const n = ORDER - 12345n
  assert.deepEqual(encodeG2(multiplySecretG2(base().g2, n)), G2.BASE.multiply(n).toBytes())
  assert.deepEqual(
    encodeG2(combineG2(base().g2, 7n, base().g2, 3n)),
    G2.BASE.multiply(4n).toBytes(),
  )
})

test('sums of multiples are right, also with the identity, equal and opposite points', () => {
  const special = [IDENTITY_G1, g, g, negateG1(g), point(2n), negateG1(point(2n))]
  const logs = [0n, 1n, 1n, -1n, 2n, -2n]
  const check = (scalars: readonly bigint[]): void => {
    const sum = scalars.reduce((s, n, i) => s + n * logs[i % 6]!, 0n)
    const points = scalars.map((_, i) => special[i % 6]!)
    assert.deepEqual(encodeG1(sumG1(points, scalars)), encodeG1(point(reduce(sum))))
  }
  check([])
  check([0n, 0n, 0n])
  check([5n, 1n, 1n, 2n, 1n, 1n])
  check(Array.from({ length: 600 }, (_, i) => BigInt(i) ** 20n))
  fc.assert(fc.property(fc.array(scalar, { maxLength: 40 }), check), { numRuns: 30 })
  assert.ok(isIdentityG1(addG1(g, negateG1(g))))
  assert.throws(() => sumG1([g], []), RangeError)
})

test('encodings of many points are those of each', () => {
  const points = [IDENTITY_G1, g, addG1(g, point(5n)), addG1(point(9n), negateG1(point(2n)))]
  const all = encodeAllG1(points)
  points.forEach((p, i) => {
    assert.deepEqual(all.subarray(48 * i, 48 * i + 48), encodeG1(p))
  })
  assert.equal(encodeAllG1([]).length, 0)
})

test('pairings are bilinear, and one with the identity is one', () => {
  const q = multiplySecretG2(base().g2, 11n)
  assert.ok(pairsToOne([[point(22n), base().g2], [negateG1(point(2n)), q]])) // biome-ignore format: pairs
  assert.ok(!pairsToOne([[point(23n), base().g2], [negateG1(point(2n)), q]])) // biome-ignore format: pairs
  assert.ok(pairsToOne([[IDENTITY_G1, q]])) // biome-ignore format: pairs
})

test('decoding takes the one encoding of points of the subgroup, and nothing else', () => {
  const good = G1.BASE.multiply(77n).toBytes()
  assert.deepEqual(encodeG1(decodeG1(good)!), good)
  const identity = G1.ZERO.toBytes()
  assert.ok(isIdentityG1(decodeG1(identity)!))
  // x + p, where it still fits 381 bits.
  const small = outsideG1(1)[0]!.toAffine()
  const refused: [string, Uint8Array][] = [
    ['short', good.subarray(0, 47)],
    ['long', new Uint8Array([...good, 0])],
    ['empty', new Uint8Array(0)],
    ['zeros', new Uint8Array(48)],
    ['not compressed', flipped(good, 7)],
    ['infinity with a coordinate', flipped(identity, 47 * 8)],
    ['infinity with a sign', flipped(identity, 5)],
    ['infinity flag on a point', flipped(good, 6)],
    ['x not below p', compress({ x: small.x + Fp.ORDER, y: small.y })],
    ['x not on the curve', offCurve()],
    ['order 3', compress(ORDER_3.toAffine())],
    ...outsideG1(3).map((p): [string, Uint8Array] => ['other order', compress(p.toAffine())]),
    ['in the group but for a point of order 3', compress(G1.BASE.add(ORDER_3).toAffine())],
  ]
  for (const [name, encoding] of refused) assert.equal(decodeG1(encoding), undefined, name)
  assert.equal(decodeG2(outsideG2()), undefined, 'G2, other order')
  assert.equal(decodeG2(good), undefined, 'G2, short')
  assert.equal(decodeG2(flipped(G2.ZERO.toBytes(), 95 * 8)), undefined, 'G2, odd infinity')
})

function offCurve(): Uint8Array {
  const encoding = G1.BASE.toBytes()
  for (let i = 0; ; i++) {
    encoding[47] = i
    try {
      G1.fromBytes(encoding)
    } catch (error) {
      if (!String(error).includes('subgroup')) return encoding
    }
  }
}

test('what decodes encodes to the same bytes, and noble takes it too', () => {
  fc.assert(
    fc.property(fc.nat({ max: 383 }), scalar, (bit, n) => {
      const changed = flipped(multiplyG1Bytes(n), bit)
      const decoded = decodeG1(changed)
      if (decoded) assert.ok(equal(encodeG1(decoded), changed))
      const noble = ((): boolean => {
        try {
          G1.fromBytes(changed)
          return true
        } catch {
          return false
        }
      })()
      assert.equal(decoded !== undefined, noble)
    }),
    { numRuns: 100 },
  )
})
const multiplyG1Bytes = (n: bigint): Uint8Array => encodeG1(multiplyG1(g, n))

test('scalars have one encoding of 32 bytes below the order', () => {
  assert.equal(ORDER, R)
  assert.equal(scalarFromBytes(scalarToBytes(ORDER - 1n)), ORDER - 1n)
  assert.equal(scalarFromBytes(oracle.toLe(ORDER)), undefined)
  assert.equal(scalarFromBytes(new Uint8Array(32).fill(255)), undefined)
  assert.equal(scalarFromBytes(new Uint8Array(31)), undefined)
  fc.assert(
    fc.property(scalar, (n) => {
      assert.deepEqual(scalarToBytes(n), oracle.toLe(n))
      assert.equal(scalarFromBytes(scalarToBytes(n)), n)
    }),
  )
})
