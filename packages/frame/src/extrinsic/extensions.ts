import { type AccountId, type Hash, ZERO_HASH } from '@cess/bytes'
import { accountId32, type Era, era, eraBirth, eraDeath, hash256 } from '@cess/primitives'
import { compact, encode, enumeration, fixedBytes, option, u32, unit } from '@cess/scale'
import type { SystemApi } from '../system/block.ts'
import {
  actualInfo,
  addWeight,
  anyExceeds,
  className,
  type DispatchClass,
  type DispatchInfo,
  type PostInfo,
  subWeight,
} from '../weights.ts'
import { type AnyExtension, defineExtension, InvalidTx, invalid } from './extension.ts'

const NOBODY = `0x${'00'.repeat(32)}` as AccountId
const nothing = (): undefined => undefined

/** Nobody holds the key of the zero account; some forged signatures verify for it. */
const checkNonZeroSender: AnyExtension = defineExtension({
  identifier: 'CheckNonZeroSender',
  extra: unit,
  additional: unit,
  implicit: nothing,
  validate: ({ who }) => refuseZero(who),
  prepare: ({ who }) => refuseZero(who),
})
function refuseZero(who: AccountId): undefined {
  if (who === NOBODY) throw invalid('BadSigner')
}

const checkSpecVersion = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckSpecVersion',
    extra: unit,
    additional: u32,
    implicit: () => system.version.specVersion,
  })

const checkTxVersion = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckTxVersion',
    extra: unit,
    additional: u32,
    implicit: () => system.version.transactionVersion,
  })

const checkGenesis = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckGenesis',
    extra: unit,
    additional: hash256,
    implicit: () => system.blockHash(0),
  })

/** Binds a transaction to a stretch of one fork: the signature covers the hash of the block its era begins with. */
const checkMortality = (system: SystemApi): AnyExtension =>
  defineExtension<Era, Hash>({
    identifier: 'CheckMortality',
    extra: era,
    additional: hash256,
    implicit(extra) {
      const hash = system.blockHash(eraBirth(extra, system.number()))
      if (hash === ZERO_HASH) throw invalid('AncientBirthBlock')
      return hash
    },
    validate(_, extra) {
      if (extra.type === 'Immortal') return undefined
      const now = system.number()
      return { longevity: BigInt(Math.max(0, eraDeath(extra, now) - now)) }
    },
  })

const nonceTag = (who: AccountId, nonce: number): Uint8Array => {
  const tag = new Uint8Array(36)
  tag.set(encode(accountId32, who))
  tag.set(encode(u32, nonce), 32)
  return tag
}

/** Without this, calls that cost nothing could fill the state with nonces of accounts that hold nothing. */
function requireAccount(system: SystemApi, who: AccountId): void {
  const { providers, sufficients } = system.account(who)
  if (providers === 0 && sufficients === 0) throw invalid('Payment')
}

const checkNonce = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckNonce',
    extra: compact(u32),
    additional: unit,
    implicit: nothing,
    validate({ who }, nonce) {
      requireAccount(system, who)
      const next = system.nonce(who)
      if (nonce < next) throw invalid('Stale')
      return {
        provides: [nonceTag(who, nonce)],
        requires: nonce > next ? [nonceTag(who, nonce - 1)] : [],
      }
    },
    prepare({ who }, nonce) {
      requireAccount(system, who)
      const next = system.nonce(who)
      if (nonce !== next) throw invalid(nonce < next ? 'Stale' : 'Future')
      system.incrementNonce(who)
    },
  })

const limitsOf = (system: SystemApi, kind: DispatchClass) =>
  system.weights.perClass[className[kind]]

/** What no block could hold. @throws InvalidTx ExhaustsResources */
export function checkLimits(system: SystemApi, info: DispatchInfo, length: number): void {
  const { maxExtrinsic } = limitsOf(system, info.class)
  if (maxExtrinsic && anyExceeds(info.weight, maxExtrinsic)) throw invalid('ExhaustsResources')
  if (length > system.blockLength.max[className[info.class]]) throw invalid('ExhaustsResources')
}

/**
 * Adds a call to the block's weight and length (frame_system's CheckWeight).
 * @throws InvalidTx ExhaustsResources when this block has no room left for it.
 */
export function takeWeight(system: SystemApi, info: DispatchInfo, length: number): void {
  const kind = info.class
  const limits = limitsOf(system, kind)
  const total = addWeight(info.weight, limits.baseExtrinsic)
  const used = system.consumed()
  const bytes = system.length() + length
  if (bytes > system.blockLength.max[className[kind]]) throw invalid('ExhaustsResources')
  const ofClass = addWeight(used[className[kind]], total)
  if (limits.maxTotal && anyExceeds(ofClass, limits.maxTotal)) throw invalid('ExhaustsResources')
  const all = addWeight(addWeight(used.normal, used.operational), addWeight(used.mandatory, total))
  // Beyond a full block a class may still use what is reserved for it; without a reserve there is no such limit.
  if (anyExceeds(all, system.weights.maxBlock) && limits.reserved)
    if (anyExceeds(ofClass, limits.reserved)) throw invalid('ExhaustsResources')
  system.setLength(bytes)
  system.addWeight(kind, total)
}

/** Gives back what a call announced and did not use. */
export function refundWeight(system: SystemApi, info: DispatchInfo, post: PostInfo): void {
  const spared = subWeight(info.weight, actualInfo(info, post).weight)
  if (spared.refTime > 0n || spared.proofSize > 0n) system.refundWeight(info.class, spared)
}

const checkWeight = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckWeight',
    extra: unit,
    additional: unit,
    implicit: nothing,
    validate({ info, length }) {
      checkLimits(system, info, length)
      return undefined
    },
    prepare({ info, length }) {
      checkLimits(system, info, length)
      takeWeight(system, info, length)
    },
    after: (_, { info }, post) => refundWeight(system, info, post),
  })

const metadataHashMode = enumeration('frame_metadata_hash_extension::Mode', ['Disabled', 'Enabled'])

/**
 * Lets a signer bind a transaction to the metadata that it was shown (RFC 78). Not part of this network's list: a
 * client that does not know it leaves its bytes out, and CESS's own SDK is one. For chains whose clients all know it.
 * @param metadataHash 32 bytes; without it only transactions with the check off (mode 0) are valid.
 */
export const checkMetadataHash = (metadataHash?: Uint8Array): AnyExtension =>
  defineExtension<'Disabled' | 'Enabled', Uint8Array | undefined>({
    identifier: 'CheckMetadataHash',
    extra: metadataHashMode,
    additional: option(fixedBytes(32)),
    implicit(mode) {
      if (mode === 'Disabled') return undefined
      if (!metadataHash)
        throw new InvalidTx({ type: 'Unknown', value: { type: 'CannotLookup', value: undefined } })
      return metadataHash
    },
  })

/** The extensions of frame_system, in the order of Substrate's node. */
export const systemExtensions = (system: SystemApi): AnyExtension[] => [
  checkNonZeroSender,
  checkSpecVersion(system),
  checkTxVersion(system),
  checkGenesis(system),
  checkMortality(system),
  checkNonce(system),
  checkWeight(system),
]
