import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  CHUNK_BYTES,
  chunkCount,
  digestSource,
  encrypt,
  encryptFrom,
  resumePoint,
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
const plain = pattern(3 * K + 77)
const source = await digestSource([plain])
const begun = encrypt([plain], describe({ source }))
const header = begun.header
const whole = await collect(begun.stream)

const resume = (bytes: Uint8Array, chunkIndex: number, digest = source) =>
  encryptFrom(header, pieces(bytes.subarray(chunkIndex * K), 5000), {
    contentSecret,
    source: digest,
    chunkIndex,
  })

test('a digest does not depend on how the source is cut, and knows length and content', async () => {
  assert.equal(begun.length, whole.length)
  assert.deepEqual(await digestSource(pieces(plain, 999)), source)
  assert.equal(source.chunks.length, 32 * chunkCount(plain.length))
  const many = await digestSource(pieces(pattern(40 * K), K))
  assert.equal(many.chunks.length, 32 * 40)
  assert.notDeepEqual((await digestSource([plain.with(9, 1)])).digest, source.digest)
})

test('an upload resumed at any byte gives the ciphertext of the first time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: header.length, max: whole.length - 1 }),
      async (accepted) => {
        const { chunkIndex, skip } = resumePoint(accepted, header.length)
        const rest = await collect(resume(plain, chunkIndex))
        assert.deepEqual(rest.subarray(skip), whole.subarray(accepted))
      },
    ),
    { numRuns: 30 },
  )
  assert.deepEqual(resumePoint(10, header.length), { chunkIndex: 0, skip: 0 })
})

test('a source that changed since cannot be resumed', async () => {
  const other = plain.with(2 * K + 5, plain[2 * K + 5]! ^ 1)
  const digest = await digestSource([other])
  await fails(() => resume(other, 1, digest), 'RESUME_MISMATCH')
  // Nor with the right root over other chunks: a digest that a caller kept and somebody changed.
  await fails(() => resume(other, 1, { ...source, chunks: digest.chunks }), 'RESUME_MISMATCH')
  await fails(() => resume(other, 1, { ...source, length: 5 }), 'RESUME_MISMATCH')
})

test('a source that changes after it was digested is caught before another plaintext is sealed', async () => {
  for (const at of [5, K + 5, 3 * K + 5]) {
    const changed = plain.with(at, plain[at]! ^ 1)
    for (const stream of [resume(changed, 0), encrypt([changed], describe({ source })).stream]) {
      const got: Uint8Array[] = []
      const drain = async () => {
        for await (const piece of stream) got.push(piece)
      }
      await fails(drain, 'SOURCE_CHANGED')
      const chunks = got.filter((piece) => piece.length !== header.length)
      assert.equal(chunks.length, Math.floor(at / K))
    }
  }
  await fails(() => collect(resume(plain.subarray(0, -1), 0)), 'SOURCE_CHANGED')
})

test('only a digested upload resumes, at a chunk it has, with its key', async () => {
  const plainHeader = encrypt([plain], describe()).header
  const options = { contentSecret, source, chunkIndex: 0 }
  await fails(() => encryptFrom(plainHeader, [plain], options), 'RESUME_MISMATCH')
  for (const chunkIndex of [-1, 0.5, 4])
    await fails(() => encryptFrom(header, [], { ...options, chunkIndex }), 'OUT_OF_RANGE')
  const wrong = { ...options, contentSecret: otherSecret }
  await fails(() => encryptFrom(header, [plain], wrong), 'WRONG_KEY')
})

test('an announced length that the digest contradicts is refused', async () => {
  const manifest = { name: 'a', length: 5 }
  await fails(() => encrypt([plain], describe({ source, manifest })), 'SOURCE_CHANGED')
  assert.throws(() => encrypt([plain], describe({ source: { ...source, length: 1 } })), RangeError)
})

test('two uploads of one file share no byte that would show it', async () => {
  const again = await encryptBytes(
    plain,
    describe({ random: { bytes: (n) => pattern(n, n + 99) } }),
  )
  const at = whole.length - 5000
  assert.notDeepEqual(again.subarray(at), whole.subarray(at))
})
