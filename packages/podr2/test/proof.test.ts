import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from '@cess/bytes'
import { PROOF_BYTES, prove, ROW_BYTES, rowCount, verify } from '@cess/podr2'
import fc from 'fast-check'
import { alice, bytes, flipped, held, mallory, type Stored, seed, store } from './support/data.ts'
import * as oracle from './support/oracle.ts'
import { compress, G1, ORDER_3, R } from './support/oracle.ts'

const TAGGER = 3
/** 3 rows, the last one short. */
const first = store(bytes(33 * 4096, 'first'))
/** 1 short row each. */
const second = store(bytes(4096, 'second'))
const third = store(bytes(8192, 'third'))
const challenge = { verifier: alice.verifier, seed, tagger: TAGGER }
const input = (rows: ReturnType<typeof held>[]) => ({
  ...challenge,
  parameters: alice.parameters,
  rows,
})
const rows = [held(first, 2), held(second, 0), held(third, 0)]
const proof = prove(input(rows))
const accepts = (
  given: Uint8Array,
  asked: readonly { fragmentId: Uint8Array; row: number }[] = rows,
) => verify(alice.verifier, seed, TAGGER, asked, given)
/** The proof with another σ, y or ψ. */
const withSigma = (sigma: Uint8Array) => concat(sigma, proof.subarray(48))
const withY = (y: Uint8Array) => concat(proof.subarray(0, 48), y, proof.subarray(80))
const withPsi = (psi: Uint8Array) => concat(proof.subarray(0, 80), psi)
const sigma = G1.fromBytes(proof.slice(0, 48))
const psi = G1.fromBytes(proof.slice(80))

test('a miner who holds the rows is believed, in 128 bytes', () => {
  assert.equal(proof.length, PROOF_BYTES)
  assert.ok(accepts(proof))
  assert.deepEqual(prove(input(rows)), proof)
})

test('noble and bigint, from the definition, agree with tags, proof and equation', () => {
  const secret = oracle.secretOf(bytes(32, 'alice'))
  for (const { fragmentId, row, data, tag } of rows)
    assert.deepEqual(oracle.tag(secret, fragmentId, row, data).toBytes(), tag)
  const asked = { ...challenge, rows }
  assert.ok(oracle.verify(asked, proof))
  assert.ok(!oracle.verify(asked, withY(oracle.toLe(1n))))
  // y is the folded polynomial at z.
  const root = oracle.rootOf(asked)
  const v = oracle.coefficientsOf(root, rows.length)
  const z = oracle.pointOf(root, proof.subarray(0, 48))
  const y = rows.reduce(
    (sum, { data }, i) => (sum + v[i]! * oracle.evaluate(oracle.sectors(data), z)) % R,
    0n,
  )
  assert.deepEqual(proof.subarray(48, 80), oracle.toLe(y))
})

test('fragments of every size and any rows of them are proven; any lost bit is noticed', () => {
  const sizes = fc.integer({ min: 1, max: 40 }).map((blocks) => blocks * 4096)
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.string(), (size, a, b, name) => {
      const stored = store(bytes(size, name))
      const count = rowCount(size)
      const own = [held(stored, a % count), held(second, 0)]
      assert.ok(accepts(prove(input(own)), own))
      const damaged = { ...own[0]!, data: flipped(own[0]!.data, b % (own[0]!.data.length * 8)) }
      assert.ok(!accepts(prove(input([damaged, own[1]!])), own))
    }),
    { numRuns: 8 },
  )
})

test('100 rows of one fragment of 8 MiB make one proof', () => {
  const large = store(bytes(8 << 20, 'large'))
  assert.equal(large.tags.length, 133 * 48)
  const all = Array.from({ length: 100 }, (_, i) => held(large, (i * 37) % 133))
  const given = prove(input(all))
  assert.equal(given.length, PROOF_BYTES)
  assert.ok(accepts(given, all))
  assert.ok(!accepts(given, all.slice(0, 99)))
})

test('rows of zeros, as padding makes them, are proven with the identity for ψ', () => {
  const zeros = store(new Uint8Array(4096))
  const own = [held(zeros, 0)]
  const given = prove(input(own))
  assert.deepEqual(given.subarray(80), G1.ZERO.toBytes())
  assert.ok(accepts(given, own))
  // The identity helps nobody whose rows are not zero.
  assert.ok(!accepts(withPsi(G1.ZERO.toBytes())))
  assert.ok(!accepts(concat(proof.subarray(0, 48), new Uint8Array(32), G1.ZERO.toBytes())))
  const lost = prove(input([{ ...held(second, 0), data: new Uint8Array(4096) }]))
  assert.ok(!accepts(lost, [held(second, 0)]))
})

test('attack: no data, only the tags', () => {
  const without = rows.map((row) => ({ ...row, data: new Uint8Array(row.data.length) }))
  assert.ok(!accepts(prove(input(without))))
  const oneMissing = rows.map((row, i) => (i === 1 ? { ...row, data: bytes(4096, 'junk') } : row))
  assert.ok(!accepts(prove(input(oneMissing))))
})

test('attack: no tag, another tag, the tag of another row or fragment', () => {
  const [a, b, c] = rows as [Held, Held, Held]
  const attempt = (changed: Held[]) => accepts(prove(input(changed)))
  assert.ok(!attempt([{ ...a, tag: b.tag }, b, c]))
  assert.ok(!attempt([{ ...a, tag: c.tag }, b, { ...c, tag: a.tag }]))
  assert.ok(!attempt([{ ...a, tag: G1.ZERO.toBytes() }, b, c]))
  assert.ok(!attempt([{ ...a, tag: G1.BASE.toBytes() }, b, c]))
})
type Held = ReturnType<typeof held>

test('attack: data and tag of another row, or of the same row of another fragment', () => {
  const substituted = (other: Stored, row: number) => {
    const { data, tag } = held(other, row)
    return rows.map((r, i) => (i === 0 ? { ...r, data, tag } : r))
  }
  assert.ok(!accepts(prove(input(substituted(first, 1)))))
  assert.ok(!accepts(prove(input(substituted(store(bytes(33 * 4096, 'other')), 2)))))
})

test("attack: another miner's proof, whose seed and rows are its own", () => {
  const others = { ...input([held(first, 1)]), seed: bytes(32, 'seed of the other miner') }
  const stolen = prove(others)
  assert.ok(verify(alice.verifier, others.seed, TAGGER, others.rows, stolen))
  assert.ok(!accepts(stolen))
  assert.ok(!accepts(stolen, others.rows))
})

test('attack: a proof replayed for another seed, tagger number, key or list of rows', () => {
  const later = bytes(32, 'next round')
  assert.ok(!verify(alice.verifier, later, TAGGER, rows, proof))
  assert.ok(!verify(alice.verifier, seed, TAGGER + 1, rows, proof))
  assert.ok(!verify(mallory.verifier, seed, TAGGER, rows, proof))
  assert.ok(!accepts(proof, rows.slice(0, 2)))
  assert.ok(!accepts(proof, [...rows, rows[0]!]))
  assert.ok(!accepts(proof, rows.toReversed()))
  assert.ok(!accepts(proof, [{ ...rows[0]!, row: 1 }, ...rows.slice(1)]))
})

test('attack: a tag that somebody without the key made', () => {
  // Mallory's own key makes right tags for her own verifier, and none for alice's.
  const forged = rows.map((row) => ({
    ...row,
    tag: oracle
      .tag(oracle.secretOf(bytes(32, 'mallory')), row.fragmentId, row.row, row.data)
      .toBytes(),
  }))
  const attempt = prove({
    ...input(forged),
    verifier: mallory.verifier,
    parameters: mallory.parameters,
  })
  assert.ok(verify(mallory.verifier, seed, TAGGER, rows, attempt))
  assert.ok(!accepts(attempt))
  assert.ok(!accepts(prove({ ...input(forged), parameters: mallory.parameters })))
  assert.ok(!accepts(prove(input(forged))))
})

test('attack: sums and multiples of genuine tags for data that was never tagged', () => {
  const [a, , c] = rows as [Held, Held, Held]
  const sum = G1.fromBytes(a.tag.slice()).add(G1.fromBytes(c.tag.slice()))
  const double = G1.fromBytes(a.tag.slice()).double()
  for (const tag of [sum, double])
    assert.ok(!accepts(prove(input([{ ...a, tag: tag.toBytes() }, rows[1]!, c]))))
})

test('who knows x and α proves without data, to the compact leg; who knows one of them does not', () => {
  const secret = oracle.secretOf(bytes(32, 'alice'))
  const asked = { ...challenge, rows }
  assert.ok(accepts(oracle.forgeWithoutData(secret, asked)), 'why the transparent leg exists')
  const guess = { x: 5n, alpha: 7n }
  assert.ok(!accepts(oracle.forgeWithoutData({ ...secret, x: guess.x }, asked)))
  assert.ok(!accepts(oracle.forgeWithoutData({ ...secret, alpha: guess.alpha }, asked)))
  assert.ok(!accepts(oracle.forgeWithoutData(guess, asked)))
})

test('attack: σ, y or ψ changed, exchanged or moved along the equation', () => {
  const y = oracle.fromLe(proof.subarray(48, 80))
  const g = G1.BASE
  const z = oracle.pointOf(oracle.rootOf({ ...challenge, rows }), proof.subarray(0, 48))
  for (const changed of [
    withSigma(sigma.add(g).toBytes()),
    withSigma(sigma.negate().toBytes()),
    withSigma(psi.toBytes()),
    withY(oracle.toLe((y + 1n) % R)),
    withY(oracle.toLe(0n)),
    withPsi(psi.add(g).toBytes()),
    withPsi(psi.negate().toBytes()),
    withPsi(sigma.toBytes()),
    // y + δ·z is what ψ + δ·g adds to the first factor; the second one, with α, does not follow.
    concat(proof.subarray(0, 48), oracle.toLe((y + z) % R), psi.add(g).toBytes()),
  ])
    assert.ok(!accepts(changed))
})

test('every bit of a proof counts', () => {
  for (let bit = 0; bit < PROOF_BYTES * 8; bit += 7)
    assert.ok(!accepts(flipped(proof, bit)), `bit ${bit}`)
})

test('attack: the identity for σ', () => {
  const identity = G1.ZERO.toBytes()
  assert.ok(!accepts(withSigma(identity)))
  assert.ok(!accepts(concat(identity, new Uint8Array(32), identity)))
})

test('attack: points outside the group, which the pairing does not tell from the right ones', () => {
  // A pairing maps the part of small order to one, so without a check of the order these pass.
  for (const outside of [ORDER_3, ORDER_3.negate()]) {
    assert.ok(!accepts(withSigma(compress(sigma.add(outside).toAffine()))))
    assert.ok(!accepts(withPsi(compress(psi.add(outside).toAffine()))))
    assert.ok(!accepts(withPsi(compress(outside.toAffine()))))
  }
})

test('attack: other encodings of the same values', () => {
  const y = oracle.fromLe(proof.subarray(48, 80))
  assert.ok(!accepts(withY(oracle.toLe(y + R))))
  const zeros = store(new Uint8Array(4096))
  const constant = prove(input([held(zeros, 0)]))
  // Infinity with other bits set: mcl itself takes some of them.
  for (const bit of [5, 47 * 8, 3])
    assert.ok(!accepts(flipped(constant, 80 * 8 + bit), [held(zeros, 0)]))
})

test('malformed arguments are refused, not thrown', () => {
  assert.ok(!accepts(proof.subarray(0, 127)))
  assert.ok(!accepts(concat(proof, Uint8Array.of(0))))
  assert.ok(!accepts(new Uint8Array(0)))
  assert.ok(!accepts(new Uint8Array(128)))
  assert.ok(!accepts(proof, []))
  assert.ok(!accepts(proof, [{ fragmentId: bytes(31, 'short'), row: 0 }]))
  for (const row of [-1, 0.5, 2 ** 32, Number.NaN])
    assert.ok(!accepts(proof, [{ fragmentId: bytes(32, 'id'), row }]))
  assert.ok(!accepts(proof, new Array(1025).fill(rows[0])))
  assert.ok(!verify(alice.verifier.subarray(1), seed, TAGGER, rows, proof))
  assert.ok(!verify(new Uint8Array(192), seed, TAGGER, rows, proof))
  assert.ok(!verify(alice.verifier, seed.subarray(1), TAGGER, rows, proof))
  assert.ok(!verify(alice.verifier, seed, -1, rows, proof))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => !accepts(junk)))
})

test('a prover learns what is wrong with what it holds', () => {
  const [a] = rows as [Held]
  const refuses = (change: Partial<ReturnType<typeof input>>, code: string) =>
    assert.throws(() => prove({ ...input(rows), ...change }), { code })
  refuses({ rows: [] }, 'BAD_ROW')
  refuses({ rows: [{ ...a, data: new Uint8Array(ROW_BYTES + 1) }] }, 'BAD_ROW')
  refuses({ rows: [{ ...a, data: new Uint8Array(0) }] }, 'BAD_ROW')
  refuses({ seed: new Uint8Array(31) }, 'BAD_ROW')
  refuses({ rows: [{ ...a, tag: flipped(a.tag, 7) }] }, 'BAD_TAG')
  refuses({ rows: [{ ...a, tag: a.tag.subarray(1) }] }, 'BAD_TAG')
  refuses({ rows: [{ ...a, tag: compress(ORDER_3.toAffine()) }] }, 'BAD_TAG')
  refuses({ parameters: alice.parameters.subarray(48) }, 'BAD_PARAMETERS')
})
