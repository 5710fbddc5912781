import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blake3 } from '@cess/crypto'
import { openChunk, type ServiceProof, serviceProof, verifyOpening } from '@cess/podr2'
import { decode, encode } from '@cess/scale'
import { bytes, flipped } from './support/data.ts'

const fragment = bytes(7 * 4096, 'opened')
const id = blake3(fragment)
const size = fragment.length

test('every chunk of a fragment opens against its id', () => {
  for (let chunk = 0; chunk < 28; chunk++)
    assert.ok(verifyOpening(id, size, chunk, openChunk(fragment, chunk)))
  const large = bytes(8 << 20, 'large')
  const opened = openChunk(large, 8191)
  assert.equal(opened.path.length, 13)
  assert.ok(verifyOpening(blake3(large), large.length, 8191, opened))
})

test('attack: another chunk, changed data, another fragment, a tree of another shape', () => {
  const opened = openChunk(fragment, 5)
  const refused = (given: typeof opened, at = 5, of = id, bytesOf = size): void =>
    assert.ok(!verifyOpening(of, bytesOf, at, given))
  refused(opened, 4)
  refused(openChunk(fragment, 6))
  refused({ ...opened, chunk: flipped(opened.chunk, 8191) })
  refused({ ...opened, chunk: opened.chunk.subarray(1) })
  refused({ ...opened, path: opened.path.slice(1) })
  refused({ ...opened, path: [...opened.path, bytes(32, 'more')] })
  refused({ ...opened, path: opened.path.toReversed() })
  refused(opened, 5, blake3(bytes(size, 'another')))
  // BLAKE3 does not hash the length, so another one shows where the tree ends: in the last chunk at the latest.
  refused(openChunk(fragment, 27), 27, id, size + 4096)
  refused(openChunk(fragment, 27), 27, id, size - 1)
  // An inner node is no chunk: the left and right halves of a hash are 64 bytes of another kind.
  refused({ chunk: bytes(1024, 'x'), path: [] })
  for (const at of [-1, 28, 0.5, Number.NaN, 2 ** 40]) refused(opened, at)
  refused(opened, 5, id, 2 ** 40)
})

test('a chunk that is not there cannot be opened', () => {
  for (const chunk of [-1, 28, 1.5])
    assert.throws(() => openChunk(fragment, chunk), { code: 'NO_SUCH_CHUNK' })
})

test('an answer for the chain encodes and decodes, within its bounds', () => {
  const proof: ServiceProof = {
    groups: [
      { tagger: 1, proof: bytes(128, 'one') },
      { tagger: 7, proof: bytes(128, 'seven') },
    ],
    openings: [0, 1, 2, 27].map((chunk) => openChunk(fragment, chunk)),
  }
  const encoded = encode(serviceProof, proof)
  assert.deepEqual(decode(serviceProof, encoded), proof)
  assert.throws(() => decode(serviceProof, encoded.subarray(0, -1)))
  // The largest answer that the chain asks for: 8 taggers, 4 chunks of fragments of 8 MiB.
  const deepest = { chunk: new Uint8Array(1024), path: new Array(13).fill(new Uint8Array(32)) }
  const groups = Array.from({ length: 8 }, (_, tagger) => ({ tagger, proof: new Uint8Array(128) }))
  assert.ok(encode(serviceProof, { groups, openings: new Array(4).fill(deepest) }).length < 16_384)
  const tooMany = [
    { groups: [...groups, groups[0]!], openings: [] },
    { groups: [], openings: new Array(17).fill(deepest) },
    { groups: [], openings: [{ ...deepest, path: new Array(14).fill(new Uint8Array(32)) }] },
    { groups: [], openings: [{ ...deepest, chunk: new Uint8Array(1025) }] },
  ]
  for (const value of tooMany)
    assert.throws(() => encode(serviceProof, value), { code: 'TOO_LONG' })
})
