// How fast codes are made, one thread. `node bench/codes.bench.ts` prints one JSON line a measure. No other implementation
// of ISO 24138 that runs here is well kept; blake3 of the same bytes says how far from a plain hash it is.
import { randomFillSync } from 'node:crypto'
import { blake3 } from '@cess/crypto/hashes'
import {
  createDataHasher,
  createInstanceHasher,
  createNearIndex,
  genImageCode,
  genTextCode,
} from '../src/index.ts'

const MIB = 1 << 20
const bytes = randomFillSync(new Uint8Array(32 * MIB))
const words = Array.from({ length: 5000 }, (_, i) => `word${(i * 7919) % 5000}`)
const text = Array.from({ length: 60_000 }, (_, i) => words[(i * i) % words.length]).join(' ')
const grey = Array.from({ length: 1024 }, (_, i) => (i * 37) % 256)

async function time(run: () => unknown): Promise<number> {
  await run()
  const started = performance.now()
  for (let i = 0; i < 3; i++) await run()
  return (performance.now() - started) / 3
}
const round = (n: number): number => Number(n.toPrecision(3))
const hash = await time(() => blake3(bytes))
async function rate(name: string, size: number, run: () => unknown, plain?: number) {
  const ms = await time(run)
  const value = round(size / 1000 / ms)
  const peer = plain && {
    peer: 'BLAKE3 of the same bytes',
    peerValue: round(size / 1000 / plain),
    ratio: round(plain / ms),
  }
  console.log(JSON.stringify({ name, value, unit: 'MB/s', ...peer }))
}

await rate(
  'fingerprint: Data-Code',
  bytes.length,
  () => {
    const hasher = createDataHasher()
    for (let at = 0; at < bytes.length; at += MIB) hasher.update(bytes.subarray(at, at + MIB))
    return hasher.finish()
  },
  hash,
)
await rate(
  'fingerprint: Instance-Code',
  bytes.length,
  async () => {
    const hasher = await createInstanceHasher()
    for (let at = 0; at < bytes.length; at += MIB) hasher.update(bytes.subarray(at, at + MIB))
    return hasher.finish()
  },
  hash,
)
await rate('fingerprint: Text-Code', text.length, () => genTextCode(text))
const image = await time(() => {
  for (let i = 0; i < 100; i++) genImageCode(grey)
})
console.log(
  JSON.stringify({
    name: 'fingerprint: Image-Codes of 32×32 grey values',
    value: round(1e5 / image),
    unit: '1/s',
  }),
)

const WORKS = 1_000_000
const index = createNearIndex()
const digest = new Uint8Array(16)
for (let i = 0; i < WORKS; i++) index.add(i, randomFillSync(digest))
const search = await time(() => {
  for (let i = 0; i < 10; i++)
    index.near(randomFillSync(digest), { most: 16, most128: 40, limit: 50 })
})
console.log(
  JSON.stringify({
    name: 'fingerprint: near codes among 1,000,000',
    value: round(search / 10),
    unit: 'ms',
  }),
)
