import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gcm } from '@noble/ciphers/aes.js'
import {
  constantTimeEqual,
  hkdfSha256,
  openChunk,
  sealChunk,
  x25519Public,
  x25519Shared,
} from '../src/index.ts'

const key = new Uint8Array(32).fill(3)
const prefix = new Uint8Array(7).fill(9)
const text = (s: string) => new TextEncoder().encode(s)

test('a sealed chunk opens with its key at its place, and nowhere else', () => {
  const sealed = sealChunk(key, prefix, 5, false, text('secret'))
  assert.deepEqual(openChunk(key, prefix, 5, false, sealed), text('secret'))
  assert.equal(openChunk(key, prefix, 6, false, sealed), undefined)
  assert.equal(openChunk(key, prefix, 5, true, sealed), undefined)
  assert.equal(openChunk(new Uint8Array(32), prefix, 5, false, sealed), undefined)
  assert.equal(openChunk(key, new Uint8Array(7), 5, false, sealed), undefined)
  for (let at = 0; at < sealed.length; at++) {
    const bad = sealed.slice()
    bad[at]! ^= 1
    assert.equal(openChunk(key, prefix, 5, false, bad), undefined)
  }
  assert.equal(openChunk(key, prefix, 5, false, sealed.slice(0, 15)), undefined)
  assert.throws(() => sealChunk(key, prefix, 2 ** 32, false, text('x')), RangeError)
})

test('sealed chunks are AES-256-GCM of an independent implementation, nonce = prefix, index, last', () => {
  for (const [index, last] of [
    [0, false],
    [1, true],
    [0x01020304, false],
  ] as const) {
    const nonce = Uint8Array.of(
      ...prefix,
      index >>> 24,
      index >>> 16,
      index >>> 8,
      index,
      last ? 1 : 0,
    )
    for (const length of [0, 1, 16, 1000]) {
      const plain = new Uint8Array(length).fill(length)
      assert.deepEqual(sealChunk(key, prefix, index, last, plain), gcm(key, nonce).encrypt(plain))
    }
  }
})

test('HKDF gives RFC 5869 test case 1', () => {
  const info = Uint8Array.fromHex('f0f1f2f3f4f5f6f7f8f9')
  assert.equal(info.length, 10)
  // The info of the RFC is not text; an empty one (test case 3) is.
  assert.equal(
    hkdfSha256(new Uint8Array(22).fill(0x0b), new Uint8Array(), '', 42).toHex(),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  )
})

test('X25519 agrees on both sides and refuses small-order keys', () => {
  const a = new Uint8Array(32).fill(1)
  const b = new Uint8Array(32).fill(2)
  assert.deepEqual(x25519Shared(a, x25519Public(b)), x25519Shared(b, x25519Public(a)))
  assert.equal(x25519Shared(a, new Uint8Array(32)), undefined)
  assert.equal(x25519Shared(a, Uint8Array.of(1, ...new Uint8Array(31))), undefined)
  assert.equal(x25519Shared(a, new Uint8Array(31)), undefined)
})

test('constant-time comparison compares', () => {
  assert.ok(constantTimeEqual(text('ab'), text('ab')))
  assert.equal(constantTimeEqual(text('ab'), text('ac')), false)
  assert.equal(constantTimeEqual(text('ab'), text('abc')), false)
})
