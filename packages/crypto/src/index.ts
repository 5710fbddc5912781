/**
 * Cryptography of the network: Substrate's hashes and signatures, Merlin transcripts and the VRF of BABE,
 * addresses and secret URIs, authenticated streams, and openings of BLAKE3's tree.
 */
export { ed25519Verify } from './ed25519.ts'
export * from './hashes.ts'
export {
  ecdsaFromSeed,
  ecdsaVerify,
  ed25519FromSeed,
  type KeyPair,
  type Scheme,
  type Sr25519Pair,
  sr25519FromSeed,
  verifySignature,
} from './keys.ts'
export {
  createFileKeystore,
  type FileKeystore,
  KeystoreError,
  type KeystoreErrorCode,
} from './keystore.ts'
export { addPoints, type Combination, combinePoints } from './ristretto.ts'
export * from './secret.ts'
export * from './sha256.ts'
export { type Signed, sr25519Verify, sr25519VerifyMany } from './sr25519.ts'
export { CESS_PREFIX, ss58Decode, ss58Encode } from './ss58.ts'
export { Transcript } from './transcript.ts'
export { DEV_PHRASE, generateMnemonic, isMnemonic, keyFromUri } from './uri.ts'
export { createSignatureVerifier, type SignatureVerifier } from './verifier.ts'
export type { VerifyJob } from './verify-many.ts'
export { type VrfInOut, vrfAttach, vrfBytes, vrfSign, vrfVerify } from './vrf.ts'
