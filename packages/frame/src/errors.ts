import { enumeration, fixedBytes, type Infer, kase, struct, u8, unit, variant } from '@cess/scale'
import type { PostInfo } from './weights.ts'

const tokenError = enumeration('sp_runtime::TokenError', [
  'FundsUnavailable',
  'OnlyProvider',
  'BelowMinimum',
  'CannotCreate',
  'UnknownAsset',
  'Frozen',
  'Unsupported',
  'CannotCreateHold',
  'NotExpendable',
  'Blocked',
])
const arithmeticError = enumeration('sp_arithmetic::ArithmeticError', [
  'Underflow',
  'Overflow',
  'DivisionByZero',
])

/** Why a dispatched call failed (sp_runtime::DispatchError). */
export const dispatchError = variant('sp_runtime::DispatchError', {
  Other: kase(0, unit),
  CannotLookup: kase(1, unit),
  BadOrigin: kase(2, unit),
  Module: kase(3, struct('sp_runtime::ModuleError', { index: u8, error: fixedBytes(4) })),
  ConsumerRemaining: kase(4, unit),
  NoProviders: kase(5, unit),
  TooManyConsumers: kase(6, unit),
  Token: kase(7, tokenError),
  Arithmetic: kase(8, arithmeticError),
  Transactional: kase(
    9,
    enumeration('sp_runtime::TransactionalError', ['LimitReached', 'NoLayer']),
  ),
  Exhausted: kase(10, unit),
  Corruption: kase(11, unit),
  Unavailable: kase(12, unit),
  RootNotAllowed: kase(13, unit),
  Trie: kase(14, enumeration('sp_runtime::proving_trie::TrieError', ['InvalidStateRoot'])),
})
export type DispatchErrorValue = Infer<typeof dispatchError>

export const dispatchResult = variant('Result', {
  Ok: kase(0, unit),
  Err: kase(1, dispatchError),
})
export type DispatchResult = Infer<typeof dispatchResult>

/**
 * Thrown by a call to fail: everything the call changed is undone, and the error goes into the event.
 * `post` corrects what the failed call costs; without it the call costs what was announced.
 */
export class DispatchError extends Error {
  override readonly name = 'DispatchError'
  readonly value: DispatchErrorValue
  readonly post: PostInfo
  constructor(value: DispatchErrorValue, message: string, post: PostInfo = {}) {
    super(message)
    this.value = value
    this.post = post
  }
}

/** An error of the `sp_runtime` kind that carries nothing. */
export const failure = (
  type:
    | 'Other'
    | 'BadOrigin'
    | 'CannotLookup'
    | 'NoProviders'
    | 'ConsumerRemaining'
    | 'TooManyConsumers'
    | 'Exhausted'
    | 'Corruption'
    | 'Unavailable'
    | 'RootNotAllowed',
): DispatchError => new DispatchError({ type, value: undefined }, type)

export const tokenFailure = (value: Infer<typeof tokenError>): DispatchError =>
  new DispatchError({ type: 'Token', value }, `Token.${value}`)

export const arithmeticFailure = (value: Infer<typeof arithmeticError>): DispatchError =>
  new DispatchError({ type: 'Arithmetic', value }, `Arithmetic.${value}`)
