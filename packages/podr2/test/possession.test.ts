import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from '@cess/bytes'
import { createTagger, possessionContext, VERIFIER_BYTES, verifyPossession } from '@cess/podr2'
import { alice, bytes, flipped, mallory } from './support/data.ts'
import * as oracle from './support/oracle.ts'
import { G2, R } from './support/oracle.ts'

const genesis = bytes(32, 'genesis')
const owner = bytes(32, 'owner')
const context = possessionContext(genesis, owner)
const possession = alice.provePossession(context)
const half = (verifier: Uint8Array, i: number): Uint8Array => verifier.slice(96 * i, 96 * i + 96)

test('the holder of a key proves its possession', () => {
  assert.equal(alice.verifier.length, VERIFIER_BYTES)
  assert.ok(verifyPossession(alice.verifier, context, possession))
  assert.deepEqual(alice.provePossession(context), possession)
})

test('the key of a seed never changes', () => {
  const seed = bytes(32, 'alice')
  assert.deepEqual(createTagger(seed).verifier, alice.verifier)
  assert.deepEqual(oracle.verifierOf(oracle.secretOf(seed)), alice.verifier)
  assert.notDeepEqual(mallory.verifier, alice.verifier)
})

test('the proof holds for one account on one chain only', () => {
  for (const other of [
    possessionContext(genesis, bytes(32, 'thief')),
    possessionContext(bytes(32, 'other chain'), owner),
    new Uint8Array(0),
    concat(context, Uint8Array.of(0)),
  ])
    assert.ok(!verifyPossession(alice.verifier, other, possession))
})

test('a key that is computed from another tagger cannot be registered', () => {
  const [x, xAlpha] = [0, 1].map((i) => G2.fromBytes(half(alice.verifier, i))) as [
    typeof G2.BASE,
    typeof G2.BASE,
  ]
  // Tags of alice times 2 are tags of this key, though nobody but alice knows its x.
  const doubled = concat(x.double().toBytes(), xAlpha.double().toBytes())
  // The sum of this key and alice's is a key that mallory knows.
  const cancelling = concat(G2.BASE.multiply(5n).subtract(x).toBytes(), xAlpha.negate().toBytes())
  const mixed = concat(half(mallory.verifier, 0), half(alice.verifier, 1))
  const swapped = concat(half(alice.verifier, 1), half(alice.verifier, 0))
  for (const rogue of [doubled, cancelling, mixed, swapped])
    for (const proof of [possession, mallory.provePossession(context)])
      assert.ok(!verifyPossession(rogue, context, proof))
  assert.ok(!verifyPossession(alice.verifier, context, mallory.provePossession(context)))
})

test('proofs of the two secrets cannot be mixed', () => {
  const elsewhere = alice.provePossession(possessionContext(genesis, bytes(32, 'second')))
  for (const [from, to] of [
    [0, 32],
    [32, 64],
    [64, 96],
  ] as const) {
    const mixed = possession.slice()
    mixed.set(elsewhere.subarray(from, to), from)
    assert.ok(!verifyPossession(alice.verifier, context, mixed))
  }
})

test('every changed bit of a proof is refused, and other encodings and lengths', () => {
  for (let bit = 0; bit < 96 * 8; bit += 5)
    assert.ok(!verifyPossession(alice.verifier, context, flipped(possession, bit)), `bit ${bit}`)
  for (const at of [0, 32, 64]) {
    const scalar = oracle.fromLe(possession.subarray(at, at + 32))
    const again = possession.slice()
    again.set(oracle.toLe(scalar + R), at)
    assert.ok(!verifyPossession(alice.verifier, context, again))
  }
  assert.ok(!verifyPossession(alice.verifier, context, possession.subarray(0, 95)))
  assert.ok(!verifyPossession(alice.verifier, context, concat(possession, Uint8Array.of(0))))
})

test('verifiers with the identity, points outside the group or odd lengths are refused', () => {
  const identity = G2.ZERO.toBytes()
  const outside = oracle.outsideG2()
  for (const verifier of [
    concat(identity, identity),
    concat(half(alice.verifier, 0), identity),
    concat(identity, half(alice.verifier, 1)),
    concat(outside, half(alice.verifier, 1)),
    concat(half(alice.verifier, 0), outside),
    alice.verifier.subarray(0, 191),
    concat(alice.verifier, Uint8Array.of(0)),
    new Uint8Array(0),
    new Uint8Array(192),
    new Uint8Array(192).fill(255),
  ])
    assert.ok(!verifyPossession(verifier, context, possession))
  // For the identity anybody "knows" x = 0: s1 = k1 and s2 = k2 would satisfy both equations.
})

test('seeds of another length are refused', () => {
  for (const length of [0, 31, 33])
    assert.throws(() => createTagger(new Uint8Array(length)), { code: 'BAD_SEED' })
})
