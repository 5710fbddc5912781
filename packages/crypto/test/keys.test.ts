import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '@cess/bytes'
import {
  ecdsaFromSeed,
  ecdsaVerify,
  ed25519FromSeed,
  ed25519Verify,
  generateMnemonic,
  isMnemonic,
  type KeyPair,
  keyFromUri,
  sr25519Verify,
  ss58Decode,
  ss58Encode,
} from '../src/index.ts'

const message = new TextEncoder().encode('a message')
const verify = { sr25519: sr25519Verify, ed25519: ed25519Verify, ecdsa: ecdsaVerify }

test('the development accounts are those of every Substrate chain', () => {
  const alice = keyFromUri('//Alice', 'sr25519')
  assert.equal(
    toHex(alice.publicKey),
    '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d',
  )
  assert.equal(ss58Encode(alice.publicKey, 42), '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY')
  assert.equal(
    toHex(keyFromUri('//Alice', 'ed25519').publicKey),
    '0x88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee',
  )
  assert.equal(
    toHex(keyFromUri('//Alice', 'ecdsa').publicKey),
    '0x020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1',
  )
  assert.equal(
    ss58Encode(keyFromUri('//Alice//stash', 'sr25519').publicKey, 42),
    '5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY',
  )
})

test('every scheme signs and verifies; a changed bit, message or key does not', () => {
  const pairs: KeyPair[] = [
    keyFromUri('//Alice', 'sr25519'),
    ed25519FromSeed(new Uint8Array(32).fill(1)),
    ecdsaFromSeed(new Uint8Array(32).fill(2)),
  ]
  for (const pair of pairs) {
    const check = verify[pair.scheme]
    const signature = pair.sign(message)
    assert.ok(check(signature, message, pair.publicKey), pair.scheme)
    for (const at of [0, 31, 33, 60]) {
      const bad = signature.slice()
      bad[at]! ^= 4
      assert.equal(check(bad, message, pair.publicKey), false, `${pair.scheme} byte ${at}`)
    }
    assert.equal(check(signature, message.slice(1), pair.publicKey), false)
    const key = pair.publicKey.slice()
    key[5]! ^= 1
    assert.equal(check(signature, message, key), false)
    assert.equal(check(signature.slice(1), message, pair.publicKey), false)
    assert.equal(check(new Uint8Array(64), message, new Uint8Array(32)), false)
  }
})

test('phrases are random, checked, and secrets never appear in errors', () => {
  const phrase = generateMnemonic()
  assert.ok(isMnemonic(phrase))
  assert.notEqual(phrase, generateMnemonic())
  keyFromUri(phrase)
  const secret = 'abandon abandon zebra'
  assert.throws(
    () => keyFromUri(secret),
    (error: Error) => !error.message.includes('abandon'),
  )
  assert.throws(() => keyFromUri(''), /empty/)
  assert.throws(() => keyFromUri('//Alice/soft', 'ed25519'), /soft/)
  assert.notDeepEqual(
    keyFromUri(`${phrase}///one`, 'sr25519').publicKey,
    keyFromUri(`${phrase}///two`, 'sr25519').publicKey,
  )
})

test('addresses of all prefix lengths go there and back; typing errors are found', () => {
  const key = keyFromUri('//Bob', 'sr25519').publicKey
  for (const prefix of [0, 1, 42, 63, 64, 255, 256, 11330, 16383]) {
    const text = ss58Encode(key, prefix)
    assert.deepEqual(ss58Decode(text), { prefix, bytes: key })
  }
  const text = ss58Encode(key)
  assert.match(text, /^cX/)
  const wrong = text.slice(0, 10) + (text[10] === 'a' ? 'b' : 'a') + text.slice(11)
  assert.throws(() => ss58Decode(wrong), /checksum/)
  assert.throws(() => ss58Decode('0OIl'), /character/)
  assert.throws(() => ss58Decode('1'.repeat(100)))
  assert.throws(() => ss58Encode(key, 46))
})
