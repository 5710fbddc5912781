import { fromHex, type Hex, toHex } from '@cess/bytes'
import type { GrandpaGossip, SignedPrecommit } from '@cess/primitives'
import { createRound, type Round } from './round.ts'
import type { Tree } from './tree.ts'
import { type Block, isSignedBy, messageOf, type Phase, type SignedVote } from './vote.ts'
import type { VoterSet } from './voters.ts'

type CatchUpMessage = Extract<GrandpaGossip, { type: 'CatchUp' }>['value']

/** The votes that completed a round, for somebody who missed them. */
export interface CatchUp {
  readonly round: bigint
  readonly base: Block
  readonly votes: readonly SignedVote[]
}

export function catchUpMessage(round: CatchUp, setId: bigint): GrandpaGossip {
  const of = (phase: Phase): SignedPrecommit[] =>
    round.votes
      .filter((vote) => vote.type === phase)
      .map(({ target, signature, id }) => ({
        targetHash: target.hash,
        targetNumber: target.number,
        signature,
        id: fromHex(id),
      }))
  return {
    type: 'CatchUp',
    value: {
      setId,
      round: round.round,
      prevotes: of('Prevote'),
      precommits: of('Precommit'),
      baseHash: round.base.hash,
      baseNumber: round.base.number,
    },
  }
}

/** Reads one and checks what needs no block: members only, two votes each at most, signatures. */
export function readCatchUp(message: CatchUpMessage, voters: VoterSet): CatchUp | string {
  const { round, prevotes, precommits } = message
  const votes: SignedVote[] = []
  const list = (phase: Phase, signed: readonly SignedPrecommit[]): string | undefined => {
    const seen = new Map<Hex, number>()
    for (const { targetHash, targetNumber, signature, id: key } of signed) {
      const id = toHex(key)
      const before = seen.get(id) ?? 0
      if (voters.weight(id) === undefined) return 'it counts somebody who has no vote'
      if (before > 1) return 'a voter is in it more than twice'
      seen.set(id, before + 1)
      const target = { hash: targetHash, number: targetNumber }
      if (!isSignedBy(id, signature, messageOf(phase, target), round, voters.setId))
        return 'a signature is wrong'
      votes.push({ type: phase, target, signature, id })
    }
    return undefined
  }
  const fault = list('Prevote', prevotes) ?? list('Precommit', precommits)
  if (fault) return fault
  return { round, base: { hash: message.baseHash, number: message.baseNumber }, votes }
}

/** The blocks that must be here before a catch-up can be counted. */
export const blocksOf = ({ base, votes }: CatchUp): Block[] => [
  base,
  ...votes.map(({ target }) => target),
]

/** The round that the votes make, or `undefined` when they do not complete it. */
export function completeRound(
  { round, base, votes }: CatchUp,
  voters: VoterSet,
  tree: Tree,
): Round | undefined {
  if (tree.node(base.hash)?.number !== base.number) return undefined
  const counted = createRound(round, voters, base, tree)
  for (const vote of votes) counted.add(vote)
  return counted.state().completable ? counted : undefined
}
