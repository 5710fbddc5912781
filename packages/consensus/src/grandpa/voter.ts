import type { Logger } from '@cess/ports'
import { type CatchUp, completeRound } from './catch-up.ts'
import type { Commit } from './commit.ts'
import { type CompletedRound, recordedVotes, recordVotes, type VoterRecord } from './record.ts'
import { createRound, type Equivocation, type Round, type RoundState, settledAt } from './round.ts'
import { type Block, isVote, type SignedMessage, type SignedVote } from './vote.ts'
import type { VoterSet } from './voters.ts'
import { repeat, type VotingDeps, type VotingRound, vote } from './voting.ts'

export interface VoterDeps extends Omit<VotingDeps, 'say' | 'persist'> {
  readonly voters: VoterSet
  readonly logger: Logger
  /** Writes what a restart must know, and what was cast. */
  persist(state: ResumeFrom): Promise<void>
  say(round: bigint, message: SignedMessage): void
  /** Messages of a round that arrived before it began. */
  early(round: bigint): Iterable<SignedMessage>
  /** Votes that completed a round: those who are still in it may need them. */
  remember(round: bigint, votes: readonly SignedVote[]): void
  roundBegan(round: bigint): void
  broadcastCommit(commit: Commit): void
  /** Makes the commit's target final. */
  finalize(commit: Commit): Promise<void>
  equivocated(round: bigint, equivocation: Equivocation): void
}

export interface Voter {
  readonly voters: VoterSet
  best(): VotingRound
  /** Earlier rounds that still matter, oldest first. */
  past(): readonly VotingRound[]
  /** The last completed round, for those who missed it. */
  completed(): CatchUp | undefined
  /** A message whose signature was checked. */
  hear(round: bigint, message: SignedMessage): void
  /** A commit whose blocks are known and that decides: counts its votes, which may complete a round. */
  witness(commit: Commit): Promise<void>
  /** Moves on to the round after this one. False when the votes do not complete it, or it is not ahead of us. */
  catchUp(from: CatchUp): Promise<boolean>
  /** Counts votes that waited for blocks. */
  blocksArrived(): void
  /** Says, finalizes and completes whatever can be. */
  step(): Promise<void>
  /** Says nothing any more: another set votes now. */
  stop(): void
}

/** The last completed round, where the one after it counts from, and the votes known in that. */
export type ResumeFrom = Pick<VoterRecord, 'completed' | 'base' | 'heard'>

/** Rounds kept behind the best one while their estimate is not final. */
const MAX_PAST = 16

export function createVoter(deps: VoterDeps, resume: ResumeFrom): Voter {
  const { voters, tree, logger } = deps
  let past: VotingRound[] = []
  let best: VotingRound
  let stopped = false
  /** What rounds (not commits from outside) have finalized: the base of the next round. */
  let finalizedHere = resume.base
  /** The last completed round. It may still get votes. */
  let completedRound: Round | undefined

  const voting: VotingDeps = {
    ...deps,
    say(round, message) {
      hear(round, message)
      deps.say(round, message)
    },
    persist: () =>
      deps.persist({
        completed: lastCompleted(),
        base: best.round.base,
        heard: recordVotes(best.round.votes()),
      }),
  }

  function place(of: VotingRound, message: SignedVote): void {
    const outcome = of.round.add(message)
    if (outcome === 'unplaced') {
      // A known target that cannot be placed never will be: it is not above the base.
      if (!tree.node(message.target.hash)) of.waiting.push(message)
    } else if (typeof outcome === 'object') {
      logger.warn(
        { round: of.round.number, voter: outcome.id, phase: outcome.phase },
        'A GRANDPA voter voted twice in one round.',
      )
      deps.equivocated(of.round.number, outcome)
    }
  }

  function hear(round: bigint, message: SignedMessage): void {
    const of = best.round.number === round ? best : past.find((p) => p.round.number === round)
    if (!of) return
    if (isVote(message)) {
      of.active = true
      place(of, message)
    } else if (message.id === voters.primary(round)) of.hint = message.target
  }

  function open(round: Round, previous: () => RoundState): VotingRound {
    const now = deps.now()
    return {
      round,
      previous,
      stage: 'start',
      proposed: false,
      prevoteAt: now + 2 * deps.gossipMs,
      precommitAt: now + 4 * deps.gossipMs,
      active: false,
      hint: undefined,
      waiting: [],
      settled: undefined,
      commitAt: undefined,
    }
  }

  function begin(number: bigint, base: Block, previous: () => RoundState): void {
    best = open(createRound(number, voters, base, tree), previous)
    for (const message of deps.early(number)) hear(number, message)
    deps.roundBegan(number)
  }

  const lastCompleted = (): CompletedRound | undefined =>
    completedRound ? snapshot(completedRound) : resume.completed

  /** Puts a completed round behind us and opens the next. */
  async function complete(round: VotingRound, base: Block): Promise<void> {
    const { number } = round.round
    completedRound = round.round
    deps.remember(number, round.round.votes())
    deps.cast.length = 0
    if (deps.keys.size > 0) await deps.persist({ completed: lastCompleted(), base, heard: [] })
    round.stage = 'precommitted'
    past = [...past, round].slice(-MAX_PAST)
    begin(number + 1n, base, round.round.state)
  }

  /** Acts on what a round has finalized. */
  async function settle(of: VotingRound): Promise<void> {
    const { finalized } = of.round.state()
    if (finalized && finalized.number > (of.settled?.number ?? -1)) {
      const precommits = of.round.precommitsFor(finalized)
      if (precommits) {
        const target = plain(finalized)
        of.settled = target
        if (target.number > finalizedHere.number) finalizedHere = target
        if (deps.keys.size > 0) of.commitAt = deps.now() + stagger(of.round.number)
        if (target.number > deps.set().at.number)
          await deps.finalize({ round: of.round.number, target, precommits })
      }
    }
    if (of.commitAt === undefined) return
    if (deps.now() < of.commitAt) return deps.wakeAt(of.commitAt)
    of.commitAt = undefined
    const target = of.settled!
    const precommits = of.round.precommitsFor(target)
    if (precommits) deps.broadcastCommit({ round: of.round.number, target, precommits })
  }

  /** Voters take turns to broadcast the commit of a round, so that mostly one does. */
  function stagger(round: bigint): number {
    const count = BigInt(voters.ids.length)
    const turns = [...deps.keys.keys()].map((id) => {
      const index = BigInt(voters.ids.indexOf(id))
      return Number((index + count - (round % count)) % count)
    })
    return (Math.min(...turns) / voters.ids.length) * 2 * deps.gossipMs
  }

  /** Whether the next round may begin: nothing can change any more about what the one before finalized. */
  function isComplete({ round, previous, stage }: VotingRound): boolean {
    const state = round.state()
    const { estimate, finalized } = previous()
    if (stage !== 'precommitted' || !state.completable || !estimate) return false
    const reached = Math.max(
      finalized?.number ?? -1,
      state.finalized?.number ?? -1,
      deps.set().at.number,
    )
    return estimate.number <= reached
  }

  const concluded = ({ round, commitAt }: VotingRound): boolean =>
    commitAt === undefined &&
    round.number + 1n < best.round.number &&
    (round.state().estimate?.number ?? 0) <= deps.set().at.number

  function resumeCompleted(from: CompletedRound): void {
    const round = createRound(from.round, voters, from.base, tree)
    const votes = recordedVotes(from.votes)
    for (const vote of votes) round.add(vote)
    deps.remember(from.round, votes)
    // Votes on a fork that has ended cannot be counted again; the state they led to still binds us.
    const { prevoteGhost, estimate, finalized } = from
    const known: RoundState = { prevoteGhost, estimate, finalized, completable: true }
    const previous = round.state().completable ? round.state : () => known
    if (round.state().completable) {
      completedRound = round
      past = [open(round, () => known)]
    }
    begin(from.round + 1n, resume.base, previous)
  }

  if (resume.completed) resumeCompleted(resume.completed)
  else begin(1n, resume.base, () => settledAt(resume.base))
  const heard = recordedVotes(resume.heard)
  deps.remember(best!.round.number, heard)
  for (const vote of heard) hear(best!.round.number, vote)
  if (deps.keys.size > 0) repeat(voting, best!)

  return {
    voters,
    best: () => best,
    past: () => past,
    completed: () =>
      completedRound && {
        round: completedRound.number,
        base: completedRound.base,
        votes: completedRound.votes(),
      },
    hear,
    async witness(commit) {
      for (const vote of commit.precommits) hear(commit.round, vote)
      for (const of of [best, ...past])
        if (of.round.number === commit.round && commit.target.number >= (of.settled?.number ?? 0))
          of.commitAt = undefined
      // Who has no vote need not see every round: the commit settles all before it.
      if (deps.keys.size > 0 || commit.round < best.round.number) return
      past = []
      completedRound = undefined
      finalizedHere = commit.target
      begin(commit.round + 1n, commit.target, () => settledAt(commit.target))
    },
    async catchUp(from) {
      if (from.round <= best.round.number) return false
      const round = completeRound(from, voters, tree)
      if (!round) return false
      const base = finalizedHere
      const { finalized } = round.state()
      if (finalized && finalized.number > finalizedHere.number) finalizedHere = plain(finalized)
      past = [...past, best]
      await complete(
        open(round, () => settledAt(round.base)),
        base,
      )
      return true
    },
    blocksArrived() {
      for (const of of [...past, best]) for (const vote of of.waiting.splice(0)) place(of, vote)
    },
    async step() {
      while (!stopped) {
        for (const of of past) if (!stopped) await settle(of)
        if (stopped) return
        past = past.filter((of) => !concluded(of))
        await vote(voting, best)
        await settle(best)
        if (stopped || !isComplete(best)) return
        await complete(best, finalizedHere)
      }
    },
    stop() {
      stopped = true
    },
  }
}

const plain = ({ hash, number }: Block): Block => ({ hash, number })

/** What a restart must know of a completed round. */
function snapshot(round: Round): CompletedRound {
  const { prevoteGhost, estimate, finalized } = round.state()
  return {
    round: round.number,
    base: plain(round.base),
    prevoteGhost: prevoteGhost && plain(prevoteGhost),
    estimate: estimate && plain(estimate),
    finalized: finalized && plain(finalized),
    votes: recordVotes(round.votes()),
  }
}
