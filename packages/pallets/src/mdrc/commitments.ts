import { type AccountId, concat, fromHex, u32le, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { encode } from '@cess/scale'
import { type Claim, type Codes, claim, codes } from './types.ts'

/**
 * Hash that an account commits to before it claims: of the claim, the account and the chain, so that nobody can claim
 * what they see revealed with a commitment of somebody else or of another chain. `salt`: 32 random bytes.
 */
export const claimCommitment = (
  genesis: Uint8Array,
  account: AccountId,
  salt: Uint8Array,
  value: Claim,
): Uint8Array =>
  blake2b256(
    concat(utf8('cess/mdrc/claim/1'), genesis, fromHex(account), salt, encode(claim, value)),
  )

/** Hash of codes that stay secret. Without the salt nobody can find out whether a file is the one. */
export const codesCommitment = (salt: Uint8Array, value: Codes): Uint8Array =>
  blake2b256(concat(utf8('cess/mdrc/codes/1'), salt, encode(codes, value)))

/** Hash of a juror's vote: bound to juror, dispute and round, so that it can neither be copied nor repeated. */
export const voteCommitment = (
  genesis: Uint8Array,
  at: { readonly dispute: number; readonly round: number; readonly juror: AccountId },
  salt: Uint8Array,
  upheld: boolean,
): Uint8Array =>
  blake2b256(
    concat(
      ...[utf8('cess/mdrc/vote/1'), genesis, u32le(at.dispute), Uint8Array.of(at.round)],
      ...[fromHex(at.juror), salt, Uint8Array.of(upheld ? 1 : 0)],
    ),
  )
