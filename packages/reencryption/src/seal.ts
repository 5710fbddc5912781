import { concat } from '@cess/bytes'
import { hkdfSha256, NONCE_PREFIX_BYTES, openChunk, sealChunk } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { decode, encode, vec } from '@cess/scale'
import { type Capsule, capsule, type DelegatingKey, decapsulate, encapsulate } from './capsule.ts'
import { ReencryptionError } from './errors.ts'
import { type KeyFragment, keyFragment } from './fragment.ts'

/** Fragments of one proxy: one for each file of a grant. */
const MAX_SEALED = 16
const fragmentList = vec(keyFragment, MAX_SEALED)
const CAPSULE_BYTES = 96
/** A key is used once, so its nonce may be zeros. */
const NO_PREFIX = new Uint8Array(NONCE_PREFIX_BYTES)

const sealingKey = (key: Uint8Array, purpose: Uint8Array): Uint8Array =>
  hkdfSha256(key, purpose, 'cess/reencryption/seal/1', 32)

/**
 * Seals key fragments to the proxy that is to hold them: capsule ‖ AES-256-GCM under its key. They may lie in public.
 * @param purpose what they are for, grant and proxy: they open for nothing else.
 * @throws ReencryptionError BAD_POINT
 */
export function sealFragments(
  sealKey: Uint8Array,
  purpose: Uint8Array,
  fragments: readonly KeyFragment[],
  random: Random,
): Uint8Array {
  const { key, capsule: made } = encapsulate(sealKey, random)
  const plain = encode(fragmentList, [...fragments])
  return concat(
    encode(capsule, made),
    sealChunk(sealingKey(key, purpose), NO_PREFIX, 0, true, plain),
  )
}

/** @throws ReencryptionError BAD_FRAGMENT when they were not sealed to this key for this purpose. */
export function openFragments(
  own: DelegatingKey,
  purpose: Uint8Array,
  sealed: Uint8Array,
): readonly KeyFragment[] {
  try {
    const made: Capsule = decode(capsule, sealed.subarray(0, CAPSULE_BYTES))
    const key = sealingKey(decapsulate(own, made), purpose)
    const plain = openChunk(key, NO_PREFIX, 0, true, sealed.subarray(CAPSULE_BYTES))
    if (plain) return decode(fragmentList, plain)
  } catch (error) {
    // What is malformed was not sealed for us either.
    if (error instanceof RangeError) throw error
  }
  throw new ReencryptionError(
    'BAD_FRAGMENT',
    'The sealed key fragments do not open with the key of this proxy: they are for another one, or damaged.',
  )
}
