/**
 * Threshold proxy re-encryption: a file's key capsule, opened for somebody else by m of n proxies that learn nothing, each
 * of which proves what it did. Umbral (Núñez 2018) on ristretto255; docs/cryptography.md has the argument.
 *
 * owner: `delegate` → proxies: `createProxy(…).reencrypt` → grantee: `openShares`; anyone: `verifyShare`.
 */
export { accountKey } from './account.ts'
export { answerMessage, auditCapsule, contextOf, type GrantTerms } from './binding.ts'
export {
  type Capsule,
  capsule,
  type DelegatingKey,
  decapsulate,
  encapsulate,
  verifyCapsule,
} from './capsule.ts'
export { type Delegation, delegation } from './delegation.ts'
export { derivedRandom } from './derived-random.ts'
export { ReencryptionError, type ReencryptionErrorCode } from './errors.ts'
export {
  type DelegateOptions,
  delegate,
  type KeyFragment,
  keyFragment,
  MAX_FRAGMENTS,
  verifyKeyFragment,
} from './fragment.ts'
export { arePoints, publicKeyOf, wideScalar } from './group.ts'
export { BadShares, type OpenOptions, openShares } from './open.ts'
export { openFragments, sealFragments } from './seal.ts'
export {
  type Commitment,
  createProxy,
  type Reencryptor,
  type Share,
  share,
  verifyShare,
} from './share.ts'
