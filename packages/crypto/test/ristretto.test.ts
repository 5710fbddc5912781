import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ristretto255 } from '@noble/curves/ed25519.js'
import { keccakP } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { keccakF1600 } from '../src/keccak-f.ts'
import { addPoints, combinePoints, type SchnorrEquation, schnorrHolds } from '../src/ristretto.ts'

const { Point } = ristretto255
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const le = (n: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))
const times = (p: InstanceType<typeof Point>, n: bigint) => (n === 0n ? Point.ZERO : p.multiply(n))
const scalar = fc
  .oneof(
    fc.bigInt({ min: 0n, max: ORDER - 1n }),
    fc.constantFrom(0n, 1n, 2n, 8n, 128n, 2n ** 252n, ORDER - 1n, 2n ** 252n - 1n),
    fc.nat({ max: 251 }).map((bit) => 1n << BigInt(bit)),
  )
  .map((n) => n % ORDER)

/** R = s·B − k·A, made with the oracle, for A = a·B. */
function holding(a: bigint, s: bigint, k: bigint): SchnorrEquation {
  const key = times(Point.BASE, a)
  const commitment = times(Point.BASE, s).subtract(times(key, k)).toBytes()
  return { publicKey: key.toBytes(), commitment, response: le(s), challenge: k }
}
/** True for whom the oracle takes the encoding. */
function decodes(bytes: Uint8Array): boolean {
  try {
    Point.fromBytes(bytes)
    return true
  } catch {
    return false
  }
}
const holds = (all: readonly SchnorrEquation[]): boolean[] => schnorrHolds!(all)

test('multiples of the base point are those of RFC 9496 §A.1', () => {
  const generator = 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76'
  assert.equal(holding(1n, 1n, 0n).commitment.toHex(), generator)
  const small = Array.from({ length: 17 }, (_, n) => holding(1n, BigInt(n), 0n))
  assert.equal(small[0]!.commitment.toHex(), '00'.repeat(32))
  assert.ok(holds(small).every(Boolean))
})

test('an equation holds as the oracle says, with any scalars', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(scalar, scalar, scalar), { minLength: 1, maxLength: 5 }), (all) =>
      assert.ok(holds(all.map(([a, s, k]) => holding(a, s, k))).every(Boolean)),
    ),
    { numRuns: 60 },
  )
})

test('a change of any part is found, and only in the lane where it is', () => {
  const good = [3n, 5n, 7n, 11n, 13n].map((n) => holding(n, n ** 50n % ORDER, n ** 60n % ORDER))
  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((b, i) => (i === at >> 3 ? b ^ (1 << (at & 7)) : b))
  const part = fc.constantFrom('publicKey', 'commitment', 'response', 'challenge')
  fc.assert(
    fc.property(part, fc.nat({ max: 251 }), fc.nat({ max: 4 }), (what, bit, lane) => {
      const all = good.map((e, i): SchnorrEquation => {
        if (i !== lane) return e
        if (what === 'challenge') return { ...e, challenge: e.challenge ^ (1n << BigInt(bit)) }
        return { ...e, [what]: flip(e[what], bit) }
      })
      assert.deepEqual(
        holds(all),
        good.map((_, i) => i !== lane),
      )
    }),
    { numRuns: 150 },
  )
})

test('a key is a point exactly where the oracle decodes one', () => {
  const p = 2n ** 255n - 19n
  const edges = [0n, 1n, 2n, p - 2n, p - 1n, p, p + 1n, p + 2n, 2n ** 255n - 1n, 2n ** 255n].map(le)
  const random = fc.sample(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
    numRuns: 400,
    seed: 1,
  })
  // Most random strings fail by their sign or their size alone: these have both right.
  const plausible = random.map((b) => b.map((v, i) => (i === 0 ? v & 254 : i === 31 ? v & 127 : v)))
  const points = random.slice(0, 40).map((b) => times(Point.BASE, BigInt(`0x${b.toHex()}`) % ORDER))
  const keys = [...edges, ...random, ...plausible, ...points.map((x) => x.toBytes())]
  const { commitment } = holding(1n, 1n, 0n)
  const found = holds(
    keys.map((publicKey) => ({ publicKey, commitment, response: le(1n), challenge: 0n })),
  )
  const wanted = keys.map(decodes)
  assert.deepEqual(found, wanted)
  assert.ok(wanted.filter(Boolean).length > 80)
  assert.ok(wanted.filter((w) => !w).length > 300)
})

test('Keccak-f[1600] is the oracle’s', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 200, maxLength: 200 }), (bytes) => {
      const ours = new Uint32Array(bytes.slice().buffer)
      const theirs = new Uint32Array(bytes.slice().buffer)
      keccakF1600(ours)
      keccakP(theirs)
      assert.deepEqual(ours, theirs)
    }),
  )
})

const term = fc.record({ a: scalar, b: scalar, x: scalar, y: scalar }).map(({ a, b, x, y }) => {
  const [p, q] = [times(Point.BASE, x), times(Point.BASE, y)]
  return {
    given: { a, b, p: p.toBytes(), q: q.toBytes() },
    combined: times(p, a).add(times(q, b)).toHex(),
    added: p.add(q).toHex(),
  }
})

test('combinations and sums are those of noble, in every lane, of equal, opposite and no points', () => {
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 9 }), (terms) => {
      const given = terms.map((t) => t.given)
      assert.deepEqual(
        combinePoints!(given).map((r) => r?.toHex()),
        terms.map((t) => t.combined),
      )
      assert.deepEqual(
        addPoints!(given).map((r) => r?.toHex()),
        terms.map((t) => t.added),
      )
    }),
    { numRuns: 40 },
  )
  const [p, minus] = [Point.BASE.toBytes(), Point.BASE.negate().toBytes()]
  const zero = Point.ZERO.toHex()
  for (const scalar of [0n, 1n, 5n, ORDER - 1n])
    assert.equal(combinePoints!([{ a: scalar, p, b: scalar, q: minus }])[0]!.toHex(), zero)
  assert.equal(addPoints!([{ p, q: minus }])[0]!.toHex(), zero)
})

test('scalars with every digit at its edge', () => {
  const p = Point.BASE.multiply(7n)
  for (const digit of ['7', '8', '9', 'f', '0', '88f', '78', '01']) {
    const a = BigInt(`0x${digit.repeat(62).slice(0, 62)}`)
    const [result] = combinePoints!([{ a, p: p.toBytes(), b: 0n, q: p.toBytes() }])
    assert.equal(result!.toHex(), times(p, a % ORDER).toHex())
  }
})

test('what is no point spoils its own lane alone', () => {
  const good = Point.BASE.toBytes()
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(3), (bytes, lane) => {
      const points = Array.from({ length: 4 }, (_, i) => (i === lane ? bytes : good))
      const expected = points.map((_, i) => i !== lane || decodes(bytes))
      const found = (results: readonly unknown[]): boolean[] => results.map((r) => r !== undefined)
      const first = points.map((p) => ({ a: 3n, p, b: 4n, q: good }))
      const second = points.map((q) => ({ a: 3n, p: good, b: 4n, q }))
      assert.deepEqual(found(combinePoints!(first)), expected)
      assert.deepEqual(found(combinePoints!(second)), expected)
      assert.deepEqual(found(addPoints!(second)), expected)
    }),
    { numRuns: 100 },
  )
})
