import { blake2, map, twox, value } from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { bool, u8, u32, u128 } from '@cess/scale'
import type { EmitOf, StorageOf } from '../parts.ts'
import { challengeInfo, lastAudit, taggerInfo, waived } from './types.ts'

export const auditStorage = {
  Taggers: map([twox(u32)], taggerInfo, { docs: 'Keys of taggers by number.' }),
  TaggerCount: value(u32, { default: 0 }),
  TaggerOf: map([blake2(accountId32)], u32, { docs: 'The latest key of an account.' }),
  ChallengeSnapShot: map([blake2(accountId32)], challengeInfo, { docs: 'Open challenges.' }),
  Waived: map([blake2(accountId32)], waived, {
    default: [],
    docs: 'Fragments of an open challenge that were deleted since; the answer may leave them out.',
  }),
  ChallengeSlip: map([twox(u32), blake2(accountId32)], bool, {
    docs: 'Challenges that end with a block.',
  }),
  RoundStart: value(u32, { docs: 'When the round began that challenges every miner once.' }),
  CountedClear: map([blake2(accountId32)], u8, {
    default: 0,
    docs: 'Challenges in a row that a miner has not answered.',
  }),
  CountedServiceFailed: map([blake2(accountId32)], u32, {
    default: 0,
    docs: 'False proofs of a miner in a row.',
  }),
  LastAudit: map([blake2(accountId32)], lastAudit, { docs: 'How the last audit ended.' }),
}

export const auditEvents = {
  GenerateChallenge: { miner: accountId32 },
  SubmitServiceProof: { miner: accountId32 },
  VerifyProof: { miner: accountId32, result: bool, bytes: u128 },
  ChallengeMissed: { miner: accountId32, times: u8 },
  TaggerRegistered: { tagger: u32, owner: accountId32 },
}

/** What the parts of the pallet work with. */
export interface AuditBase {
  readonly storage: StorageOf<typeof auditStorage>
  readonly emit: EmitOf<typeof auditEvents>
}
