import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bigintFromLe, bigintToLe } from '@cess/bytes'
import { SeededRandom } from '@cess/ports'
import { ed25519, ristretto255 } from '@noble/curves/ed25519.js'
import {
  contentSecretOf,
  decapsulate,
  delegatingKey,
  encapsulate,
  verifyCapsule,
} from '../src/index.ts'
import { contentSecret, fails, otherSecret } from './support.ts'

const { Point } = ristretto255
const ORDER = ed25519.Point.Fn.ORDER
const salt = new Uint8Array(32).fill(5)
const pair = delegatingKey(contentSecret, salt)
const { key, capsule } = encapsulate(pair.publicKey, new SeededRandom(3))

test('the owner opens a capsule from secret and salt alone', () => {
  assert.ok(verifyCapsule(pair.publicKey, capsule))
  assert.deepEqual(decapsulate(delegatingKey(contentSecret, salt), capsule), key)
  assert.equal(key.length, 32)
})

test('every file and account has keys of its own, and every capsule a new key', () => {
  const publicKeys = [
    pair,
    delegatingKey(contentSecret, new Uint8Array(32).fill(6)),
    delegatingKey(otherSecret, salt),
  ].map((p) => p.publicKey.toHex())
  assert.equal(new Set(publicKeys).size, 3)
  assert.notDeepEqual(encapsulate(pair.publicKey, new SeededRandom(4)).key, key)
  assert.notDeepEqual(contentSecret, new Uint8Array(32).fill(1))
  assert.throws(() => contentSecretOf(new Uint8Array(15)), RangeError)
  assert.throws(() => delegatingKey(new Uint8Array(31), salt), RangeError)
})

test('proxies that hold shares of x / y re-encrypt a capsule so that y opens it', () => {
  // The algebra that sharing rests on: E' = (x/y)·E and V' = (x/y)·V give y·(E' + V') = x·(E + V).
  const { Fn } = ed25519.Point
  const x = bigintFromLe(pair.secret)
  const y = 1234567890123456789n
  const rekey = Fn.mul(x, Fn.inv(y))
  const [e, v] = [capsule.e, capsule.v].map((p) => Point.fromBytes(p).multiply(rekey))
  const shared = e!.add(v!).multiply(y)
  const owners = Point.fromBytes(capsule.e).add(Point.fromBytes(capsule.v)).multiply(x)
  assert.ok(shared.equals(owners))
})

test('a changed capsule is refused, whichever bit it is', async () => {
  for (const field of ['e', 'v', 's'] as const)
    for (let at = 0; at < 32; at += 5) {
      const bytes = capsule[field].slice()
      bytes[at]! ^= 1 << (at % 8)
      const bad = { ...capsule, [field]: bytes }
      assert.equal(verifyCapsule(pair.publicKey, bad), false)
      await fails(() => decapsulate(pair, bad), 'CORRUPT')
    }
})

test('a capsule belongs to one public key', async () => {
  const other = delegatingKey(contentSecret, new Uint8Array(32).fill(6))
  assert.equal(verifyCapsule(other.publicKey, capsule), false)
  await fails(() => decapsulate(other, capsule), 'CORRUPT')
})

test('identity, non-canonical points and scalars, and cancelling points are refused', async () => {
  const zero = new Uint8Array(32)
  const ones = new Uint8Array(32).fill(255)
  const tooBig = bigintToLe(bigintFromLe(capsule.s) + ORDER, 32)
  const negated = Point.fromBytes(capsule.e).negate().toBytes()
  for (const bad of [
    { ...capsule, e: zero },
    { ...capsule, v: zero },
    { ...capsule, e: ones },
    { ...capsule, v: ones },
    { ...capsule, e: new Uint8Array(31) },
    { ...capsule, s: zero },
    { ...capsule, s: tooBig },
    { ...capsule, v: negated },
  ])
    assert.equal(verifyCapsule(pair.publicKey, bad), false)
  for (const bad of [zero, ones, new Uint8Array(31)]) {
    assert.equal(verifyCapsule(bad, capsule), false)
    await fails(() => encapsulate(bad, new SeededRandom(1)), 'CORRUPT')
  }
  assert.throws(() => decapsulate({ ...pair, secret: zero }, capsule), RangeError)
})
