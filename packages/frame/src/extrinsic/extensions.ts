import { type AccountId, type Hash, ZERO_HASH } from '@cess/bytes'
import { accountId32, type Era, era, eraBirth, eraDeath, hash256 } from '@cess/primitives'
import { compact, encode, u32, unit } from '@cess/scale'
import type { SystemApi } from '../system/block.ts'
import {
  addWeight,
  anyExceeds,
  type DispatchClass,
  subWeight,
  type Weight,
  ZERO_WEIGHT,
} from '../weights.ts'
import { type AnyExtension, defineExtension, invalid } from './extension.ts'

const NOBODY = `0x${'00'.repeat(32)}` as AccountId
const nothing = (): undefined => undefined
const className = { Normal: 'normal', Operational: 'operational', Mandatory: 'mandatory' } as const

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

const checkNonce = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckNonce',
    extra: compact(u32),
    additional: unit,
    implicit: nothing,
    validate({ who }, nonce) {
      const next = system.nonce(who)
      if (nonce < next) throw invalid('Stale')
      return {
        provides: [nonceTag(who, nonce)],
        requires: nonce > next ? [nonceTag(who, nonce - 1)] : [],
      }
    },
    prepare({ who }, nonce) {
      const next = system.nonce(who)
      if (nonce !== next) throw invalid(nonce < next ? 'Stale' : 'Future')
      system.incrementNonce(who)
    },
  })

const limitsOf = (system: SystemApi, kind: DispatchClass) =>
  system.weights.perClass[className[kind]]

/** Adds a call to the block's weight. @throws InvalidTx ExhaustsResources when it doesn't fit. */
export function takeWeight(
  system: SystemApi,
  kind: DispatchClass,
  weight: Weight,
  length: number,
): void {
  const limits = limitsOf(system, kind)
  const total = addWeight(weight, limits.baseExtrinsic)
  const used = system.consumed()
  const bytes = system.length() + length
  if (kind !== 'Mandatory') {
    const ofClass = addWeight(used[className[kind]], total)
    const all = addWeight(
      addWeight(used.normal, used.operational),
      addWeight(used.mandatory, total),
    )
    if (limits.maxTotal && anyExceeds(ofClass, limits.maxTotal)) throw invalid('ExhaustsResources')
    const overAll = anyExceeds(all, system.weights.maxBlock)
    const reservedLeft = limits.reserved && !anyExceeds(ofClass, limits.reserved)
    if (overAll && !reservedLeft) throw invalid('ExhaustsResources')
    if (bytes > system.blockLength.max[className[kind]]) throw invalid('ExhaustsResources')
  }
  system.setLength(bytes)
  system.addWeight(kind, total)
}

const checkWeight = (system: SystemApi): AnyExtension =>
  defineExtension({
    identifier: 'CheckWeight',
    extra: unit,
    additional: unit,
    implicit: nothing,
    validate({ info, length }) {
      const { maxExtrinsic } = limitsOf(system, info.class)
      if (maxExtrinsic && anyExceeds(info.weight, maxExtrinsic)) throw invalid('ExhaustsResources')
      if (length > system.blockLength.max[className[info.class]]) throw invalid('ExhaustsResources')
      return undefined
    },
    prepare({ info, length }) {
      const { maxExtrinsic } = limitsOf(system, info.class)
      if (maxExtrinsic && anyExceeds(info.weight, maxExtrinsic)) throw invalid('ExhaustsResources')
      takeWeight(system, info.class, info.weight, length)
    },
    after(_, { info }, post) {
      const spared = post.actualWeight ? subWeight(info.weight, post.actualWeight) : ZERO_WEIGHT
      if (spared.refTime > 0n || spared.proofSize > 0n) system.refundWeight(info.class, spared)
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
