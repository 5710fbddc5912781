import type { AccountId } from '@cess/bytes'
import type { Sr25519Pair } from '@cess/crypto'
import type { Clock, Logger, Random } from '@cess/ports'
import type { GatewayChain } from './chain/port.ts'
import type { GatewayConfig } from './config/config.ts'
import type { GatewayMetrics } from './metrics.ts'

/** What the parts of a gateway work with. */
export interface GatewayContext {
  readonly config: GatewayConfig
  readonly chain: GatewayChain
  readonly pair: Sr25519Pair
  /** The gateway's own account. */
  readonly account: AccountId
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: GatewayMetrics
  /** Aborted when the gateway stops. */
  readonly signal: AbortSignal
}
