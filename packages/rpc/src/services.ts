import type { Hash } from '@cess/bytes'
import type { Chain, TransactionPool } from '@cess/chain'
import type { Clock } from '@cess/ports'

export interface PeerStatus {
  readonly peerId: string
  readonly roles: 'FULL' | 'LIGHT' | 'AUTHORITY'
  readonly bestHash: Hash
  readonly bestNumber: number
}

/** Session keys that the node can make and keep. */
export interface NodeKeys {
  /** Makes new session keys, stores their secrets and returns the public ones, encoded. */
  rotate(): Promise<Uint8Array>
  insert(keyType: string, uri: string, publicKey: Uint8Array): Promise<void>
  has(publicKey: Uint8Array, keyType: string): boolean
}

/** What the methods work with. */
export interface RpcServices {
  readonly chain: Chain
  readonly pool: TransactionPool
  readonly clock: Clock
  readonly network: {
    readonly peerId: string
    addresses(): readonly string[]
    peers(): readonly PeerStatus[]
  }
  readonly sync: {
    status(): { readonly state: 'idle' | 'syncing'; readonly best: number; readonly target: number }
  }
  readonly spec: {
    readonly name: string
    readonly chainType: 'Development' | 'Local' | 'Live'
    readonly properties: Readonly<Record<string, unknown>>
  }
  readonly implementation: { readonly name: string; readonly version: string }
  readonly role: 'Authority' | 'Full'
  readonly keys?: NodeKeys
  readonly grandpa?: { roundState(): unknown }
  /** Slots of the current epoch that this node's keys may author, by authority. */
  readonly epochAuthorship?: () => unknown
}
