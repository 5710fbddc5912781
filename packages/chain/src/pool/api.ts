import type { Hash } from '@cess/bytes'
import type { Clock, Logger, Metrics } from '@cess/ports'
import type { Extrinsic, TransactionSource } from '@cess/primitives'
import type { Chain } from '../api.ts'

/** What becomes of a watched transaction (Substrate's `TransactionStatus`). The last five end the watch. */
export type TxStatus =
  | { readonly type: 'future' }
  | { readonly type: 'ready' }
  | { readonly type: 'broadcast'; readonly peers: readonly string[] }
  | { readonly type: 'inBlock'; readonly block: Hash; readonly index: number }
  | { readonly type: 'retracted'; readonly block: Hash }
  /** It is in this block, which was not final 512 blocks later. */
  | { readonly type: 'finalityTimeout'; readonly block: Hash }
  | { readonly type: 'finalized'; readonly block: Hash; readonly index: number }
  /** Replaced by this transaction. */
  | { readonly type: 'usurped'; readonly by: Hash }
  /** Pushed out by a limit. */
  | { readonly type: 'dropped' }
  | { readonly type: 'invalid' }

export interface PoolTransaction {
  /** blake2-256 of the extrinsic with its length prefix. */
  readonly hash: Hash
  readonly extrinsic: Extrinsic
  readonly source: TransactionSource
  readonly priority: bigint
  readonly requires: readonly Uint8Array[]
  readonly provides: readonly Uint8Array[]
  /** Last block number that may include it. */
  readonly validTill: number
  /** Whether peers should hear of it. */
  readonly propagate: boolean
}

export interface PoolLimits {
  /** Ready transactions and their bytes; futures get a tenth of each. */
  readonly count: number
  readonly bytes: number
  /** Futures that wait for one sender's missing nonce. */
  readonly futuresPerSender: number
  /** Bytes of one extrinsic. */
  readonly extrinsicBytes: number
  /** How long a refused transaction may not come back, milliseconds. */
  readonly banMs: number
  /** Pool transactions validated again after each block. */
  readonly revalidatePerBlock: number
}

export interface PoolOptions {
  readonly chain: Chain
  readonly clock: Clock
  readonly logger?: Logger
  readonly metrics?: Metrics
  readonly limits?: Partial<PoolLimits>
}

export interface PoolStatus {
  readonly ready: number
  readonly readyBytes: number
  readonly future: number
  readonly futureBytes: number
}

/** Transactions that wait for a block. It follows the chain by itself. */
export interface TransactionPool {
  /** Resolves once it is in the pool. @throws PoolError */
  submit(extrinsic: Extrinsic, source: TransactionSource): Promise<Hash>
  /**
   * As `submit`, telling `listener` what happens from then on, first `ready` or `future`.
   * `cancel` ends the watch, not the transaction.
   * @throws PoolError
   */
  watch(
    extrinsic: Extrinsic,
    source: TransactionSource,
    listener: (status: TxStatus) => void,
  ): Promise<{ readonly hash: Hash; cancel(): void }>
  /**
   * What a block could hold, in the order to apply it: by priority, then age, each after what it depends on.
   * Lazy: transactions that leave the pool during the iteration, and those that need them, are skipped.
   */
  ready(): Iterable<PoolTransaction>
  /** Ready extrinsics in that order. */
  pending(): Extrinsic[]
  has(hash: Hash): boolean
  get(hash: Hash): PoolTransaction | undefined
  status(): PoolStatus
  /** Throws these out as invalid and bans them; what depends on them waits in `future`. Returns those that were here. */
  remove(hashes: readonly Hash[]): Hash[]
  /** Tells watchers which peers were sent a transaction. */
  broadcasted(hash: Hash, peers: readonly string[]): void
  /** Called for each transaction that becomes ready and wants to be gossiped. */
  onImported(listener: (transaction: PoolTransaction) => void): () => void
  /** Resolves when everything that blocks so far caused (resubmission, revalidation) is done. */
  settled(): Promise<void>
  close(): void
}
