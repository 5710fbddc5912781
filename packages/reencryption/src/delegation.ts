import { fixedBytes, type Infer, struct } from '@cess/scale'
import { ReencryptionError } from './errors.ts'
import { arePoints } from './group.ts'

/** What everybody who takes part in a grant knows of it, and every proof of it is bound to. */
export const delegation = struct('cess_reencryption::Delegation', {
  /** What the grant is: a hash over chain, grant, file, epoch, threshold and terms. Two grants never share one. */
  context: fixedBytes(32),
  /** A = a·G: delegating public key of the file. */
  delegator: fixedBytes(32),
  /** B = b·G: public key of whom it is shared with. An sr25519 account's public key is one. */
  grantee: fixedBytes(32),
  /** X = x·G of a secret x of this grant alone. */
  precursor: fixedBytes(32),
})
export type Delegation = Infer<typeof delegation>

/** The four fields, as they enter every transcript. */
export const transcriptOf = (given: Delegation): readonly Uint8Array[] => [
  given.context,
  given.delegator,
  given.grantee,
  given.precursor,
]

/** Whether all keys of a delegation are points, and none the identity. */
export const isDelegation = ({ context, delegator, grantee, precursor }: Delegation): boolean =>
  context.length === 32 && arePoints(delegator, grantee, precursor)

/** @throws ReencryptionError BAD_POINT */
export function requireDelegation(given: Delegation): void {
  if (!isDelegation(given))
    throw new ReencryptionError(
      'BAD_POINT',
      'The grant holds a key that is none: it was made by mistake or to do harm. Ask its owner for a new one.',
    )
}
