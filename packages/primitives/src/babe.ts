import {
  enumeration,
  fixedBytes,
  type Infer,
  kase,
  struct,
  tuple,
  u32,
  u64,
  variant,
  vec,
} from '@cess/scale'

/** An sr25519 public key that signs blocks. */
export const babeAuthorityId = fixedBytes(32)
/** (authority, weight) pairs. */
export const babeAuthorities = vec(tuple(fixedBytes(32), u64), 100_000)

const vrfFields = struct('', {
  authorityIndex: u32,
  slot: u64,
  /** VRF pre-output (32 bytes) and DLEQ proof (64 bytes). */
  vrfOutput: fixedBytes(32),
  vrfProof: fixedBytes(64),
})

/** The PreRuntime log of a BABE block: who claims which slot, and by which right (sp_consensus_babe::digests::PreDigest). */
export const babePreDigest = variant('sp_consensus_babe::digests::PreDigest', {
  Primary: kase(1, vrfFields),
  SecondaryPlain: kase(2, struct('', { authorityIndex: u32, slot: u64 })),
  SecondaryVRF: kase(3, vrfFields),
})
export type BabePreDigest = Infer<typeof babePreDigest>

export const allowedSlots = enumeration('sp_consensus_babe::AllowedSlots', [
  'PrimarySlots',
  'PrimaryAndSecondaryPlainSlots',
  'PrimaryAndSecondaryVRFSlots',
])
export type AllowedSlots = Infer<typeof allowedSlots>

export const nextEpochDescriptor = struct('', {
  authorities: babeAuthorities,
  randomness: fixedBytes(32),
})
export type NextEpochDescriptor = Infer<typeof nextEpochDescriptor>

export const nextConfigDescriptor = variant('sp_consensus_babe::digests::NextConfigDescriptor', {
  V1: kase(1, struct('', { c: tuple(u64, u64), allowedSlots })),
})

/** The Consensus log of engine BABE. */
export const babeConsensusLog = variant('sp_consensus_babe::ConsensusLog', {
  NextEpochData: kase(1, nextEpochDescriptor),
  OnDisabled: kase(2, u32),
  NextConfigData: kase(3, nextConfigDescriptor),
})
export type BabeConsensusLog = Infer<typeof babeConsensusLog>

/** `BabeApi_configuration`. Slot duration in milliseconds, epoch length in slots. */
export const babeConfiguration = struct('sp_consensus_babe::BabeConfiguration', {
  slotDuration: u64,
  epochLength: u64,
  c: tuple(u64, u64),
  authorities: babeAuthorities,
  randomness: fixedBytes(32),
  allowedSlots,
})
export type BabeConfiguration = Infer<typeof babeConfiguration>

/** `BabeApi_current_epoch` and `BabeApi_next_epoch`. */
export const babeEpoch = struct('sp_consensus_babe::Epoch', {
  epochIndex: u64,
  startSlot: u64,
  duration: u64,
  authorities: babeAuthorities,
  randomness: fixedBytes(32),
  config: struct('sp_consensus_babe::BabeEpochConfiguration', { c: tuple(u64, u64), allowedSlots }),
})
export type BabeEpoch = Infer<typeof babeEpoch>
