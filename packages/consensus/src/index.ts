/**
 * Who may author a block and when a block is final: BABE slot claims, authorship and their checks, and GRANDPA:
 * the voter with its gossip, and the proofs of finality.
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
export type { GossipPort } from './grandpa/gossip.ts'
export {
  createGrandpa,
  type Grandpa,
  type GrandpaChain,
  type GrandpaDeps,
} from './grandpa/grandpa.ts'
export {
  type GrandpaAuthorities,
  grandpaThreshold,
  verifyJustification,
} from './grandpa/justification.ts'
export { grandpaGossip } from './grandpa/network.ts'
export type { PeerRole } from './grandpa/peers.ts'
export type { RoundStateReport } from './grandpa/report.ts'
export { createRound, type Equivocation, type Round, type RoundState } from './grandpa/round.ts'
export { createTree, type Tree } from './grandpa/tree.ts'
export type { Block, Phase, SignedVote } from './grandpa/vote.ts'
export { createVoterSet, type VoterSet } from './grandpa/voters.ts'
