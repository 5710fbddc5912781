// Verification of sr25519 signatures a second. `node bench/sr25519.bench.ts` prints one JSON line for each measure:
// medians of interleaved runs.
import { availableParallelism } from 'node:os'
import { u32le } from '@cess/bytes'
import {
  createSignatureVerifier,
  sr25519FromSeed,
  sr25519Verify,
  sr25519VerifyMany,
} from '@cess/crypto'
import { sr25519Verify as rustVerify } from '@polkadot/wasm-crypto'
import { verify as scureVerify } from '@scure/sr25519'

const ROUNDS = 5
const COUNT = 1_000
const THREADS = availableParallelism()
const pair = sr25519FromSeed(new Uint8Array(32).fill(1))
const { publicKey } = pair
/** Transfers are about this long. */
const PADDING = new Uint8Array(100)
let number = 0
const fresh = (count: number) =>
  Array.from({ length: count }, () => {
    const message = Uint8Array.of(...u32le(number++), ...PADDING)
    return { signature: pair.sign(message), message, publicKey }
  })
const must = (good: boolean): void => {
  if (!good) throw new Error('a good signature was refused')
}

const verifier = createSignatureVerifier({ threads: THREADS })
const jobs = fresh(COUNT)
/** Each returns how many it verified. */
const ways: Record<string, () => number | Promise<number>> = {
  many() {
    must(sr25519VerifyMany(jobs).every(Boolean))
    return COUNT
  },
  one() {
    for (const j of jobs) must(sr25519Verify(j.signature, j.message, j.publicKey))
    return COUNT
  },
  rust() {
    for (const j of jobs) must(rustVerify(j.signature, j.message, j.publicKey))
    return COUNT
  },
  scure() {
    for (const j of jobs.slice(0, 50)) must(scureVerify(j.message, j.signature, j.publicKey))
    return 50
  },
}
const rates: Record<string, number[]> = { many: [], one: [], rust: [], scure: [], threads: [] }
await verifier.prime(fresh(1).map((j) => ({ scheme: 'sr25519' as const, ...j })))
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, run] of Object.entries(ways)) {
    const started = performance.now()
    const done = await run()
    if (round > 0) rates[name]!.push((1000 * done) / (performance.now() - started))
  }
  // What was verified before comes from a cache, so these are new ones each time.
  const batch = fresh(8 * COUNT).map((j) => ({ scheme: 'sr25519' as const, ...j }))
  const started = performance.now()
  await verifier.prime(batch)
  if (round > 0) rates.threads!.push((1000 * batch.length) / (performance.now() - started))
}
await verifier.close()

const median = (name: string): number =>
  Math.round(rates[name]!.sort((a, b) => a - b)[ROUNDS >> 1]!)
const RUST = 'schnorrkel (Rust) in @polkadot/wasm-crypto'
function report(name: string, key: string, peer: string, peerKey: string): void {
  const [value, peerValue] = [median(key), median(peerKey)]
  const ratio = Number((value / peerValue).toFixed(2))
  console.log(JSON.stringify({ name, value, unit: '1/s', peer, peerValue, ratio }))
}
report('sr25519-verify', 'many', RUST, 'rust')
report('sr25519-verify-one-by-one', 'one', RUST, 'rust')
report(`sr25519-verify-${THREADS}-threads`, 'threads', `${RUST}, one thread`, 'rust')
report('sr25519-verify', 'many', '@scure/sr25519', 'scure')
