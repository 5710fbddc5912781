import type { Hash } from '@cess/bytes'
import type { BatchOp, KeyValueStore, Logger, Metrics } from '@cess/ports'
import type { DigestItem, Extrinsic, Header, RuntimeHost, StateKey } from '@cess/primitives'
import type { StateChanges, StateView } from '@cess/state'

export interface ChainOptions {
  /** The node's database. The chain does not close it. */
  readonly store: KeyValueStore
  readonly host: RuntimeHost
  /** The state of block 0. An existing database must have begun with the same one. */
  readonly genesis: Iterable<readonly [StateKey, Uint8Array]>
  /** How many finalized blocks keep their state; `'archive'` keeps all. */
  readonly pruning: number | 'archive'
  /** Memory for state that was read lately, in bytes. */
  readonly stateCacheBytes?: number
  readonly logger?: Logger
  readonly metrics?: Metrics
}

/** Who made us import a block. `sync` is catching up, `network` an announced block, `own` one we authored. */
export type Origin = 'own' | 'network' | 'sync'

export interface ImportBlock {
  readonly origin: Origin
  /** With its seal: its hash is the block's. Whoever imports has verified seal and slot. */
  readonly header: Header
  readonly body: readonly Extrinsic[]
  /** An encoded GRANDPA justification that the caller has verified. Stored only; `finalize` makes it count. */
  readonly justification?: Uint8Array
  /** Added to the parent's total. Best is the highest total, then the greater number, then the first seen. */
  readonly weight: number
  /** Auxiliary writes (keys as in `aux.get`) that live or die with the block. */
  readonly aux?: readonly BatchOp[]
  /** What executing the block changes, when we did that already (`buildBlock`). */
  readonly changes?: StateChanges
}

export interface ImportResult {
  readonly hash: Hash
  /** `known`: it was imported before, nothing happened. */
  readonly status: 'imported' | 'known'
  /** Whether it is the best block now. */
  readonly best: boolean
}

export interface BuildBlock {
  readonly parent: Hash
  /** Logs that the header begins with: the slot claim. */
  readonly preDigests: readonly DigestItem[]
  /** Inherent data by its 8-character id (`timstap0`, `babeslot`), SCALE-encoded. */
  readonly inherentData: ReadonlyMap<string, Uint8Array>
  /** In the order to try them. */
  readonly transactions: Iterable<Extrinsic> | AsyncIterable<Extrinsic>
  /** Asked before each transaction: true ends the block here. */
  shouldStop(): boolean
  /** Told of each transaction that the runtime refuses for good, so that the pool can drop it. */
  onInvalid?(extrinsic: Extrinsic): void
  /** Bytes that the encoded block may have; 4 MiB + 512 unless told (Substrate's proposer default). */
  readonly sizeLimit?: number
}

export interface BuiltBlock {
  /** Without a seal yet. */
  readonly header: Header
  readonly body: Extrinsic[]
  readonly changes: StateChanges
}

export interface ChainInfo {
  readonly bestHash: Hash
  readonly bestNumber: number
  readonly finalizedHash: Hash
  readonly finalizedNumber: number
  readonly genesisHash: Hash
}

/** The way from one block to another: up `retracted` (first is `from`) to `common`, down `enacted` (last is `to`). */
export interface Route {
  readonly retracted: Hash[]
  readonly common: Hash
  readonly enacted: Hash[]
}

export type ChainEvent =
  | {
      readonly type: 'imported'
      readonly hash: Hash
      readonly header: Header
      readonly origin: Origin
      readonly best: boolean
      /** Blocks that left the best chain, newest first, and that joined it, oldest first. Empty unless `best`. */
      readonly retracted: Hash[]
      readonly enacted: Hash[]
    }
  | {
      readonly type: 'finalized'
      readonly hash: Hash
      readonly header: Header
      /** Newly finalized blocks, oldest first; the last is `hash`. */
      readonly path: Hash[]
      /** Blocks on dead forks. They are gone from the database; `body` still reads those of `retracted` while listeners run. */
      readonly stale: Hash[]
      /** As in `imported`: not empty only when finality moved the best block to another fork. */
      readonly retracted: Hash[]
      readonly enacted: Hash[]
    }

/** Records that belong to others (consensus), in the same database under a prefix of their own. */
export interface Aux {
  get(key: Uint8Array): Uint8Array | undefined
  /** All or nothing, and on disk when it resolves. */
  batch(ops: readonly BatchOp[]): Promise<void>
}

/**
 * Blocks and their states: the tree of blocks above the last finalized one, the line below it, and the
 * one queue through which blocks are executed and stored.
 */
export interface Chain {
  readonly genesisHash: Hash
  readonly host: RuntimeHost
  readonly aux: Aux
  info(): ChainInfo
  header(hash: Hash): Header | undefined
  body(hash: Hash): Extrinsic[] | undefined
  /** The encoded GRANDPA justification stored with this block. */
  justification(hash: Hash): Uint8Array | undefined
  /** The block of this number on the best chain. */
  hashAt(number: number): Hash | undefined
  /** Whether `ancestor` lies on the way from genesis to `hash`; a block is its own ancestor. @throws ChainError UNKNOWN_BLOCK */
  isAncestor(ancestor: Hash, hash: Hash): boolean
  /** @throws ChainError UNKNOWN_BLOCK */
  route(from: Hash, to: Hash): Route
  /** Blocks without children, best first. */
  leaves(): Hash[]
  /** @throws ChainError UNKNOWN_BLOCK, or UNKNOWN_STATE when its state is pruned. */
  stateAt(hash: Hash): StateView
  /**
   * One call of the runtime API on the state after block `at`; what it changes is dropped.
   * @throws ChainError UNKNOWN_BLOCK or UNKNOWN_STATE, RuntimeTrap
   */
  call(at: Hash, entryPoint: string, args: Uint8Array): Uint8Array
  /**
   * Has the signatures of these extrinsics verified off the main thread, so that calls which need them
   * soon are quick. Never rejects: what it could not do, the call does.
   */
  prepare(at: Hash, extrinsics: readonly Extrinsic[]): Promise<void>
  /** @throws ChainError UNKNOWN_BLOCK, UNKNOWN_STATE, BUILD_FAILED when the runtime refuses header, inherents or the end of the block. */
  buildBlock(options: BuildBlock): Promise<BuiltBlock>
  /**
   * Executes (unless `changes` says what comes out), stores and ranks a block; calls wait for each other in order.
   * @throws ChainError UNKNOWN_PARENT, BAD_BLOCK, FINALIZED_FORK, UNKNOWN_STATE, STORE_FAILED, CLOSED
   */
  importBlock(block: ImportBlock): Promise<ImportResult>
  /**
   * Makes a block and all its ancestors final, and removes every fork that does not contain it. A block that is final
   * already only gets its justification stored.
   * @throws ChainError UNKNOWN_BLOCK, FINALIZED_FORK when it contradicts what is final, STORE_FAILED, CLOSED
   */
  finalize(hash: Hash, justification?: Uint8Array): Promise<void>
  /** Listeners run in order, after the block is stored and before `importBlock` or `finalize` resolves. */
  subscribe(listener: (event: ChainEvent) => void): () => void
  /** Waits for what is queued, then refuses more. */
  close(): Promise<void>
}
