import type { Hex } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { AuthoritySet } from './authority-set.ts'
import type { CastVote } from './record.ts'
import type { Round, RoundState } from './round.ts'
import type { TargetDeps } from './target.ts'
import { voteTarget } from './target.ts'
import {
  type Block,
  messageOf,
  type SignedMessage,
  type SignedVote,
  sameBlock,
  signedBytes,
} from './vote.ts'

/** A round and how far this node has come in it. */
export interface VotingRound {
  readonly round: Round
  /** State of the round before. It moves as long as that one still gets votes. */
  readonly previous: () => RoundState
  stage: 'start' | 'prevoted' | 'precommitted'
  proposed: boolean
  /** Clock times, milliseconds. */
  prevoteAt: number
  precommitAt: number
  /** Somebody voted here: there is something to decide. */
  active: boolean
  /** A block that the primary asks to vote for. */
  hint: Block | undefined
  /** Votes for blocks that are not here yet. */
  waiting: SignedVote[]
  /** What it finalized and was acted upon. */
  settled: Block | undefined
  /** When to broadcast a commit unless somebody else does. */
  commitAt: number | undefined
}

export interface VotingDeps extends TargetDeps {
  /** This node's keys that have a vote. */
  readonly keys: ReadonlyMap<Hex, KeyPair>
  /** Milliseconds that a message takes through the network, generously. */
  readonly gossipMs: number
  now(): number
  wakeAt(time: number): void
  set(): AuthoritySet
  /** Earlier messages of these keys in the current round. */
  readonly cast: CastVote[]
  /** Writes `cast` to disk. */
  persist(): Promise<void>
  /** Counts and broadcasts a message of our own. */
  say(round: bigint, message: SignedMessage): void
}

/** Where the best chain must lead through: what the previous round may have finalized, or what is final. */
function buildOn({ tree, set }: VotingDeps, { estimate }: RoundState): Block {
  const { at } = set()
  // An estimate below the last final block, or on a fork that it ended, binds nobody any more.
  return estimate && tree.isDescendant(at, estimate.hash) ? estimate : at
}

/** The primary's hint, when the previous round's prevotes support it (finality-grandpa `construct_prevote`). */
function prevoteBase(deps: VotingDeps, { hint, previous }: VotingRound): Block {
  const state = previous()
  const base = buildOn(deps, state)
  const ghost = state.prevoteGhost
  if (!hint || !ghost) return base
  if (sameBlock(hint, ghost)) return deps.tree.isDescendant(base, hint.hash) ? hint : base
  const between =
    hint.number < ghost.number &&
    deps.tree.isDescendant(base, hint.hash) &&
    deps.tree.isDescendant(hint, ghost.hash)
  return between ? hint : base
}

/**
 * Says `type` for `target` with every key that has not spoken yet in this round. What is said is on disk
 * before it is signed, so that a crash at any moment cannot make us say something else afterwards.
 */
async function speak(
  deps: VotingDeps,
  voting: VotingRound,
  type: SignedMessage['type'],
  target: Block,
  ids: Iterable<Hex> = deps.keys.keys(),
): Promise<void> {
  const { number, voters } = voting.round
  const fresh = [...ids].filter((id) => !said(deps, id, type))
  if (fresh.length === 0) return
  for (const id of fresh) deps.cast.push({ round: number, id, message: messageOf(type, target) })
  await deps.persist()
  for (const id of fresh) {
    const bytes = signedBytes(messageOf(type, target), number, voters.setId)
    deps.say(number, { type, target, id, signature: deps.keys.get(id)!.sign(bytes) })
  }
}

const said = (deps: VotingDeps, id: Hex, type: SignedMessage['type']): CastVote | undefined =>
  deps.cast.find((vote) => vote.id === id && vote.message.type === type)

/** Repeats what was said before a restart. */
export function repeat(deps: VotingDeps, voting: VotingRound): void {
  const { number, voters } = voting.round
  for (const { id, message } of deps.cast) {
    const pair = deps.keys.get(id)
    if (!pair) continue
    const target = { hash: message.value.targetHash, number: message.value.targetNumber }
    const signature = pair.sign(signedBytes(message, number, voters.setId))
    deps.say(number, { type: message.type, target, id, signature })
  }
  const all = (type: SignedMessage['type']): boolean =>
    [...deps.keys.keys()].every((id) => said(deps, id, type))
  if (all('Prevote')) voting.stage = 'prevoted'
  if (all('Precommit')) voting.stage = 'precommitted'
}

/** As primary: hints at the block that the previous round may have finalized, while that is open. */
async function propose(deps: VotingDeps, voting: VotingRound): Promise<void> {
  if (voting.proposed || voting.stage !== 'start') return
  voting.proposed = true
  const { round, previous } = voting
  const { estimate, finalized } = previous()
  const primary = round.voters.primary(round.number)
  if (!deps.keys.has(primary) || !estimate) return
  if (finalized && estimate.number <= finalized.number) return
  await speak(deps, voting, 'PrimaryPropose', estimate, [primary])
}

async function prevote(deps: VotingDeps, voting: VotingRound): Promise<void> {
  const { round } = voting
  if (deps.now() < voting.prevoteAt && !round.state().completable)
    return deps.wakeAt(voting.prevoteAt)
  const target = voteTarget(deps, deps.set(), prevoteBase(deps, voting))
  if (!target) return
  // With nothing to finalize a round would only repeat the last one. It waits for a block or for somebody's vote.
  if (!voting.active && target.number <= deps.set().at.number) return
  await speak(deps, voting, 'Prevote', target)
  voting.stage = 'prevoted'
  voting.precommitAt = deps.now() + 2 * deps.gossipMs
}

async function precommit(deps: VotingDeps, voting: VotingRound): Promise<void> {
  const { round, previous } = voting
  const { prevoteGhost: ghost, completable } = round.state()
  const { estimate } = previous()
  if (!ghost) return
  const { tree } = deps
  const { at } = deps.set()
  const open =
    estimate && (tree.isDescendant(at, estimate.hash) || tree.isDescendant(estimate, at.hash))
  if (!tree.isDescendant(open ? estimate : at, ghost.hash)) return
  const heardAll = round.weight('Prevote') === round.voters.total
  if (deps.now() < voting.precommitAt && !completable && !heardAll)
    return deps.wakeAt(voting.precommitAt)
  await speak(deps, voting, 'Precommit', ghost)
  voting.stage = 'precommitted'
}

/** Says everything that it is time for. A node without a vote only watches. */
export async function vote(deps: VotingDeps, voting: VotingRound): Promise<void> {
  if (deps.keys.size === 0) voting.stage = 'precommitted'
  await propose(deps, voting)
  if (voting.stage === 'start') await prevote(deps, voting)
  if (voting.stage === 'prevoted') await precommit(deps, voting)
}
