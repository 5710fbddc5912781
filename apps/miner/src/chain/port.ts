import type { AccountId, FileId, Hash } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { RoleState } from '@cess/proxy'
import type { Share } from '@cess/reencryption'
import type { ColumnRef } from '../store/schema.ts'

/** Where the fragments of a file belong: of a deal that is on its way, or of a stored file. */
export interface Placement {
  readonly stage: 'deal' | 'file'
  /** Miner of each column, in order. */
  readonly miners: readonly AccountId[]
  /** Who declared it. */
  readonly operator: AccountId | undefined
  readonly owner: AccountId
  readonly segments: readonly {
    /** Ids of the 12 fragments. */
    readonly fragments: readonly FileId[]
    /** Bytes of each of them. */
    readonly size: number
  }[]
}

export interface Challenge {
  readonly start: number
  readonly deadline: number
  readonly seed: Uint8Array
  readonly bytes: bigint
  readonly rows: readonly {
    readonly tagger: number
    readonly fragment: Uint8Array
    readonly row: number
  }[]
  readonly openings: readonly {
    readonly fragment: Uint8Array
    readonly size: number
    readonly chunk: number
  }[]
}

export interface Tagger {
  readonly owner: AccountId
  readonly verifier: Uint8Array
  /** BLAKE2b-256 of the prover parameters. */
  readonly parameters: Uint8Array
}

/** The part of a registration that people look at. Space in bytes, tokens in balance units. */
export interface Registration {
  readonly beneficiary: AccountId
  readonly stakingAccount: AccountId
  readonly peerId: Uint8Array
  readonly state: string
  readonly collateral: bigint
  readonly debt: bigint
  readonly declared: bigint
  readonly idle: bigint
  readonly service: bigint
  readonly locked: bigint
}

/** The chain after one block, as far as a miner needs it. */
export interface ChainState {
  readonly number: number
  placement(fileId: FileId): Promise<Placement | undefined>
  /** Whether the chain gives this column to this miner, by a deal or for good. */
  assigns(column: ColumnRef, miner: AccountId): Promise<boolean>
  /** A stored column: its miner and the tagger that is confirmed for it. */
  column(
    column: ColumnRef,
  ): Promise<{ readonly miner: AccountId; readonly tagger: number | undefined } | undefined>
  columnsOf(miner: AccountId): AsyncIterable<ColumnRef>
  challenge(miner: AccountId): Promise<Challenge | undefined>
  tagger(index: number): Promise<Tagger | undefined>
  taggerOf(account: AccountId): Promise<number | undefined>
  registration(miner: AccountId): Promise<Registration | undefined>
  endpoint(miner: AccountId): Promise<string | undefined>
  /** Free balance. */
  balance(account: AccountId): Promise<bigint>
  lastAudit(
    miner: AccountId,
  ): Promise<
    { readonly block: number; readonly result: 'Passed' | 'Failed' | 'Missed' } | undefined
  >
  /** Whether eras have ended whose reward was not claimed. */
  claimable(miner: AccountId): Promise<boolean>
  /** Rewards claimed so far. */
  rewards(miner: AccountId): Promise<bigint>
  /** Block from which a leaving miner may withdraw. */
  unlockBlock(miner: AccountId): Promise<number | undefined>
}

/** What a miner tells the chain. */
export type MinerCall =
  | {
      readonly type: 'register'
      readonly beneficiary: AccountId
      readonly peerId: Uint8Array
      readonly collateral: bigint
      readonly tib: number
    }
  | { readonly type: 'setEndpoint'; readonly endpoint: string }
  | { readonly type: 'setPeerId'; readonly peerId: Uint8Array }
  | {
      readonly type: 'confirmTags'
      readonly tagger: number
      readonly columns: readonly ColumnRef[]
    }
  | { readonly type: 'submitProof'; readonly proof: Uint8Array }
  | { readonly type: 'claim' }
  | { readonly type: 'addCollateral'; readonly miner: AccountId; readonly amount: bigint }
  | { readonly type: 'prepareExit'; readonly miner: AccountId }
  | { readonly type: 'withdraw' }
  | { readonly type: 'registerProxy'; readonly sealKey: Uint8Array }
  | { readonly type: 'setSealKey'; readonly sealKey: Uint8Array }
  | { readonly type: 'acknowledge'; readonly grant: number }
  | { readonly type: 'answerAudit'; readonly share: Share }

export interface MinerEvent {
  /** `Pallet.Event` */
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}
export interface Block {
  readonly number: number
  readonly events: readonly MinerEvent[]
}

/** The chain as a miner sees it. Adapted from the SDK's client; tests bring their own. */
export interface MinerChain {
  readonly genesisHash: Hash
  /** Balance units for each declared TiB. */
  readonly collateralPerTib: bigint
  best(): Promise<ChainState>
  finalized(): Promise<ChainState>
  /** Finalized state, as proxies look at it. */
  sharing(): Promise<RoleState>
  /** Tells every finalized block once, in order. Returns what ends it. */
  follow(listener: (block: Block) => void | Promise<void>): () => void
  /** Signs and submits, and waits until the call is in a block. @throws ChainRefusal */
  submit(pair: KeyPair, call: MinerCall): Promise<Block>
}

/** A call that did not do what it should. `error` is the chain's `Pallet.Name` when it was in a block and failed there. */
export class ChainRefusal extends Error {
  readonly error: string | undefined
  constructor(message: string, error?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ChainRefusal'
    this.error = error
  }
}
