import assert from 'node:assert/strict'
import { test } from 'node:test'
import { u32le } from '@cess/bytes'
import { sr25519Verify as rustVerify, sr25519Sign } from '@polkadot/wasm-crypto'
import { verify as scureVerify } from '@scure/sr25519'
import fc from 'fast-check'
import { type Signed, sr25519FromSeed, sr25519Verify, sr25519VerifyMany } from '../src/index.ts'

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const pairs = Array.from({ length: 5 }, (_, i) => sr25519FromSeed(new Uint8Array(32).fill(i)))
const signed = (n: number, message: Uint8Array): Signed => {
  const pair = pairs[n % pairs.length]!
  return { signature: pair.sign(message), message, publicKey: pair.publicKey }
}
const rust = ({ signature, message, publicKey }: Signed): boolean =>
  rustVerify(signature, message, publicKey)
const ours = ({ signature, message, publicKey }: Signed): boolean =>
  sr25519Verify(signature, message, publicKey)

test('signatures of messages of any length are taken, as by the Rust library and by scure', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.uint8Array({ maxLength: 700 }), (n, message) => {
      const s = signed(n, message)
      assert.ok(ours(s) && rust(s))
      assert.ok(scureVerify(message, s.signature, s.publicKey))
    }),
    { numRuns: 30 },
  )
})

test('any flipped bit of signature, message or key is found, as the Rust library finds it', () => {
  const good = signed(1, u32le(7))
  const cases = (['signature', 'message', 'publicKey'] as const).flatMap((what) =>
    Array.from({ length: good[what].length * 8 }, (_, bit) => ({
      ...good,
      [what]: good[what].map((b, i) => (i === bit >> 3 ? b ^ (1 << (bit & 7)) : b)),
    })),
  )
  assert.ok(sr25519VerifyMany(cases).every((right) => !right))
  assert.ok(cases.filter((_, i) => i % 16 === 0).every((c) => !rust(c)))
})

test('of many, each gets its own verdict, in whatever order and number', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 14 }), (right) => {
      const all = right.map((good, i) => {
        const s = signed(i, u32le(i))
        return good ? s : { ...s, message: u32le(i + 100) }
      })
      assert.deepEqual(sr25519VerifyMany(all), right)
    }),
    { numRuns: 40 },
  )
})

test('a second signature cannot be made of one: s plus the order, or without its mark, is refused', () => {
  const good = signed(2, u32le(1))
  const signature = good.signature.slice()
  signature[63]! &= 127
  const s = BigInt(`0x${signature.slice(32).toReversed().toHex()}`)
  const unmarked = { ...good, signature }
  assert.equal(ours(unmarked), false)
  for (let times = 1n; s + times * ORDER < 2n ** 255n; times++) {
    const moved = signature.slice()
    for (let i = 0; i < 32; i++)
      moved[32 + i] = Number(((s + times * ORDER) >> BigInt(8 * i)) & 255n)
    moved[63]! |= 128
    assert.equal(ours({ ...good, signature: moved }), false)
    assert.equal(rust({ ...good, signature: moved }), false)
  }
})

test('what is no signature or no key is wrong, never an exception', () => {
  const good = signed(3, u32le(1))
  for (const length of [0, 31, 63, 65, 128])
    assert.equal(ours({ ...good, signature: new Uint8Array(length).fill(255) }), false)
  for (const length of [0, 31, 33])
    assert.equal(ours({ ...good, publicKey: new Uint8Array(length) }), false)
  for (const fill of [0, 1, 127, 255]) {
    const odd = { ...good, publicKey: new Uint8Array(32).fill(fill) }
    assert.equal(ours(odd), rust(odd))
    const oddSignature = new Uint8Array(64).fill(fill)
    oddSignature[63] = 128
    assert.equal(ours({ ...good, signature: oddSignature }), false)
  }
  assert.deepEqual(sr25519VerifyMany([]), [])
})

test('the zero key, a point like any other, gets the verdict of the Rust library', () => {
  // Whatever k is, s·B − k·0 = R for R = s·B: anybody can sign for it, so it must be nobody's account.
  const publicKey = new Uint8Array(32)
  const secret = new Uint8Array(64)
  const message = u32le(5)
  const forged = { signature: sr25519Sign(publicKey, secret, message), message, publicKey }
  assert.equal(ours(forged), rust(forged))
})
