import { bigintToLe } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import { type DelegatingKey, publicKeyOf, wideScalar } from '@cess/reencryption'

/** The key that fragments are sealed to, from a secret of the proxy that lies where the fragments do. */
export function sealKeyOf(secret: Uint8Array): DelegatingKey {
  const wide = hkdfSha256(secret, new Uint8Array(), 'cess/proxy/seal-key/1', 64)
  const scalar = bigintToLe(wideScalar(wide), 32)
  return { secret: scalar, publicKey: publicKeyOf(scalar) }
}
