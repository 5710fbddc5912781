import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  constantTimeEqual,
  createFileKeystore,
  createSignatureVerifier,
  hkdfSha256,
  keyFromUri,
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

test('a keystore survives reopening, guards its files, and notices damage', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cess-keys-'))
  t.after(() => rm(folder, { recursive: true }))
  const store = await createFileKeystore(join(folder, 'keystore'))
  const babe = await store.insert('babe', '//Alice')
  await store.insert('gran', '//Alice')
  assert.ok(store.has('babe', babe.publicKey))
  const [name] = await readdir(join(folder, 'keystore'))
  const file = join(folder, 'keystore', name!)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(join(folder, 'keystore'))).mode & 0o777, 0o700)
  const again = await createFileKeystore(join(folder, 'keystore'))
  assert.deepEqual(again.keys('babe')[0]?.publicKey, babe.publicKey)
  assert.equal(again.keys('gran')[0]?.scheme, 'ed25519')
  await assert.rejects(store.insert('what', '//Alice'), /key type/)
})

test('the verifier finds the same in threads, in the cache and alone', async (t) => {
  const verifier = createSignatureVerifier({ threads: 1 })
  t.after(() => verifier.close())
  const pair = keyFromUri('//Alice', 'sr25519')
  const jobs = Array.from({ length: 70 }, (_, i) => {
    const message = text(`message ${i}`)
    const signature = pair.sign(message)
    if (i % 7 === 0) signature[3]! ^= 1
    return { scheme: 'sr25519' as const, signature, message, publicKey: pair.publicKey }
  })
  await verifier.prime(jobs)
  for (const [i, j] of jobs.entries())
    assert.equal(verifier.verify(j.scheme, j.signature, j.message, j.publicKey), i % 7 !== 0)
  const alone = createSignatureVerifier({ threads: 0 })
  const j = jobs[1]!
  assert.ok(alone.verify(j.scheme, j.signature, j.message, j.publicKey))
  // A cached result is for these very bytes.
  assert.equal(verifier.verify('ed25519', j.signature, j.message, j.publicKey), false)
})
