import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SeededRandom } from '@cess/ports'
import fc from 'fast-check'
import {
  CHUNK_BYTES,
  chunkCount,
  chunkRange,
  ciphertextLength,
  decapsulate,
  decrypt,
  decryptRange,
  delegatingKey,
  encrypt,
  headerLength,
  MAX_HEADER_BYTES,
  openHeader,
  parseHeader,
  plaintextLength,
} from '../src/index.ts'
import {
  collect,
  contentSecret,
  describe,
  encryptBytes,
  fails,
  otherSecret,
  pattern,
  pieces,
} from './support.ts'

const K = CHUNK_BYTES
const owner = { contentSecret }
const edges = [0, 1, 15, 16, 4095, 4096, 4097, K - 1, K, K + 1, 2 * K - 1, 2 * K, 2 * K + 1]
const decryptBytes = async (bytes: Uint8Array, key = owner): Promise<Uint8Array> =>
  collect((await decrypt([bytes], key)).stream)

test('what is encrypted comes back, at every edge of length', async () => {
  for (const length of edges) {
    const plain = pattern(length)
    const encryption = encrypt([plain], describe({ length }))
    const bytes = await collect(encryption.stream)
    assert.equal(bytes.length, encryption.length)
    assert.equal(bytes.length, ciphertextLength(length, encryption.header.length))
    assert.equal(plaintextLength(bytes.length, encryption.header.length), length)
    const { manifest, stream } = await decrypt([bytes], owner)
    assert.equal(manifest.length, length)
    assert.deepEqual(await collect(stream), plain)
  }
})

// Made by this package in its first version, with the secret of the tests. When it no longer opens, neither do the
// files that users have stored.
const frozen = Uint8Array.fromBase64(
  [
    'Q0VTUwEBAAABAMUBAADnB0NF/5S6V68K/eSo/kU17do8KzBwU9icRZRX+qE1l5w0ENrt+oMDhL2zivgSozQJJR1nKe',
    'gb9A+IEGMtGBUnivquWjiTtnp76zheAYXyLvC4rHi4AxzunsPev77VoQ3iXjo+uCsAnYAzbnXyJZuFIIDFL8C8V9VO',
    'Rkn76/BhLMPyXTTGFScPdZmb+ZuPe4bSAxYQk5dL+bvGwBAU7nUBEcf9sOaZHeYLgD24l3yZUUDH+c+dZAX74WFOf0',
    'ZNX+rJYL1Xe/iv/4VCwxngOeMgqJZLdD2sBuyuBzhu4f5y7Pr7EImzfrHG40EwhWfgdQi/9k9ra/P0zV0hoz1p5Gms',
    '4jNSX/xnpb1T8erf+B/K1a8uy2vc3qiQWLJgWRIjF+9cC8ydXfc/2FynVsU0XH0W28ALmdOavhI3/LQ5DJrG+2ZwoJ',
    'OVDTWokC7ycmwkFEewyaBzpT2SOA1zBcASWsIpLHtyfOOLudtjZBKJ+mn2LvSrAF+4Ui5jOCVxnPkwa/u+c+9w10CG',
    'pM0UZt2xJCRaQ6XRfsqpOuKB4CmVXioOQwLRricJAkrCwJFaWz27KJfb6w83ERtFfpP27hBh6N5XkfUyx+foEYA5nI',
    'VU',
  ].join(''),
)

test('a file of the first version opens', async () => {
  const { manifest, stream } = await decrypt([frozen], owner)
  assert.deepEqual(manifest, {
    name: 'frozen.txt',
    mediaType: 'text/plain',
    length: 5,
    createdAt: 1_700_000_000_000,
    source: undefined,
    metadata: new Map([['a', 'b']]),
  })
  assert.equal(new TextDecoder().decode(await collect(stream)), 'hello')
})

test('how the source and the ciphertext are cut into pieces changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 3 * K }),
      fc.integer({ min: 1, max: 2 * K }),
      fc.integer({ min: 1, max: 2 * K }),
      async (length, cutIn, cutOut) => {
        const plain = pattern(length, length)
        const options = describe()
        const bytes = await collect(
          encrypt(pieces(plain, cutIn), { ...options, random: new SeededRandom(9) }).stream,
        )
        assert.deepEqual(
          bytes,
          await encryptBytes(plain, { ...options, random: new SeededRandom(9) }),
        )
        const { stream } = await decrypt(pieces(bytes, cutOut), owner)
        assert.deepEqual(await collect(stream), plain)
      },
    ),
    { numRuns: 15 },
  )
})

test('a source may use its buffer again for the next piece', async () => {
  const plain = pattern(3 * K)
  async function* reusing(size: number): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(size)
    for (let at = 0; at < plain.length; at += size) {
      buffer.set(plain.subarray(at, at + size))
      yield buffer.subarray(0, Math.min(size, plain.length - at))
      buffer.fill(0xee)
    }
  }
  for (const size of [1000, K, K + 7, 2 * K])
    assert.deepEqual(
      await decryptBytes(await collect(encrypt(reusing(size), describe()).stream)),
      plain,
    )
})

test('the manifest comes back, and nothing of it shows', async () => {
  const manifest = {
    name: '\ufeffsecret plans 🗺️.pdf',
    mediaType: 'application/pdf',
    createdAt: 1_700_000_000_123,
    metadata: new Map([
      ['project', 'moonshot'],
      ['__proto__', 'x'],
    ]),
  }
  const { header, manifest: full } = encrypt([], describe({ manifest }))
  const opened = openHeader(header, owner).manifest
  assert.deepEqual(opened, full)
  assert.equal(opened.name, manifest.name)
  assert.deepEqual(new Map(opened.metadata), manifest.metadata)
  const text = Buffer.from(header).toString('latin1')
  for (const word of ['secret plans', 'pdf', 'project', 'moonshot']) assert.ok(!text.includes(word))
  // Names of different length, one length of header.
  assert.equal(encrypt([], describe({ manifest: { name: 'a' } })).header.length, 453)
  assert.equal(encrypt([], describe({ manifest: { name: 'a'.repeat(180) } })).header.length, 453)
})

test('a manifest beyond its bounds is refused, the largest one fits', async () => {
  const many = (count: number, size: number) =>
    new Map(Array.from({ length: count }, (_, i) => [`k${i}`, 'v'.repeat(size)]))
  for (const manifest of [
    { name: 'n'.repeat(1025) },
    { name: 'é'.repeat(513) },
    { name: 'a', mediaType: 'm'.repeat(256) },
    { name: 'a', metadata: many(257, 1) },
    { name: 'a', metadata: many(1, 8193) },
    { name: 'a', metadata: many(8, 8192) },
    { name: 'a', createdAt: -1 },
    { name: 'a', createdAt: 1.5 },
  ])
    await fails(() => encrypt([], describe({ manifest })), 'TOO_LARGE')
  const { header } = encrypt([], describe({ manifest: { name: 'a', metadata: many(255, 230) } }))
  assert.ok(header.length <= MAX_HEADER_BYTES && header.length > 60_000)
  assert.equal(openHeader(header, owner).manifest.metadata.size, 255)
})

test("another account's key is told apart from damage, and a grantee's key opens", async () => {
  const bytes = await encryptBytes(pattern(100))
  await fails(() => decrypt([bytes], { contentSecret: otherSecret }), 'WRONG_KEY')
  const { salt, capsule } = parseHeader(bytes)
  const capsuleKey = decapsulate(delegatingKey(contentSecret, salt), capsule)
  assert.deepEqual(await collect((await decrypt([bytes], { capsuleKey })).stream), pattern(100))
  await fails(() => decrypt([bytes], { capsuleKey: new Uint8Array(32) }), 'WRONG_KEY')
})

test('no secret shows when an opened header is printed', async () => {
  const opened = openHeader(encrypt([], describe()).header, owner)
  const { salt, capsule } = opened.header
  const capsuleKey = decapsulate(delegatingKey(contentSecret, salt), capsule)
  const shown = inspect(opened, { depth: 9, maxArrayLength: null, showHidden: true })
  for (const secret of [contentSecret, capsuleKey, delegatingKey(contentSecret, salt).secret])
    assert.ok(!shown.includes([...secret.subarray(0, 6)].join(', ')))
})

test('every flipped bit is found, in header and chunks', async () => {
  const plain = pattern(K + 100)
  const bytes = await encryptBytes(plain)
  const header = headerLength(bytes)
  const places = fc.oneof(
    fc.integer({ min: 0, max: header - 1 }),
    fc.integer({ min: header, max: bytes.length - 1 }),
  )
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      const bad = bytes.slice()
      bad[at]! ^= 1 << bit
      const codes =
        at < header
          ? ([
              'NOT_CESS',
              'UNSUPPORTED_VERSION',
              'TOO_LARGE',
              'TRUNCATED',
              'WRONG_KEY',
              'CORRUPT',
            ] as const)
          : (['CORRUPT'] as const)
      await fails(() => decryptBytes(bad), ...codes)
    }),
    { numRuns: 150 },
  )
})

test('a header of another file opens no chunk, not even with the same keys in it', async () => {
  const a = await encryptBytes(pattern(500), describe({ random: new SeededRandom(1) }))
  const b = await encryptBytes(pattern(500, 2), describe({ random: new SeededRandom(2) }))
  // The attacker's best case: the same random bytes, so the same salt, capsule and nonces under another manifest.
  const c = await encryptBytes(
    pattern(500),
    describe({ random: new SeededRandom(1), manifest: { name: 'b.bin' } }),
  )
  const cut = headerLength(a)
  for (const other of [b, c]) {
    const swapped = a.slice()
    swapped.set(other.subarray(0, cut))
    await fails(() => decryptBytes(swapped), 'CORRUPT')
  }
  // And the sealed manifest of one file in the header of another.
  const mixed = a.slice()
  mixed.set(b.subarray(200, cut), 200)
  await fails(() => decryptBytes(mixed), 'CORRUPT')
})

test('chunks cannot be swapped, repeated, left out or added', async () => {
  const bytes = await encryptBytes(pattern(3 * K))
  const header = headerLength(bytes)
  const S = K + 16
  const chunk = (i: number) => bytes.slice(header + i * S, header + (i + 1) * S)
  const file = (...chunks: Uint8Array[]) => [bytes.slice(0, header), ...chunks]
  const read = async (parts: Uint8Array[]) => collect((await decrypt(parts, owner)).stream)
  assert.deepEqual(await read(file(chunk(0), chunk(1), chunk(2))), pattern(3 * K))
  await fails(() => read(file(chunk(1), chunk(0), chunk(2))), 'CORRUPT')
  await fails(() => read(file(chunk(0), chunk(0), chunk(2))), 'CORRUPT')
  await fails(() => read(file(chunk(0), chunk(2))), 'CORRUPT')
  await fails(() => read(file(chunk(0), chunk(1), chunk(2), chunk(2))), 'CORRUPT')
  await fails(() => read(file(chunk(0), chunk(1), chunk(2), new Uint8Array(1))), 'CORRUPT')
  await fails(() => read(file(chunk(0), chunk(1))), 'TRUNCATED')
  await fails(() => read(file(chunk(0))), 'TRUNCATED')
  await fails(() => read(file()), 'TRUNCATED')
})

test('a cut anywhere is found', async () => {
  const plain = pattern(K + 5000)
  const bytes = await encryptBytes(plain)
  const header = headerLength(bytes)
  for (const length of [0, 3, 13])
    await fails(() => decryptBytes(bytes.slice(0, length)), 'TRUNCATED')
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 14, max: bytes.length - 1 }), async (length) => {
      const codes = length < header ? (['TRUNCATED'] as const) : (['TRUNCATED', 'CORRUPT'] as const)
      await fails(() => decryptBytes(bytes.slice(0, length)), ...codes)
    }),
    { numRuns: 60 },
  )
})

test('what is not ours, or newer, is named', async () => {
  await fails(() => decryptBytes(pattern(1000)), 'NOT_CESS')
  await fails(() => decryptBytes(new TextEncoder().encode('CES!')), 'NOT_CESS')
  const header = encrypt([], describe()).header
  const patched = (at: number, byte: number) => header.with(at, byte)
  await fails(() => parseHeader(patched(4, 2)), 'UNSUPPORTED_VERSION')
  await fails(() => parseHeader(patched(5, 2)), 'UNSUPPORTED_VERSION')
  await fails(() => parseHeader(patched(8, 2)), 'UNSUPPORTED_VERSION')
  await fails(() => parseHeader(patched(12, 1)), 'TOO_LARGE')
  await fails(() => parseHeader(patched(11, 0)), 'CORRUPT')
})

test('a damaged stream closes its source', async () => {
  let closed = false
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield pattern(100)
    } finally {
      closed = true
    }
  }
  await fails(() => decrypt(source(), owner), 'NOT_CESS')
  assert.ok(closed)
})

test('a range equals the slice, and only its chunks are fetched', async () => {
  const plain = pattern(4 * K + 123)
  const bytes = await encryptBytes(plain)
  const opened = openHeader(bytes, owner)
  const cut = opened.header.bytes.length
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: plain.length }),
      fc.integer({ min: 0, max: plain.length }),
      fc.boolean(),
      async (a, b, whole) => {
        const [offset, end] = [Math.min(a, b), Math.max(a, b)]
        let fetched = 0
        const stream = decryptRange(opened, {
          ciphertextLength: bytes.length,
          offset,
          length: end - offset,
          fetchRange: (from, length) => {
            fetched += length
            const part = bytes.slice(from, from + length)
            assert.equal(part.length, length)
            return whole ? Promise.resolve(part) : pieces(part, 10_000)
          },
        })
        assert.deepEqual(await collect(stream), plain.slice(offset, end))
        const { chunks } = chunkRange(offset, end - offset, cut)
        assert.ok(fetched <= chunks * (K + 16))
        assert.ok(chunks <= chunkCount(end - offset) + 1)
      },
    ),
    { numRuns: 60 },
  )
})

test('a range beyond the end, of a shortened or a changed file, is refused', async () => {
  const plain = pattern(2 * K + 10)
  const bytes = await encryptBytes(plain)
  const opened = openHeader(bytes, owner)
  const read = (file: Uint8Array, offset: number, length: number, more = 0) =>
    collect(
      decryptRange(opened, {
        ciphertextLength: file.length,
        offset,
        length,
        fetchRange: (from, size) => [file.subarray(from, from + size + more)],
      }),
    )
  await fails(() => read(bytes, 0, plain.length + 1), 'OUT_OF_RANGE')
  await fails(() => read(bytes, -1, 1), 'OUT_OF_RANGE')
  await fails(() => read(bytes, 0.5, 1), 'OUT_OF_RANGE')
  await fails(() => read(bytes, 0, 10, 1), 'CORRUPT')
  await fails(() => read(bytes, 0, K, -1), 'TRUNCATED')
  await fails(() => read(bytes, 0, 2 * K, -K - 16), 'TRUNCATED')
  await fails(() => read(bytes, 0, 1, -K - 1), 'TRUNCATED')
  const cut = bytes.slice(0, opened.header.bytes.length + 2 * (K + 16))
  await fails(() => read(cut, K, K), 'TRUNCATED')
  await fails(() => read(bytes.slice(0, -11), 0, 1), 'TRUNCATED')
  const known = await encryptBytes(plain, describe({ length: plain.length }))
  const range = { offset: 0, length: 1, fetchRange: () => [] }
  const short = { ...range, ciphertextLength: known.length - 5 }
  await fails(() => collect(decryptRange(openHeader(known, owner), short)), 'TRUNCATED')
  const long = { ...range, ciphertextLength: known.length + 5 }
  await fails(() => collect(decryptRange(openHeader(known, owner), long)), 'CORRUPT')
})

test('a source that is not as long as announced is refused before its end is sealed', async () => {
  const plain = pattern(2 * K)
  for (const length of [0, K, 2 * K - 1, 2 * K + 1]) {
    const { stream, header } = encrypt(pieces(plain, 1000), describe({ length }))
    let sealed = -header.length
    const drain = async () => {
      for await (const piece of stream) sealed += piece.length
    }
    await fails(drain, 'SOURCE_CHANGED')
    assert.ok(sealed <= K + 16)
  }
})
