// Reed–Solomon throughput in MB of data (encode) or of recovered shards (reconstruct) a second, shards of 8 MiB.
// `node bench/rs.bench.ts` prints one JSON line for each measure: medians of interleaved runs.
import { randomFillSync } from 'node:crypto'
import { concat, equal } from '@cess/bytes'
import { createErasurePool, createReedSolomon, sharedShards } from '@cess/erasure'
import { ReedSolomonErasure } from '@subspace/reed-solomon-erasure.wasm'

const LENGTH = 8 * 1024 * 1024
const ROUNDS = 5
const peer = '@subspace/reed-solomon-erasure.wasm'
const rust = await ReedSolomonErasure.fromCurrentDirectory()

type Run = () => unknown

async function time(run: Run): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}

async function measure(name: string, bytes: number, ours: Run, theirs: Run): Promise<void> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round++)
    for (const [i, run] of [ours, theirs].entries()) {
      const ms = await time(run)
      if (round > 0) times[i]!.push(ms) // the first one warms up
    }
  const [value, peerValue] = times.map((all) => {
    const median = all.sort((a, b) => a - b)[ROUNDS >> 1]!
    return Math.round(bytes / 1000 / median)
  }) as [number, number]
  const ratio = Number((value / peerValue).toFixed(2))
  console.log(JSON.stringify({ name, value, unit: 'MB/s', peer, peerValue, ratio }))
}

function same(a: readonly Uint8Array[], b: readonly Uint8Array[]): void {
  if (!a.every((shard, i) => equal(shard, b[i]!))) throw new Error('the two give different bytes')
}

for (const [k, m] of [
  [4, 8],
  [10, 20],
] as const) {
  const rs = createReedSolomon(k, m)
  const data = sharedShards(k, LENGTH)
  for (const shard of data) randomFillSync(shard)
  const own = data.map((shard) => new Uint8Array(shard)) // in memory of its own, as most callers have it
  const parity = rs.encode(own)
  const all = concat(...own, ...parity)
  const part = (i: number): Uint8Array => all.subarray(i * LENGTH, (i + 1) * LENGTH)
  const encodePeer = (): unknown => rust.encode(all, k, m)

  all.fill(0, k * LENGTH)
  encodePeer()
  same(
    parity,
    parity.map((_, i) => part(k + i)),
  )
  await measure(`rs-encode-${k}+${m}`, k * LENGTH, () => rs.encode(own, parity), encodePeer)

  const pool = createErasurePool({ threads: 2 })
  same(await pool.encode(rs, data), parity)
  const target = sharedShards(m, LENGTH)
  await measure(
    `rs-encode-2-threads-${k}+${m}`,
    k * LENGTH,
    () => pool.encode(rs, data, target),
    encodePeer,
  )
  await pool.close()

  const there = [...own.map(() => undefined), ...parity]
  const available = [...own.map(() => false), ...parity.map(() => true)]
  const repaired = own.map(() => new Uint8Array(LENGTH))
  const repair = (): unknown => rs.reconstruct(there, undefined, repaired)
  const repairPeer = (): unknown => rust.reconstruct(all, k, m, available)
  await measure(`rs-reconstruct-${k}+${m}`, k * LENGTH, repair, repairPeer)
}

const js = createReedSolomon(4, 8, { kernel: 'js' })
const data = Array.from({ length: 4 }, () => randomFillSync(new Uint8Array(LENGTH)))
const parity = js.encode(data)
const all = concat(...data, ...parity)
await measure(
  'rs-encode-js-4+8',
  4 * LENGTH,
  () => js.encode(data, parity),
  () => rust.encode(all, 4, 8),
)
