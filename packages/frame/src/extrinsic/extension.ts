import type { AccountId } from '@cess/bytes'
import type {
  InvalidTransaction,
  TransactionValidityError,
  ValidTransaction,
} from '@cess/primitives'
import type { Codec } from '@cess/scale'
import type { DispatchResult } from '../errors.ts'
import type { RuntimeCall } from '../pallet.ts'
import type { DispatchInfo, PostInfo } from '../weights.ts'

/** Why a transaction does not get into a block. Unlike a DispatchError it leaves no trace on chain. */
export class InvalidTx extends Error {
  override readonly name = 'InvalidTx'
  readonly value: TransactionValidityError
  constructor(value: TransactionValidityError) {
    super(`${value.type}.${value.value.type}`)
    this.value = value
  }
}

/** An InvalidTransaction case that carries nothing. */
export const invalid = (type: Exclude<InvalidTransaction['type'], 'Custom'>): InvalidTx =>
  new InvalidTx({ type: 'Invalid', value: { type, value: undefined } })

/** The transaction that an extension looks at. */
export interface TxContext {
  readonly who: AccountId
  readonly call: RuntimeCall
  readonly info: DispatchInfo
  /** Encoded length with length prefix, in bytes. */
  readonly length: number
}

/**
 * A transaction extension (signed extension): what a transaction carries beside its call, what its signature
 * covers beside that, and what happens before and after the call. `P` goes from `prepare` to `after`.
 */
export interface Extension<X, I, P> {
  readonly identifier: string
  readonly extra: Codec<X>
  readonly additional: Codec<I>
  /** What both sides know and only the signature covers. @throws InvalidTx */
  implicit(extra: X): I
  /** For the pool. @throws InvalidTx */
  validate?(tx: TxContext, extra: X): Partial<ValidTransaction> | undefined
  /** In the block, before the call; changes stay even if the call fails. @throws InvalidTx */
  prepare?(tx: TxContext, extra: X): P
  after?(prepared: P, tx: TxContext, post: PostInfo, result: DispatchResult): void
}
// biome-ignore lint/suspicious/noExplicitAny: an extension of some types
export type AnyExtension = Extension<any, any, any>

/** Checks the types of one extension and forgets them. */
export const defineExtension = <X, I, P = undefined>(one: Extension<X, I, P>): AnyExtension => one
