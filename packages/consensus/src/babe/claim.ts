import { bigintFromLe, concat, equal, u64le } from '@cess/bytes'
import {
  blake2b256,
  type Sr25519Pair,
  Transcript,
  vrfBytes,
  vrfSign,
  vrfVerify,
} from '@cess/crypto'
import type { BabeEpoch, BabePreDigest } from '@cess/primitives'
import { ConsensusError } from '../errors.ts'

type SlotEpoch = Pick<BabeEpoch, 'epochIndex' | 'authorities' | 'randomness' | 'config'>

/** What the VRF of a slot is evaluated on (sp_consensus_babe `make_vrf_transcript`). */
function slotTranscript(epoch: SlotEpoch, slot: bigint): Transcript {
  const transcript = new Transcript('BABE')
  transcript.append('slot number', u64le(slot))
  transcript.append('current epoch', u64le(epoch.epochIndex))
  transcript.append('chain randomness', epoch.randomness)
  return transcript
}

/**
 * A primary claim wins when its score is below this, of 2^128: 1 − (1 − c)^(weight / total) in doubles as the
 * reference computes it, then exactly scaled. Node side only: no state depends on it.
 */
export function primaryThreshold(epoch: SlotEpoch, index: number): bigint {
  const [c0, c1] = epoch.config.c
  const total = epoch.authorities.reduce((sum, [, weight]) => sum + weight, 0n)
  const weight = epoch.authorities[index]?.[1] ?? 0n
  if (total === 0n || c1 === 0n) return 0n
  const p = 1 - (1 - Number(c0) / Number(c1)) ** (Number(weight) / Number(total))
  if (!(p > 0)) return 0n
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, p)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent ? 1n << 52n : 0n)
  const shift = BigInt(exponent - 1075 + 128)
  return shift >= 0n ? mantissa << shift : mantissa >> -shift
}

/** Index of the one authority that may author a slot without winning it; `undefined` without authorities. */
export function secondaryAuthor(epoch: SlotEpoch, slot: bigint): number | undefined {
  const count = BigInt(epoch.authorities.length)
  if (count === 0n) return undefined
  const hash = blake2b256(concat(epoch.randomness, u64le(slot)))
  return Number(BigInt(`0x${hash.toHex()}`) % count)
}

export interface SlotClaim {
  readonly preDigest: BabePreDigest
  readonly pair: Sr25519Pair
}

const score = (inOut: { input: Uint8Array; output: Uint8Array }): bigint =>
  bigintFromLe(vrfBytes(inOut, 'substrate-babe-vrf', 16))

/** The right to author this slot that one of these keys has: primary first, then secondary if the epoch allows it. */
export function claimSlot(
  epoch: SlotEpoch,
  slot: bigint,
  keys: readonly Sr25519Pair[],
): SlotClaim | undefined {
  const pairOf = (index: number): Sr25519Pair | undefined =>
    keys.find((key) => equal(key.publicKey, epoch.authorities[index]![0]))
  const vrf = (pair: Sr25519Pair, authorityIndex: number) => {
    const { output, proof } = vrfSign(pair, slotTranscript(epoch, slot))
    return { authorityIndex, slot, vrfOutput: output, vrfProof: proof }
  }
  for (let index = 0; index < epoch.authorities.length; index++) {
    const pair = pairOf(index)
    if (!pair) continue
    const value = vrf(pair, index)
    const preDigest: BabePreDigest = { type: 'Primary', value }
    if (primaryWins(epoch, preDigest)) return { preDigest, pair }
  }
  const index = secondaryAuthor(epoch, slot)
  const pair = index === undefined ? undefined : pairOf(index)
  if (index === undefined || !pair || epoch.config.allowedSlots === 'PrimarySlots') return undefined
  if (epoch.config.allowedSlots === 'PrimaryAndSecondaryVRFSlots')
    return { preDigest: { type: 'SecondaryVRF', value: vrf(pair, index) }, pair }
  return { preDigest: { type: 'SecondaryPlain', value: { authorityIndex: index, slot } }, pair }
}

function checkVrf(epoch: SlotEpoch, claim: Exclude<BabePreDigest, { type: 'SecondaryPlain' }>) {
  const { authorityIndex, slot, vrfOutput, vrfProof } = claim.value
  const key = epoch.authorities[authorityIndex]![0]
  const inOut = vrfVerify(key, slotTranscript(epoch, slot), vrfOutput, vrfProof)
  if (!inOut)
    throw new ConsensusError('BAD_VRF', `The VRF proof of slot ${slot} is wrong; drop the block.`)
  return inOut
}

const primaryWins = (
  epoch: SlotEpoch,
  claim: Extract<BabePreDigest, { type: 'Primary' }>,
): boolean => score(checkVrf(epoch, claim)) < primaryThreshold(epoch, claim.value.authorityIndex)

/** @throws ConsensusError UNKNOWN_AUTHORITY, NOT_SLOT_AUTHOR or BAD_VRF unless the claim is right. */
export function checkClaim(epoch: SlotEpoch, claim: BabePreDigest): void {
  const { authorityIndex, slot } = claim.value
  if (!epoch.authorities[authorityIndex])
    throw new ConsensusError(
      'UNKNOWN_AUTHORITY',
      `Epoch ${epoch.epochIndex} has no authority ${authorityIndex}.`,
    )
  const refuse = (why: string): never => {
    throw new ConsensusError(
      'NOT_SLOT_AUTHOR',
      `Authority ${authorityIndex} may not author slot ${slot}: ${why}.`,
    )
  }
  if (claim.type === 'Primary') {
    if (!primaryWins(epoch, claim)) refuse('its score is not below the threshold')
    return
  }
  const allowed =
    claim.type === 'SecondaryVRF' ? 'PrimaryAndSecondaryVRFSlots' : 'PrimaryAndSecondaryPlainSlots'
  if (epoch.config.allowedSlots !== allowed) refuse(`the epoch does not allow ${claim.type}`)
  if (secondaryAuthor(epoch, slot) !== authorityIndex) refuse('it is not the secondary author')
  if (claim.type === 'SecondaryVRF') checkVrf(epoch, claim)
}
