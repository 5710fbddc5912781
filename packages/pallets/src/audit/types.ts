import { accountId32 } from '@cess/primitives'
import {
  boundedBytes,
  enumeration,
  fixedBytes,
  type Infer,
  struct,
  u8,
  u32,
  u128,
  vec,
} from '@cess/scale'

/** Rows of the compact leg in one challenge: 99 % certain to notice 5 % of lost rows. */
export const ROWS = 100
/** Chunks of the transparent leg in one challenge. */
export const OPENINGS = 4
/** Taggers whose rows one proof covers. */
export const GROUPS = 8
/** Longest encoded proof: groups of 132 bytes, openings of a chunk and a path. */
export const MAX_PROOF = 16_384

/** A key that tags were made with. */
export const taggerInfo = struct('pallet_audit::types::TaggerInfo', {
  owner: accountId32,
  verifier: boundedBytes(1024),
  /** BLAKE2b-256 of the prover parameters that the tagger hands out. */
  parameters: fixedBytes(32),
})
export type TaggerInfo = Infer<typeof taggerInfo>

const challengedRow = struct('pallet_audit::types::ChallengedRow', {
  tagger: u32,
  fragment: fixedBytes(32),
  row: u32,
})
const challengedChunk = struct('pallet_audit::types::ChallengedChunk', {
  fragment: fixedBytes(32),
  /** Bytes of the fragment. */
  size: u32,
  chunk: u32,
})
/** What a miner must prove, and until when. */
export const challengeInfo = struct('pallet_audit::types::ChallengeInfo', {
  start: u32,
  deadline: u32,
  seed: fixedBytes(32),
  /** Bytes that the miner held when it was challenged. */
  bytes: u128,
  rows: vec(challengedRow, ROWS),
  openings: vec(challengedChunk, OPENINGS),
})
export type ChallengeInfo = Infer<typeof challengeInfo>

export const auditResult = enumeration('pallet_audit::types::AuditResult', [
  'Passed',
  'Failed',
  'Missed',
])
/** How a miner's last audit ended. */
export const lastAudit = struct('pallet_audit::types::LastAudit', {
  block: u32,
  result: auditResult,
  bytes: u128,
  rows: u8,
  openings: u8,
})

export const waived = vec(fixedBytes(32), ROWS + OPENINGS)
