import type { AccountId, Hash } from '@cess/bytes'
import type { Chain, TransactionPool } from '@cess/chain'
import type { KeyValueStore } from '@cess/ports'

/**
 * What the methods need from the node: the one interface between them. The node implements it; optional parts may
 * be left out, and the methods that need them then answer "Method not found" or say what the node lacks.
 */
export interface RpcServices {
  readonly chain: Chain
  readonly pool: TransactionPool
  readonly network: RpcNetwork
  readonly sync: {
    /** `target` is the highest block that peers have told of, or less than `best`. */
    status(): { readonly state: 'idle' | 'syncing'; readonly best: number; readonly target: number }
  }
  readonly spec: {
    readonly name: string
    /** polkadot-js Apps shows its development accounts unless this is `Live`. */
    readonly chainType: 'Development' | 'Local' | 'Live'
    /** `ss58Format`, `tokenDecimals`, `tokenSymbol` and what else the chain spec says. */
    readonly properties: Readonly<Record<string, unknown>>
  }
  readonly implementation: { readonly name: string; readonly version: string }
  readonly role: 'Authority' | 'Full'
  readonly keys?: NodeKeys
  readonly grandpa?: {
    roundState(): GrandpaRoundState
    /** Told the encoded justification of whatever becomes final by votes. */
    onJustification(listener: (justification: Uint8Array) => void): () => void
  }
  /** Slots of the current epoch that this node's keys may author. */
  epochAuthorship?(): EpochAuthorship
  readonly reserved?: ReservedPeers
  readonly logFilter?: {
    /** Substrate's form: `sync=debug,chain=trace`. @throws RangeError when it is none */
    add(directives: string): void
    reset(): void
  }
  /** Records of offchain workers, in a database (or under a prefix) of their own. */
  readonly offchain?: KeyValueStore
}

export interface PeerStatus {
  readonly peerId: string
  readonly roles: 'FULL' | 'LIGHT' | 'AUTHORITY'
  readonly bestHash: Hash
  readonly bestNumber: number
}

export interface RpcNetwork {
  readonly peerId: string
  /** Multiaddrs that we listen on, each with `/p2p/ID`. */
  addresses(): readonly string[]
  peers(): readonly PeerStatus[]
}

/** Peers to stay connected with whatever the limits say. */
export interface ReservedPeers {
  /** A multiaddr with `/p2p/ID`. @throws RangeError when it is none */
  add(address: string): Promise<void>
  /** @throws RangeError when it is not a peer id */
  remove(peerId: string): Promise<void>
  /** Peer ids. */
  list(): readonly string[]
}

/** Session keys that the node can make and keep. */
export interface NodeKeys {
  /** Makes new session keys, stores their secrets and returns the public ones as the runtime's SessionKeys. */
  rotate(): Promise<Uint8Array>
  /**
   * Keeps the key of this secret uri. `keyType` has four characters, such as `babe`.
   * @throws RangeError when the type is unknown, the uri is malformed or its public key is another one
   */
  insert(keyType: string, uri: string, publicKey: Uint8Array): Promise<void>
  has(publicKey: Uint8Array, keyType: string): boolean
}

/** Weights, and who has not voted yet, by address. */
export interface GrandpaVotes {
  readonly currentWeight: number
  readonly missing: readonly string[]
}
export interface GrandpaRound {
  readonly round: number
  readonly totalWeight: number
  readonly thresholdWeight: number
  readonly prevotes: GrandpaVotes
  readonly precommits: GrandpaVotes
}
/** What polkadot-js knows as `ReportedRoundStates`. */
export interface GrandpaRoundState {
  readonly setId: number
  readonly best: GrandpaRound
  readonly background: readonly GrandpaRound[]
}

/** Slot numbers by BABE authority. */
export type EpochAuthorship = Readonly<
  Record<
    AccountId,
    {
      readonly primary: readonly number[]
      readonly secondary: readonly number[]
      readonly secondary_vrf: readonly number[]
    }
  >
>
