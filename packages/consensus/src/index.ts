/**
 * Who may author a block and when a block is final: BABE slot claims and their checks, and GRANDPA finality proofs.
 * The GRANDPA voter is not part of it yet.
 */
export { type AuthorshipDeps, createAuthorship } from './babe/authorship.ts'
export {
  checkClaim,
  claimSlot,
  primaryThreshold,
  type SlotClaim,
  secondaryAuthor,
} from './babe/claim.ts'
export {
  type CheckedHeader,
  type CheckOptions,
  checkHeader,
  createBlockVerifier,
  epochFor,
  preDigestOf,
} from './babe/verify.ts'
export { ConsensusError, type ConsensusErrorCode } from './errors.ts'
export {
  type GrandpaAuthorities,
  grandpaThreshold,
  verifyJustification,
} from './grandpa/justification.ts'
