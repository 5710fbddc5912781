/**
 * The chain: which blocks exist, which is best, which are final, and what state each leaves behind; and
 * the transaction pool that follows it.
 *
 * It knows the runtime only as `RuntimeHost` and consensus not at all: whoever imports a block has
 * verified its seal and says how much it weighs; whoever finalizes has seen the votes.
 */
export type {
  Aux,
  BuildBlock,
  BuiltBlock,
  ChainEvent,
  ChainInfo,
  ChainOptions,
  ImportBlock,
  ImportResult,
  Origin,
  Route,
} from './api.ts'
export { Chain } from './chain.ts'
export { ChainError, type ChainErrorCode } from './errors.ts'
export type {
  PoolLimits,
  PoolOptions,
  PoolStatus,
  PoolTransaction,
  TransactionPool,
  TxStatus,
} from './pool/api.ts'
export { POOL_ERROR, PoolError, type PoolErrorCode } from './pool/errors.ts'
export { createTransactionPool } from './pool/pool.ts'
