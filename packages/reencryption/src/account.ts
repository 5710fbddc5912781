import { bigintFromLe, equal } from '@cess/bytes'
import type { Sr25519Pair } from '@cess/crypto'
import type { DelegatingKey } from './capsule.ts'
import { ORDER, publicKeyOf, scalarBytes } from './group.ts'

/**
 * The key pair of an sr25519 account as what files can be shared with: its public key is b·G as it is. Wallets keep the
 * scalar times eight (schnorrkel's `to_half_ed25519_bytes`).
 * @throws RangeError when the pair is none.
 */
export function accountKey({ secret, publicKey }: Sr25519Pair): DelegatingKey {
  const scalar = scalarBytes((bigintFromLe(secret.subarray(0, 32)) >> 3n) % ORDER)
  if (!equal(publicKeyOf(scalar), publicKey))
    throw new RangeError('the secret does not belong to the public key')
  return { secret: scalar, publicKey }
}
