import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blake2b } from '@noble/hashes/blake2.js'
import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import {
  blake2b64,
  blake2b128,
  blake2b256,
  blake2b512,
  blake3,
  blake3ChunkOpening,
  createBlake3Stream,
  keccak256,
  sha256,
  twox64,
  twox128,
  verifyBlake3Chunk,
} from '../src/index.ts'

const data = (n: number): Uint8Array => new Uint8Array(n).map((_, i) => (i * 7 + (i >> 8)) & 255)

test('hashes equal an independent implementation at block boundaries', () => {
  for (const n of [0, 1, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 5000]) {
    const d = data(n)
    assert.deepEqual(blake2b64(d), blake2b(d, { dkLen: 8 }))
    assert.deepEqual(blake2b128(d), blake2b(d, { dkLen: 16 }))
    assert.deepEqual(blake2b256(d), blake2b(d, { dkLen: 32 }))
    assert.deepEqual(blake2b512(d), blake2b(d))
    assert.deepEqual(blake3(d), nobleBlake3(d))
    assert.deepEqual(sha256(d), nobleSha256(d))
    assert.deepEqual(keccak256(d), keccak_256(d))
  }
})

test('a result stays as it was when the next hash is made', () => {
  const first = blake2b256(data(1))
  const copy = first.slice()
  blake2b256(data(2))
  assert.deepEqual(first, copy)
})

test('twox gives the storage prefixes that clients know', () => {
  const text = (s: string) => new TextEncoder().encode(s)
  assert.equal(twox128(text('System')).toHex(), '26aa394eea5630e07c48ae0c9558cef7')
  assert.equal(twox128(text('Account')).toHex(), 'b99d880ec681799c0cf30e8886371da9')
  assert.equal(twox64(data(0)).toHex(), '99e9d85137db46ef')
})

test('a stream gives the hash of the whole', async () => {
  const stream = await createBlake3Stream()
  const other = await createBlake3Stream()
  const d = data(3000)
  stream.update(d.subarray(0, 10))
  other.update(data(5))
  stream.update(d.subarray(10))
  assert.deepEqual(stream.digest(), nobleBlake3(d))
  assert.deepEqual(other.digest(), nobleBlake3(data(5)))
})

test('every chunk of any length opens against the hash', () => {
  for (const n of [0, 1, 1024, 1025, 2048, 2049, 3072, 5000, 8192, 9000, 17 * 1024]) {
    const d = data(n)
    const root = nobleBlake3(d)
    const chunks = Math.max(1, Math.ceil(n / 1024))
    for (let i = 0; i < chunks; i++)
      assert.ok(verifyBlake3Chunk(root, n, i, blake3ChunkOpening(d, i)), `${n} bytes, chunk ${i}`)
  }
})

test('an opening proves one chunk of one input at one place only', () => {
  const d = data(9000)
  const root = nobleBlake3(d)
  const opening = blake3ChunkOpening(d, 3)
  assert.equal(verifyBlake3Chunk(root, 9000, 2, opening), false)
  assert.equal(verifyBlake3Chunk(root, 9001, 3, opening), true)
  // A longer input of as many chunks has the same tree shape; the last chunk alone carries the length.
  assert.equal(verifyBlake3Chunk(root, 20_000, 3, opening), false)
  assert.equal(verifyBlake3Chunk(nobleBlake3(data(9001)), 9000, 3, opening), false)
  for (const at of [0, 500, 1023]) {
    const chunk = opening.chunk.slice()
    chunk[at]! ^= 1
    assert.equal(verifyBlake3Chunk(root, 9000, 3, { ...opening, chunk }), false)
  }
  for (const [level] of opening.path.entries()) {
    const path = opening.path.map((p) => p.slice())
    path[level]![0]! ^= 1
    assert.equal(verifyBlake3Chunk(root, 9000, 3, { ...opening, path }), false)
  }
  assert.equal(verifyBlake3Chunk(root, 9000, 3, { ...opening, path: opening.path.slice(1) }), false)
  assert.equal(verifyBlake3Chunk(root, 9000, -1, opening), false)
  assert.throws(() => blake3ChunkOpening(d, 9), RangeError)
})
