// What blocks cost the runtime, on one thread. `node bench/blocks.bench.ts` prints one JSON line a measure; medians.
// States are in memory: reading and writing the database comes on top, in packages/chain.
import type { AccountId } from '@cess/bytes'
import { toHex, u32le } from '@cess/bytes'
import {
  blake2b256,
  createSignatureVerifier,
  type Sr25519Pair,
  sr25519FromSeed,
} from '@cess/crypto'
import { DEVNET, PRODUCTION } from '../src/index.ts'
import { type RealChain, realChain } from '../test/support/chain.ts'

const ROUNDS = 3
const TOKEN = 10n ** 18n
const pairs: Sr25519Pair[] = Array.from({ length: 8_000 }, (_, i) =>
  sr25519FromSeed(blake2b256(u32le(i))),
)
const idOf = (pair: Sr25519Pair): AccountId => toHex(pair.publicKey) as AccountId
const funded = pairs.map((pair) => [idOf(pair), 1_000n * TOKEN] as const)
const verifier = createSignatureVerifier({ threads: 1 })
const deps = { verifier, prime: verifier.prime }

const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1]!
const report = (name: string, value: number, unit: string, note?: string): void =>
  console.log(JSON.stringify({ name, value, unit, ...(note && { note }) }))

/** Everybody sends one token to the next account, once. */
const transfers = (chain: RealChain, count: number): Uint8Array[] =>
  pairs.slice(0, count).map((pair, i) => {
    const value = idOf(pairs[(i + 1) % pairs.length]!)
    const dest = { type: 'Id' as const, value }
    return chain.signWith(pair, chain.tx.Balances.transfer_keep_alive({ dest, value: TOKEN }), 0)
  })

async function measure(name: string, config: typeof DEVNET): Promise<void> {
  const sample = realChain(config, { funded, deps })
  const [one] = transfers(sample, 1)
  const { perClass } = sample.use(sample.pallets.System).weights
  const cost =
    sample.runtime.dispatchInfo(sample.callOf(one!)).weight.refTime +
    perClass.normal.baseExtrinsic.refTime
  const room = Number(perClass.normal.maxTotal!.refTime / cost)
  const count = Math.min(room, pairs.length)
  const seconds: Record<'prime' | 'build' | 'import' | 'empty', number[]> = {
    prime: [],
    build: [],
    import: [],
    empty: [],
  }
  for (let round = 0; round < ROUNDS; round++) {
    const chain = realChain(config, { funded, deps })
    const timed = async (what: keyof typeof seconds, run: () => unknown): Promise<void> => {
      const started = performance.now()
      await run()
      seconds[what].push((performance.now() - started) / 1000)
    }
    let empty = chain.build()
    await timed('empty', () => chain.execute(empty))
    empty = chain.build()
    chain.execute(empty)
    const xts = transfers(chain, count)
    await timed('prime', () => chain.host.prepare!(xts, chain.state))
    let made = empty
    await timed('build', () => {
      made = chain.build(xts)
    })
    if (made.extrinsics.length !== count + 1) throw new Error('a transfer did not get in')
    await timed('import', () => chain.execute(made))
  }
  const block = `${name}, ${count} transfers a block`
  report(`transfers executed while building (${block})`, count / median(seconds.build), '1/s')
  report(`transfers executed while importing (${block})`, count / median(seconds.import), '1/s')
  report(`signatures verified ahead by one thread (${block})`, count / median(seconds.prime), '1/s')
  report(`import of a full block (${block})`, 1000 * median(seconds.import), 'ms')
  report(`import of an empty block (${name})`, 1000 * median(seconds.empty), 'ms')
}

await measure('2-second slots', DEVNET)
await measure('6-second slots', PRODUCTION)
await verifier.close()
