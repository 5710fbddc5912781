import type { Hash } from '@cess/bytes'
import type { Chain, ImportBlock, Origin, TransactionPool } from '@cess/chain'
import type { Network } from '@cess/network'
import type { Clock, Logger, Metrics } from '@cess/ports'
import type { Extrinsic, Header } from '@cess/primitives'

export interface Block {
  readonly hash: Hash
  readonly number: number
}

export type SyncChain = Pick<
  Chain,
  | 'genesisHash'
  | 'info'
  | 'header'
  | 'body'
  | 'justification'
  | 'hashAt'
  | 'importBlock'
  | 'subscribe'
>

/** What decides finality (`@cess/consensus`'s Grandpa). */
export interface Finality {
  /** Finalizes a known block. Rejects with `code` BAD_JUSTIFICATION when the proof is wrong. */
  importJustification(hash: Hash, justification: Uint8Array): Promise<void>
  /** The next block whose proof is needed to go on. */
  wanted(): Block | undefined
}

export interface SyncDeps {
  readonly chain: SyncChain
  readonly network: Pick<Network, 'notifications' | 'serve' | 'request' | 'report'>
  /** None: the node gossips no transactions. */
  readonly pool?: TransactionPool
  readonly finality?: Finality
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Metrics
  /**
   * Checks a block whose parent is here, except for executing it (`createBlockVerifier`).
   * Throws with `code` SLOT_IN_FUTURE for a block that comes too early.
   */
  verify(header: Header, body: readonly Extrinsic[], origin: Origin): ImportBlock
  /** What this node says it is, one of the network's `ROLE`. */
  readonly role: number
}

export interface PeerStatus {
  readonly peerId: string
  readonly roles: 'FULL' | 'LIGHT' | 'AUTHORITY'
  readonly bestHash: Hash
  readonly bestNumber: number
}

export interface SyncStatus {
  readonly state: 'idle' | 'syncing'
  /** Number of our best block. */
  readonly best: number
  /** The highest number that peers speak of, by the middle one of them. */
  readonly target: number
}

/** Keeps the chain level with the network's, and the network's with ours. */
export interface Sync {
  start(): void
  /** Resolves when the block being imported is done. */
  stop(): Promise<void>
  /** Whether we are far behind: then nothing should be authored. */
  isSyncing(): boolean
  status(): SyncStatus
  /** Peers that have shaken hands, for `system_peers`. */
  peers(): PeerStatus[]
  /** Tells peers of a block of ours. Blocks that become best are announced by themselves. */
  announce(header: Header): void
}
