/**
 * A storage miner: keeps fragments that the chain gives it, proves them when it is challenged, and serves them.
 * `startMiner` hosts one or many miners in this process.
 */
export { minerChain } from './chain/adapter.ts'
export {
  type Block,
  ChainRefusal,
  type ChainState,
  type Challenge,
  type MinerCall,
  type MinerChain,
  type MinerEvent,
  type Placement,
  type Registration,
  type Tagger,
} from './chain/port.ts'
export { MinerError, type MinerErrorCode } from './errors.ts'
export { type MinerConfig, type MinerDeps, type RunningMiners, startMiner } from './miner.ts'
export type { MinerSpec, OneMiner } from './one.ts'
export type { MinerStatus } from './status/report.ts'
