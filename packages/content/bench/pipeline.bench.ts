/**
 * Ingest of one file on one thread: encrypt, segment, Reed–Solomon, BLAKE3 ids of all fragments. In MB (10^6 bytes) of
 * file data a second, the median of several runs. Then each stage alone, and the way back.
 */
import { blake3 } from '@cess/crypto'
import { createReedSolomon } from '@cess/erasure'
import { systemRandom } from '@cess/ports'
import { SEGMENT_SIZE } from '@cess/primitives'
import {
  contentSecretOf,
  decodeSegment,
  type EncodedSegment,
  encodeSegments,
  encrypt,
} from '../src/index.ts'

const PIECE = 1 << 20
const SEGMENTS = 4
const RUNS = 5

const piece = Uint8Array.from({ length: PIECE }, (_, i) => (i * 2654435761) >>> 13)
const erasure = createReedSolomon(4, 8)
const contentSecret = contentSecretOf(new Uint8Array(32).fill(1))

/** A file that fills its segments but for the overhead of encryption. */
const length = SEGMENTS * (SEGMENT_SIZE - PIECE)
function* source(): Generator<Uint8Array> {
  for (let at = 0; at < length; at += PIECE) yield piece
}
const encrypted = (): AsyncIterable<Uint8Array> =>
  encrypt(source(), { contentSecret, random: systemRandom, manifest: { name: 'bench', length } })
    .stream

async function ingest(): Promise<void> {
  for await (const segment of encodeSegments(encrypted(), { erasure })) segment.release()
}

async function encryptOnly(): Promise<void> {
  for await (const _ of encrypted());
}

const data = Array.from({ length: 4 }, () => new Uint8Array(SEGMENT_SIZE / 4).fill(7))
const parity = Array.from({ length: 8 }, () => new Uint8Array(SEGMENT_SIZE / 4))
function encodeOnly(): void {
  for (let i = 0; i < SEGMENTS; i++) erasure.encode(data, parity)
}
function hashOnly(): void {
  for (let i = 0; i < SEGMENTS; i++) for (const bytes of [...data, ...parity]) blake3(bytes)
}

async function firstSegment(): Promise<EncodedSegment> {
  for await (const segment of encodeSegments(source(), { erasure })) return segment
  throw new Error('a file has one segment at least')
}
const stored = await firstSegment()
const ids = stored.fragments.map((fragment) => fragment.id)
const decode = (lost: readonly number[]) => async (): Promise<void> => {
  const shards = stored.fragments.map(({ bytes }, i) => (lost.includes(i) ? undefined : bytes))
  for (let i = 0; i < SEGMENTS; i++) await decodeSegment(stored.length, shards, ids, erasure)
}

async function rate(run: () => unknown): Promise<number> {
  const rates: number[] = []
  await run()
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now()
    await run()
    rates.push(length / 1000 / (performance.now() - start))
  }
  return Math.round(rates.sort((a, b) => a - b)[RUNS >> 1]!)
}

const report = async (name: string, run: () => unknown): Promise<void> =>
  console.log(JSON.stringify({ name, value: await rate(run), unit: 'MB/s' }))

await report('content/ingest', ingest)
await report('content/ingest/encrypt', encryptOnly)
await report('content/ingest/reed-solomon', encodeOnly)
await report('content/ingest/blake3', hashOnly)
await report('content/decode/from-data', decode([4, 5, 6, 7, 8, 9, 10, 11]))
await report('content/decode/from-parity', decode([0, 1, 2, 3, 8, 9, 10, 11]))
