import type { AccountId, FileId } from '@cess/bytes'
import type { Commitment, Share } from '@cess/reencryption'

/** A grant as the chain has it (pallet Reencryption). */
export interface ChainGrant {
  readonly owner: AccountId
  readonly grantee: Uint8Array
  readonly files: readonly {
    readonly file: FileId
    readonly epoch: number
    readonly delegator: Uint8Array
    readonly precursor: Uint8Array
  }[]
  readonly threshold: number
  readonly places: readonly {
    readonly proxy: AccountId
    readonly state: 'Drawn' | 'Committed' | 'Serving' | 'Gone'
  }[]
  readonly status: 'Pending' | 'Active' | 'Revoked' | 'Ended'
  readonly expiry: number
  readonly uses: number | undefined
}

/** State after one finalized block: what cannot be taken back. */
export interface FinalState {
  readonly number: number
  grant(id: number): Promise<ChainGrant | undefined>
  commitments(id: number, proxy: AccountId): Promise<readonly Commitment[] | undefined>
  sealed(id: number, proxy: AccountId): Promise<Uint8Array | undefined>
  epoch(owner: AccountId, file: FileId): Promise<number>
  audit(): Promise<{ readonly grant: number; readonly seed: Uint8Array } | undefined>
}

/** What a proxy needs of the chain. */
export interface ProxyChain {
  /** Genesis hash. */
  readonly genesis: Uint8Array
  final(): Promise<FinalState>
  acknowledge(id: number): Promise<void>
  answerAudit(share: Share): Promise<void>
}
