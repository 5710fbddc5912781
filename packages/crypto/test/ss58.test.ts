import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, concat, toHex, utf8 } from '@cess/bytes'
import fc from 'fast-check'
import { blake2b512, CESS_PREFIX, ss58Decode, ss58Encode } from '../src/index.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const prefixes = fc.integer({ min: 0, max: 16_383 }).filter((p) => p !== 46 && p !== 47)
const keys = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.uint8Array({ minLength: 33, maxLength: 33 }),
)

/** Base58 of raw bytes with their right checksum. */
function address(data: Uint8Array): string {
  const raw = concat(data, blake2b512(concat(utf8('SS58PRE'), data)).slice(0, 2))
  let n = BigInt(toHex(raw))
  let text = ''
  for (; n > 0n; n /= 58n) text = ALPHABET[Number(n % 58n)]! + text
  return text
}

test('every key comes back from its address, for every prefix', () => {
  fc.assert(
    fc.property(keys, prefixes, (bytes, prefix) => {
      const text = ss58Encode(bytes, prefix)
      assert.deepEqual(ss58Decode(text), { prefix, bytes })
      assert.ok([...text].every((c) => ALPHABET.includes(c)))
    }),
  )
})

test('known addresses of other networks are read', () => {
  // sr25519 of //Alice, from the documentation of Substrate and of its networks.
  const alice = 'd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d'
  for (const [prefix, text] of [
    [0, '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'],
    [2, 'HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F'],
    [42, '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'],
  ] as const) {
    assert.equal(ss58Encode(Uint8Array.fromHex(alice), prefix), text)
    assert.equal(ss58Decode(text).bytes.toHex(), alice)
  }
  assert.equal(
    ss58Encode(`0x${alice}` as AccountId),
    ss58Encode(Uint8Array.fromHex(alice), CESS_PREFIX),
  )
})

test('a mistyped character is found', () => {
  fc.assert(
    fc.property(keys, fc.nat(), fc.nat(), (bytes, at, other) => {
      const text = ss58Encode(bytes)
      const i = at % text.length
      const c = ALPHABET[other % ALPHABET.length]!
      fc.pre(c !== text[i])
      const wrong = text.slice(0, i) + c + text.slice(i + 1)
      // Two bytes of checksum let one in 65 536 through, but never as the same key.
      try {
        assert.notDeepEqual(ss58Decode(wrong).bytes, bytes)
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof assert.AssertionError)
        if (error instanceof assert.AssertionError) throw error
      }
    }),
    { numRuns: 300 },
  )
})

test('anything else is refused with a RangeError', () => {
  const key = new Uint8Array(32).fill(9)
  const bad = [
    '',
    '1',
    '11',
    'z'.repeat(60),
    'z'.repeat(61),
    ss58Encode(key).slice(1),
    `${ss58Encode(key)}1`,
    ` ${ss58Encode(key)}`,
    'I am no address',
    toHex(key),
  ]
  for (const text of bad) assert.throws(() => ss58Decode(text), RangeError, text)
  for (const length of [0, 1, 31, 34, 64])
    assert.throws(() => ss58Encode(new Uint8Array(length)), RangeError)
  for (const prefix of [-1, 1.5, 46, 47, 16_384, Number.NaN])
    assert.throws(() => ss58Encode(key, prefix), RangeError)
})

test('one key on one network has one address', () => {
  const key = new Uint8Array(32).fill(9)
  assert.deepEqual(ss58Decode(address(concat(Uint8Array.of(42), key))).prefix, 42)
  // Prefix 42 in the form for large prefixes.
  const long = concat(Uint8Array.of((42 >> 2) | 64, (42 & 3) << 6), key)
  assert.throws(() => ss58Decode(address(long)), /prefix/)
  assert.throws(() => ss58Decode(address(concat(Uint8Array.of(46), key))), /prefix/)
  assert.throws(() => ss58Decode(address(concat(Uint8Array.of(200), key))), /prefix/)
})
