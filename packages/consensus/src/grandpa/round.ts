import type { Hex } from '@cess/bytes'
import type { Tree } from './tree.ts'
import type { Block, Phase, SignedVote } from './vote.ts'
import { createVoteGraph, findAncestor, findGhost, type VoteNode } from './vote-graph.ts'
import type { VoterSet } from './voters.ts'

/** What the votes of a round say so far (finality-grandpa `round::State`). */
export interface RoundState {
  /** The highest block with a supermajority of prevotes. */
  readonly prevoteGhost: Block | undefined
  /** The highest block that could still be finalized in this round. The next round builds on it. */
  readonly estimate: Block | undefined
  /** The highest block with a supermajority of prevotes and of precommits. */
  readonly finalized: Block | undefined
  /** Whether the estimate can only move down from now on, so that the next round may begin. */
  readonly completable: boolean
}

/** The state that the first round of a set, or one without a known predecessor, builds on. */
export const settledAt = (block: Block): RoundState => ({
  prevoteGhost: block,
  estimate: block,
  finalized: block,
  completable: true,
})

/** Two different votes of one voter in one phase. */
export interface Equivocation {
  readonly phase: Phase
  readonly id: Hex
  readonly first: SignedVote
  readonly second: SignedVote
}

/**
 * `unplaced`: its target is unknown, or does not descend from the base. `repeated`: it says nothing new,
 * also a third vote of one voter.
 */
type VoteOutcome = 'counted' | 'repeated' | 'unplaced' | 'stranger' | Equivocation

export interface Round {
  readonly number: bigint
  readonly base: Block
  readonly voters: VoterSet
  add(vote: SignedVote): VoteOutcome
  state(): RoundState
  /** All votes that counted, in order of arrival; two from an equivocating voter. */
  votes(): readonly SignedVote[]
  weight(phase: Phase): bigint
  /** Voters without a vote in this phase. */
  missing(phase: Phase): Hex[]
  /**
   * One precommit of each voter who precommitted to `block` or a descendant, if together they decide.
   * An equivocating voter counts only when one of its own votes does.
   */
  precommitsFor(block: Block): SignedVote[] | undefined
}

interface Tally {
  readonly votes: Map<Hex, SignedVote[]>
  /** Weight of all who voted. */
  voted: bigint
  /** Weight of those who voted twice: they count for every block. */
  equivocated: bigint
}

const EMPTY_STATE: RoundState = {
  prevoteGhost: undefined,
  estimate: undefined,
  finalized: undefined,
  completable: false,
}

export function createRound(number: bigint, voters: VoterSet, base: Block, tree: Tree): Round {
  const { threshold, total } = voters
  const graph = createVoteGraph(base, tree)
  const tallies: Record<Phase, Tally> = {
    Prevote: { votes: new Map(), voted: 0n, equivocated: 0n },
    Precommit: { votes: new Map(), voted: 0n, equivocated: 0n },
  }
  const history: SignedVote[] = []
  let state = EMPTY_STATE
  let ghost: VoteNode | undefined

  const weightOf = (node: VoteNode, phase: Phase): bigint =>
    node.weight[phase] + tallies[phase].equivocated

  /**
   * Whether a block may still reach a supermajority of precommits: those it has, all who have not voted, and
   * as many of those who voted elsewhere as the threshold tolerates equivocators.
   */
  function couldBePrecommitted(node: VoteNode): boolean {
    const { voted, equivocated } = tallies.Precommit
    const forIt = weightOf(node, 'Precommit')
    const tolerated = total - threshold - equivocated
    const elsewhere = voted - forIt
    const turncoats = tolerated < elsewhere ? tolerated : elsewhere
    return forIt + (total - voted) + (turncoats > 0n ? turncoats : 0n) >= threshold
  }

  function update(): void {
    if (tallies.Prevote.voted < threshold) return
    ghost =
      findGhost(ghost ?? graph.base, (node) => weightOf(node, 'Prevote') >= threshold) ?? ghost
    if (!ghost) return
    const top = ghost
    if (tallies.Precommit.voted < threshold) {
      state = { prevoteGhost: top, estimate: top, finalized: undefined, completable: false }
      return
    }
    const finalized = findAncestor(top, (node) => weightOf(node, 'Precommit') >= threshold)
    const estimate = findAncestor(top, couldBePrecommitted)
    // With the estimate at the ghost the round is open while a block beyond it could still get there.
    const completable =
      estimate !== undefined && (estimate !== top || !top.children.some(couldBePrecommitted))
    state = { prevoteGhost: top, estimate, finalized, completable }
  }

  return {
    number,
    base,
    voters,
    add(vote) {
      const weight = voters.weight(vote.id)
      if (weight === undefined) return 'stranger'
      const tally = tallies[vote.type]
      const [first, second] = tally.votes.get(vote.id) ?? []
      if (!first) {
        if (!graph.add(vote.target, vote.type, weight)) return 'unplaced'
        tally.votes.set(vote.id, [vote])
        tally.voted += weight
      } else {
        if (second || first.target.hash === vote.target.hash) return 'repeated'
        // From now on it counts for every block, so its first vote no longer counts for one.
        graph.add(first.target, vote.type, -weight)
        tally.votes.set(vote.id, [first, vote])
        tally.equivocated += weight
      }
      history.push(vote)
      update()
      return first ? { phase: vote.type, id: vote.id, first, second: vote } : 'counted'
    },
    state: () => state,
    votes: () => history,
    weight: (phase) => tallies[phase].voted,
    missing: (phase) => voters.ids.filter((id) => !tallies[phase].votes.has(id)),
    precommitsFor(block) {
      let sum = 0n
      const found: SignedVote[] = []
      for (const [id, votes] of tallies.Precommit.votes) {
        const vote = votes.find(({ target }) => tree.isDescendant(block, target.hash))
        if (!vote) continue
        found.push(vote)
        sum += voters.weight(id)!
      }
      return sum >= threshold ? found : undefined
    },
  }
}
