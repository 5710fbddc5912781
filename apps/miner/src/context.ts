import type { AccountId } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { Clock, Logger, Random } from '@cess/ports'
import type { ChainCache } from './chain/cache.ts'
import type { MinerChain } from './chain/port.ts'
import type { MinerMetrics } from './metrics.ts'
import type { Admission } from './serve/admission.ts'
import type { Arena } from './serve/arena.ts'
import type { Store } from './store/store.ts'
import type { Pool } from './work/pool.ts'

/** What the parts of one miner work with. Chain, cache, pool, clock, random and metrics are the process's. */
export interface MinerContext {
  readonly name: string
  readonly account: AccountId
  readonly pair: KeyPair
  readonly chain: MinerChain
  readonly cache: ChainCache
  readonly store: Store
  readonly pool: Pool
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: MinerMetrics
  /** Memory for fragments that peers send, and that they are sent. */
  readonly incoming: Admission
  readonly outgoing: Admission
  /** Where fragments that peers send are received. */
  readonly arena: Arena
  /** Aborted when the miner stops. */
  readonly signal: AbortSignal
}
