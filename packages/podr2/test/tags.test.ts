import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { checkParameters, checkTags, PARAMETERS_BYTES, ROW_BYTES, TAG_BYTES } from '@cess/podr2'
import { alice, bytes, flipped, mallory, type Stored, store } from './support/data.ts'
import * as oracle from './support/oracle.ts'
import { compress, G1, ORDER_3 } from './support/oracle.ts'

const entropy = bytes(32, 'entropy')
const stored = store(bytes(2 * ROW_BYTES + 4096, 'tagged'))
const small = store(bytes(4096, 'small'))
const check = (fragments: readonly Stored[]) =>
  checkTags({ verifier: alice.verifier, parameters: alice.parameters, fragments, entropy })
const withTag = (i: number, tag: Uint8Array): Stored => {
  const tags = stored.tags.slice()
  tags.set(tag, i * TAG_BYTES)
  return { ...stored, tags }
}
const tagOf = (i: number) => G1.fromBytes(stored.tags.slice(TAG_BYTES * i, TAG_BYTES * (i + 1)))
const powerAt = (parameters: Uint8Array, j: number) => parameters.slice(48 * (j - 1), 48 * j)
const withPower = (j: number, power: Uint8Array): Uint8Array => {
  const out = alice.parameters.slice()
  out.set(power, 48 * (j - 1))
  return out
}

test('parameters are the powers of α, and their hash is what the chain keeps', () => {
  const { parameters } = alice
  assert.equal(parameters.length, PARAMETERS_BYTES)
  assert.ok(parameters.length <= 128 << 10)
  const { alpha } = oracle.secretOf(bytes(32, 'alice'))
  let power = 1n
  for (let j = 1; j <= 2047; j++) {
    power = (power * alpha) % oracle.R
    if ([1, 2, 3, 1024, 2047].includes(j))
      assert.deepEqual(powerAt(parameters, j), G1.BASE.multiply(power).toBytes())
  }
  assert.deepEqual(alice.parametersHash, blake2b256(parameters))
  assert.ok(checkParameters(alice.verifier, parameters))
  assert.ok(checkParameters(alice.verifier, parameters), 'the kept result')
})

test('attack: parameters that do not belong to the verifier', () => {
  const { parameters, verifier } = alice
  assert.ok(!checkParameters(mallory.verifier, parameters))
  assert.ok(!checkParameters(verifier, mallory.parameters))
  const last = G1.fromBytes(powerAt(parameters, 2047))
  for (const wrong of [
    withPower(2047, last.add(G1.BASE).toBytes()),
    withPower(5, powerAt(parameters, 6)),
    withPower(1, G1.ZERO.toBytes()),
    withPower(9, compress(G1.fromBytes(powerAt(parameters, 9)).add(ORDER_3).toAffine())),
    parameters.subarray(48),
    concat(parameters, powerAt(parameters, 1)),
    new Uint8Array(0),
  ])
    assert.ok(!checkParameters(verifier, wrong))
  assert.ok(!checkParameters(verifier.subarray(1), parameters))
})

test('a miner accepts right tags, of one fragment or of many', () => {
  assert.ok(check([stored]))
  assert.ok(check([small]))
  assert.ok(check([stored, small, store(new Uint8Array(4096))]))
})

test('attack: tags that are wrong, exchanged or of another fragment or key', () => {
  assert.ok(!check([withTag(0, tagOf(0).add(G1.BASE).toBytes())]))
  assert.ok(!check([withTag(2, tagOf(2).negate().toBytes())]))
  assert.ok(!check([withTag(1, tagOf(0).toBytes())]))
  assert.ok(!check([{ ...small, tags: stored.tags.subarray(0, TAG_BYTES) }]))
  assert.ok(!check([{ ...small, fragmentId: stored.fragmentId }]))
  assert.ok(!check([store(small.fragment, mallory)]))
  assert.ok(!check([stored, { ...small, tags: tagOf(0).toBytes() }]))
})

test('attack: errors that cancel out in a plain sum', () => {
  const shift = G1.BASE.multiply(99n)
  const tags = concat(
    tagOf(0).add(shift).toBytes(),
    tagOf(1).subtract(shift).toBytes(),
    tagOf(2).toBytes(),
  )
  assert.ok(!check([{ ...stored, tags }]))
})

test('attack: points outside the group, which would spoil a proof later', () => {
  assert.ok(!check([withTag(0, compress(tagOf(0).add(ORDER_3).toAffine()))]))
  assert.ok(!check([withTag(0, G1.ZERO.toBytes())]))
})

test('tags for other data are noticed, wherever the bit is', () => {
  for (const bit of [0, ROW_BYTES * 8 - 1, ROW_BYTES * 8, stored.fragment.length * 8 - 1])
    assert.ok(!check([{ ...stored, fragment: flipped(stored.fragment, bit) }]))
})

test('tags of the wrong number and other malformed input are refused', () => {
  assert.ok(!check([]))
  assert.ok(!check([{ ...stored, tags: stored.tags.subarray(TAG_BYTES) }]))
  assert.ok(!check([{ ...stored, tags: concat(stored.tags, tagOf(0).toBytes()) }]))
  assert.ok(!check([{ ...stored, tags: stored.tags.subarray(1) }]))
  assert.ok(!check([{ ...stored, fragmentId: stored.fragmentId.subarray(1) }]))
  assert.ok(!check([{ ...stored, fragment: new Uint8Array(0), tags: new Uint8Array(0) }]))
  const wrongKey = { verifier: mallory.verifier, parameters: alice.parameters }
  assert.ok(!checkTags({ ...wrongKey, fragments: [stored], entropy }))
  assert.throws(
    () =>
      checkTags({
        verifier: alice.verifier,
        parameters: alice.parameters,
        fragments: [stored],
        entropy: new Uint8Array(16),
      }),
    { code: 'BAD_LENGTH' },
  )
})

test('a tagger refuses what is no fragment', () => {
  for (const [id, fragment] of [
    [bytes(31, 'id'), bytes(4096, 'x')],
    [bytes(32, 'id'), new Uint8Array(0)],
    [bytes(32, 'id'), new Uint8Array((8 << 20) + 1)],
  ] as const)
    assert.throws(() => alice.tag(id, fragment), { code: 'BAD_LENGTH' })
})
