import { type KeyPair, keyFromUri } from '@cess/crypto'
import { noMetrics, SeededRandom, silentLogger, VirtualClock } from '@cess/ports'
import { accountOf } from '@cess/sdk'
import { createChainCache } from '../../src/chain/cache.ts'
import type { MinerContext } from '../../src/context.ts'
import { minerMetrics } from '../../src/metrics.ts'
import { createAdmission } from '../../src/serve/admission.ts'
import { createArena } from '../../src/serve/arena.ts'
import { createPool, type Pool } from '../../src/work/pool.ts'
import { type TestChain, testChain } from './chain.ts'
import { open } from './store.ts'

export const minerKey = (n = 1): KeyPair => keyFromUri(`//Miner//${n}`, 'sr25519')

export interface TestContext extends MinerContext {
  readonly chain: TestChain
  readonly clock: VirtualClock
  close(): Promise<void>
}

/** One miner without a network: real store and threads, time and chain in the test's hands. */
export async function testContext(
  dataDir: string,
  { chain = testChain(), pool = createPool(1) }: { chain?: TestChain; pool?: Pool } = {},
): Promise<TestContext> {
  const pair = minerKey()
  const clock = new VirtualClock()
  const store = await open(dataDir)
  const end = new AbortController()
  return {
    name: 'test',
    account: accountOf(pair),
    pair,
    chain,
    cache: createChainCache(chain, clock),
    store,
    pool,
    clock,
    random: new SeededRandom(3),
    logger: silentLogger,
    metrics: minerMetrics(noMetrics),
    incoming: createAdmission(clock, 1 << 30),
    arena: createArena(32 << 20),
    outgoing: createAdmission(clock, 1 << 30),
    signal: end.signal,
    async close() {
      end.abort()
      await store.close()
      await pool.close()
    },
  }
}
