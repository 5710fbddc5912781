import type { AccountId } from '@cess/bytes'
import { failure } from './errors.ts'

/** Who a call comes from: an account that signed it, the chain's own authority, or nobody (inherents). */
export type Origin =
  | { readonly type: 'Signed'; readonly value: AccountId }
  | { readonly type: 'Root' }
  | { readonly type: 'None' }

export const signed = (value: AccountId): Origin => ({ type: 'Signed', value })
export const ROOT: Origin = { type: 'Root' }
export const NONE: Origin = { type: 'None' }

/** @throws DispatchError BadOrigin unless an account signed the call. */
export function ensureSigned(origin: Origin): AccountId {
  if (origin.type !== 'Signed') throw failure('BadOrigin')
  return origin.value
}

/** @throws DispatchError BadOrigin unless an account signed the call or it comes from Root. */
export function ensureSignedOrRoot(origin: Origin): void {
  if (origin.type === 'None') throw failure('BadOrigin')
}

/** @throws DispatchError BadOrigin unless the call comes from Root. */
export function ensureRoot(origin: Origin): void {
  if (origin.type !== 'Root') throw failure('BadOrigin')
}

/** @throws DispatchError BadOrigin unless the call is an inherent or otherwise unsigned. */
export function ensureNone(origin: Origin): void {
  if (origin.type !== 'None') throw failure('BadOrigin')
}
