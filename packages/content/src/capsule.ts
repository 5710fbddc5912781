import { bigintToLe } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import {
  type Capsule,
  type DelegatingKey,
  publicKeyOf,
  ReencryptionError,
  decapsulate as unwrap,
  wideScalar,
  encapsulate as wrap,
} from '@cess/reencryption'
import { ContentError } from './errors.ts'

export { type Capsule, capsule, type DelegatingKey, verifyCapsule } from '@cess/reencryption'

/** The secret that all files of an account hang on: HKDF of the account's seed. @throws RangeError for seeds under 16 bytes. */
export function contentSecretOf(seed: Uint8Array): Uint8Array {
  if (seed.length < 16) throw new RangeError('a seed has 16 bytes at least')
  return hkdfSha256(seed, new Uint8Array(), 'cess/content/secret/1', 32)
}

/**
 * The delegating key of the file with this salt.
 * @param contentSecret 32 bytes, from `contentSecretOf`.
 * @param salt 32 random bytes, other ones for every file.
 */
export function delegatingKey(contentSecret: Uint8Array, salt: Uint8Array): DelegatingKey {
  if (contentSecret.length !== 32) throw new RangeError('a content secret has 32 bytes')
  const wide = hkdfSha256(contentSecret, salt, 'cess/content/delegating-key/1', 64)
  const secret = bigintToLe(wideScalar(wide), 32)
  return { secret, publicKey: publicKeyOf(secret) }
}

/** What is wrong with a capsule is a damaged file to who reads it. */
function asContentError(error: unknown): unknown {
  return error instanceof ReencryptionError ? new ContentError('CORRUPT', error.message) : error
}

/** A fresh 32-byte key and the capsule that holds it. @throws ContentError CORRUPT when the public key is no point. */
export function encapsulate(
  publicKey: Uint8Array,
  random: Random,
): { readonly key: Uint8Array; readonly capsule: Capsule } {
  try {
    return wrap(publicKey, random)
  } catch (error) {
    throw asContentError(error)
  }
}

/** The key in a capsule. @throws ContentError CORRUPT when the capsule was not made for this key pair. */
export function decapsulate(key: DelegatingKey, sealed: Capsule): Uint8Array {
  try {
    return unwrap(key, sealed)
  } catch (error) {
    throw asContentError(error)
  }
}
