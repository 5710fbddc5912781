// BLAKE3-256 on one thread, in MB of input a second. `node bench/blake3.bench.ts` prints one JSON line for each
// measure: medians of interleaved runs.
import { randomFillSync } from 'node:crypto'
import { equal } from '@cess/bytes'
import { blake3, blake3ChunkOpening, createBlake3Stream, verifyBlake3Chunk } from '@cess/crypto'
import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js'
import { createBLAKE3 } from 'hash-wasm'

const ROUNDS = 9
const WASM = 'hash-wasm'
const NOBLE = '@noble/hashes'
const hasher = await createBLAKE3(256)
const hashWasm = (data: Uint8Array): Uint8Array => hasher.init().update(data).digest('binary')

type Run = () => unknown

function time(run: Run, times: number): number {
  const started = performance.now()
  for (let i = 0; i < times; i++) run()
  return (performance.now() - started) / times
}

function measure(name: string, bytes: number, ours: Run, peer: string, theirs: Run): void {
  const times: [number[], number[]] = [[], []]
  const runs = Math.max(1, Math.floor(2 ** 22 / bytes))
  for (let round = 0; round <= ROUNDS; round++)
    for (const [i, run] of [ours, theirs].entries()) {
      const ms = time(run, runs)
      if (round > 0) times[i]!.push(ms) // the first one warms up
    }
  const [value, peerValue] = times.map((all) => {
    const median = all.sort((a, b) => a - b)[ROUNDS >> 1]!
    return Math.round(bytes / 1000 / median)
  }) as [number, number]
  const ratio = Number((value / peerValue).toFixed(2))
  console.log(JSON.stringify({ name, value, unit: 'MB/s', peer, peerValue, ratio }))
}

const fragment = randomFillSync(new Uint8Array(8 << 20))
const root = blake3(fragment)
if (!equal(root, hashWasm(fragment)) || !equal(root, nobleBlake3(fragment)))
  throw new Error('the three give different hashes')

for (const [size, length] of [
  ['1-KiB', 1 << 10],
  ['8-KiB', 8 << 10],
  ['64-KiB', 64 << 10],
  ['8-MiB', 8 << 20],
] as const) {
  const data = fragment.subarray(0, length)
  const ours: Run = () => blake3(data)
  measure(`blake3-${size}`, length, ours, WASM, () => hashWasm(data))
}
const part = fragment.subarray(0, 1 << 20)
measure(
  'blake3-1-MiB',
  part.length,
  () => blake3(part),
  NOBLE,
  () => nobleBlake3(part),
)

const PIECE = 60_000
const inPieces = (update: (piece: Uint8Array) => unknown): void => {
  for (let at = 0; at < fragment.length; at += PIECE) update(fragment.subarray(at, at + PIECE))
}
const streams = await Promise.all(Array.from({ length: ROUNDS + 1 }, createBlake3Stream))
measure(
  'blake3-stream-8-MiB',
  fragment.length,
  () => {
    const stream = streams.pop()!
    inPieces(stream.update)
    if (!equal(stream.digest(), root)) throw new Error('the stream gives another hash')
  },
  WASM,
  () => {
    hasher.init()
    inPieces((piece) => hasher.update(piece))
    hasher.digest('binary')
  },
)

measure(
  'blake3-open-chunk-of-8-MiB',
  fragment.length,
  () => {
    if (!verifyBlake3Chunk(root, fragment.length, 5000, blake3ChunkOpening(fragment, 5000)))
      throw new Error('the opening is refused')
  },
  `${WASM}, one hash of the 8 MiB`,
  () => hashWasm(fragment),
)
