import { fixedBytes, type Infer, kase, struct, tuple, u32, u64, variant, vec } from '@cess/scale'
import { hash256 } from './accounts.ts'
import { header } from './header.ts'

/** (ed25519 public key, weight) pairs. Every weight is 1 on this network: light clients count keys. */
export const grandpaAuthorities = vec(tuple(fixedBytes(32), u64), 100_000)

/** What a vote names: a block by hash and (fixed u32) number. */
const target = struct('', { targetHash: hash256, targetNumber: u32 })
export const grandpaMessage = variant('finality_grandpa::Message', {
  Prevote: kase(0, target),
  Precommit: kase(1, target),
  PrimaryPropose: kase(2, target),
})
export type GrandpaMessage = Infer<typeof grandpaMessage>

/** `Message ‖ round ‖ set id`: the 53 bytes that an authority signs with ed25519. */
export const grandpaSigned = struct('', { message: grandpaMessage, round: u64, setId: u64 })

export const signedPrecommit = struct('finality_grandpa::SignedMessage', {
  targetHash: hash256,
  targetNumber: u32,
  signature: fixedBytes(64),
  id: fixedBytes(32),
})
export type SignedPrecommit = Infer<typeof signedPrecommit>

/** Proof that more than two thirds precommitted to a block or its descendants. `votesAncestries` links each vote to the target. */
export const grandpaJustification = struct('sp_consensus_grandpa::GrandpaJustification', {
  round: u64,
  targetHash: hash256,
  targetNumber: u32,
  precommits: vec(signedPrecommit, 100_000),
  votesAncestries: vec(header, 4096),
})
export type GrandpaJustification = Infer<typeof grandpaJustification>

const vote = struct('', {
  round: u64,
  setId: u64,
  message: grandpaMessage,
  signature: fixedBytes(64),
  id: fixedBytes(32),
})
const commit = struct('', {
  round: u64,
  setId: u64,
  targetHash: hash256,
  targetNumber: u32,
  precommits: vec(target, 100_000),
  authData: vec(tuple(fixedBytes(64), fixedBytes(32)), 100_000),
})
const catchUp = struct('', {
  setId: u64,
  round: u64,
  prevotes: vec(signedPrecommit, 100_000),
  precommits: vec(signedPrecommit, 100_000),
  baseHash: hash256,
  baseNumber: u32,
})

/** Messages of the notification protocol `grandpa/1`. */
export const grandpaGossip = variant('', {
  Vote: kase(0, vote),
  Commit: kase(1, commit),
  Neighbor: kase(
    2,
    variant('', {
      V1: kase(1, struct('', { round: u64, setId: u64, commitFinalizedHeight: u32 })),
    }),
  ),
  CatchUpRequest: kase(3, struct('', { round: u64, setId: u64 })),
  CatchUp: kase(4, catchUp),
})
export type GrandpaGossip = Infer<typeof grandpaGossip>

const scheduledChange = struct('', { nextAuthorities: grandpaAuthorities, delay: u32 })
/** The Consensus log of engine FRNK. */
export const grandpaConsensusLog = variant('', {
  ScheduledChange: kase(1, scheduledChange),
  ForcedChange: kase(2, tuple(u32, scheduledChange)),
  OnDisabled: kase(3, u64),
  Pause: kase(4, u32),
  Resume: kase(5, u32),
})
export type GrandpaConsensusLog = Infer<typeof grandpaConsensusLog>
