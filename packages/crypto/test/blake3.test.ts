import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blake3 as noble } from '@noble/hashes/blake3.js'
import fc from 'fast-check'
import { ROOT } from '../src/blake3-compress.ts'
import { chunkCount, nodeValue, type SubtreeHasher, scalarHasher } from '../src/blake3-node.ts'
import { simdHasher } from '../src/blake3-simd.ts'
import { treeStream } from '../src/blake3-stream.ts'
import {
  blake3,
  blake3ChunkOpening,
  blake3PrefixPath,
  createBlake3Stream,
  verifyBlake3Chunk,
  verifyBlake3Prefix,
} from '../src/index.ts'

const KIB = 1024
assert.ok(simdHasher, 'the machine that tests must have SIMD in WebAssembly')
const kernel: SubtreeHasher = simdHasher

/** Bytes of a fixed generator that never repeats within a test. */
function bytes(length: number, seed = 1): Uint8Array {
  let x = seed
  return new Uint8Array(length).map(() => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0
    return x >>> 24
  })
}
const whole = (hasher: SubtreeHasher, data: Uint8Array): Uint8Array =>
  nodeValue(hasher, data, 0, chunkCount(data.length), ROOT)

// The official vectors' input, byte i being i mod 251; the first 32 bytes of the output.
// Source: test_vectors/test_vectors.json of github.com/BLAKE3-team/BLAKE3.
const official: readonly (readonly [number, string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  [2048, 'e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a'],
  [102_400, 'bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085'],
]

test('the kernel, the plain code and the function give the official vectors', () => {
  for (const [length, hash] of official) {
    const data = new Uint8Array(length).map((_, i) => i % 251)
    for (const result of [blake3(data), whole(kernel, data), whole(scalarHasher, data)])
      assert.equal(result.toHex(), hash)
  }
})

const edges = [0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 960, 961]
for (let chunks = 1; chunks <= 70; chunks++)
  edges.push(...[-64, -1, 0, 1, 64, 65].map((around) => chunks * KIB + around))
edges.push(
  127 * KIB + 1,
  128 * KIB,
  128 * KIB + 1,
  191 * KIB + 7,
  192 * KIB,
  200_000,
  320 * KIB + 1,
)

test('lengths around every chunk and block equal an independent implementation', () => {
  const data = bytes(Math.max(...edges))
  for (const length of edges) {
    const input = data.subarray(0, length)
    const expected = noble(input)
    assert.deepEqual(whole(kernel, input), expected, `kernel, ${length} bytes`)
    assert.deepEqual(blake3(input), expected, `${length} bytes`)
    if (length < 9 * KIB)
      assert.deepEqual(whole(scalarHasher, input), expected, `plain code, ${length} bytes`)
  }
})

test('any bytes at any place of a buffer, after any other input', () => {
  fc.assert(
    fc.property(fc.nat(70 * KIB), fc.nat(70), fc.integer(), (length, offset, seed) => {
      const data = bytes(length + offset, seed).subarray(offset)
      assert.deepEqual(blake3(data), noble(data))
      assert.deepEqual(whole(kernel, data), noble(data))
    }),
    { numRuns: 60 },
  )
})

test('a fragment of 8 MiB, and what a changed bit does to it', () => {
  const fragment = bytes(8 * KIB * KIB)
  const root = blake3(fragment)
  assert.deepEqual(root, noble(fragment))
  for (const at of [0, 65_535, 65_536, 5_000_000, fragment.length - 1]) {
    fragment[at]! ^= 1
    assert.notDeepEqual(blake3(fragment), root)
    fragment[at]! ^= 1
  }
  assert.deepEqual(blake3(fragment), root)
  for (const index of [0, 1, 63, 64, 4095, 4096, 8191]) {
    const opening = blake3ChunkOpening(fragment, index)
    assert.equal(opening.path.length, 13)
    assert.deepEqual(opening.chunk, fragment.subarray(index * KIB, (index + 1) * KIB))
    assert.ok(verifyBlake3Chunk(root, fragment.length, index, opening))
    assert.equal(verifyBlake3Chunk(root, fragment.length, index ^ 1, opening), false)
  }
})

test('bytes of an earlier input that are still in the memory never count', () => {
  const inputs = [0, 1, 100, 1025, 3100, 5 * KIB, 64 * KIB].map((n) => bytes(n, n))
  for (const input of inputs) {
    whole(kernel, new Uint8Array(68 * KIB).fill(0xff))
    assert.deepEqual(whole(kernel, input), noble(input))
  }
})

test('an opening whose size has more chunks than counters is refused at once', () => {
  const opening = blake3ChunkOpening(bytes(5000), 2)
  for (const size of [2 ** 42 + 1, 2 ** 43, Number.MAX_SAFE_INTEGER, 2 ** 60, Number.NaN, -1])
    assert.equal(verifyBlake3Chunk(blake3(bytes(5000)), size, 2, opening), false)
})

test('a result stays as it was when the next hash is made', () => {
  const first = blake3(bytes(10_000))
  const copy = first.slice()
  blake3(bytes(10_000, 2))
  assert.deepEqual(first, copy)
})

test('the input may lie in shared memory', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(100_000))
  shared.set(bytes(100_000))
  assert.deepEqual(blake3(shared), noble(bytes(100_000)))
})

test('a stream gives the hash of the whole, however it is cut, beside other streams', async () => {
  const cuts = fc.array(fc.oneof(fc.nat(3000), fc.constantFrom(64 * KIB, 128 * KIB, 200_000)), {
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(cuts, fc.integer(), async (lengths, seed) => {
      const total = lengths.reduce((a, b) => a + b, 0)
      const data = bytes(total, seed)
      const streams = [await createBlake3Stream(), treeStream(kernel)]
      let at = 0
      for (const length of lengths) {
        for (const stream of streams) stream.update(data.subarray(at, at + length))
        blake3(bytes(5000, at))
        at += length
      }
      for (const stream of streams) assert.deepEqual(stream.digest(), blake3(data))
    }),
    { numRuns: 40 },
  )
  const small = treeStream(scalarHasher)
  for (let i = 0; i < 9000; i += 100) small.update(bytes(9000).subarray(i, i + 100))
  assert.deepEqual(small.digest(), noble(bytes(9000)))
})

test('a stream does not keep what it was given: the caller may reuse the buffer', async () => {
  const stream = await createBlake3Stream()
  const buffer = bytes(70_000)
  const expected = noble(buffer)
  stream.update(buffer)
  buffer.fill(0)
  assert.deepEqual(stream.digest(), expected)
})

test('chunks of any data open, with numbers beyond the first block too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300_000 }), fc.nat(), (length, pick) => {
      const data = bytes(length, pick)
      const index = pick % chunkCount(length)
      const opening = blake3ChunkOpening(data, index)
      assert.ok(verifyBlake3Chunk(blake3(data), length, index, opening))
      const at = pick % opening.chunk.length
      const chunk = opening.chunk.slice()
      chunk[at]! ^= 0x80
      assert.equal(verifyBlake3Chunk(blake3(data), length, index, { ...opening, chunk }), false)
    }),
    { numRuns: 40 },
  )
})

test('a prefix shows with its path that it begins what has a hash, and nothing else does', () => {
  for (const kib of [1, 3, 4, 8, 12, 64, 68, 100, 8192]) {
    const data = Uint8Array.from({ length: kib * KIB }, (_, i) => (i * i) >> 5)
    const root = blake3(data)
    for (let chunks = 1; chunks <= kib; chunks *= 4) {
      const prefix = data.slice(0, chunks * KIB)
      const path = blake3PrefixPath(data, prefix.length)
      assert.ok(verifyBlake3Prefix(root, data.length, prefix, path), `${chunks} of ${kib}`)
      const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1)
      assert.equal(verifyBlake3Prefix(root, data.length, flip(prefix, 5), path), false)
      assert.equal(verifyBlake3Prefix(flip(root, 3), data.length, prefix, path), false)
      assert.equal(verifyBlake3Prefix(root, data.length, prefix, [...path, root]), false)
      if (path.length > 0) {
        const last = path.length - 1
        assert.equal(verifyBlake3Prefix(root, data.length, prefix, path.slice(1)), false)
        assert.equal(
          verifyBlake3Prefix(root, data.length, prefix, path.with(last, flip(path[last]!, 0))),
          false,
        )
        assert.equal(
          verifyBlake3Prefix(root, data.length, prefix, path.with(0, path[0]!.subarray(1))),
          false,
        )
      }
    }
  }
  assert.throws(() => blake3PrefixPath(new Uint8Array(4096), 3072), RangeError)
  assert.throws(() => blake3PrefixPath(new Uint8Array(4096), 8192), RangeError)
  assert.throws(() => blake3PrefixPath(new Uint8Array(4096), 100), RangeError)
})
