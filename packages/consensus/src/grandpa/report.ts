import { accountId, type Hex } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import type { Round } from './round.ts'
import type { Phase } from './vote.ts'
import type { Voter } from './voter.ts'

interface PhaseReport {
  readonly currentWeight: number
  /** Addresses of those who have not voted. */
  readonly missing: readonly string[]
}

interface RoundReport {
  readonly round: number
  readonly totalWeight: number
  readonly thresholdWeight: number
  readonly prevotes: PhaseReport
  readonly precommits: PhaseReport
}

/** The JSON of `grandpa_roundState` (sc_consensus_grandpa_rpc `ReportedRoundStates`). */
export interface RoundStateReport {
  readonly setId: number
  readonly best: RoundReport
  readonly background: readonly RoundReport[]
}

const address = (id: Hex): string => ss58Encode(accountId(id))

function report(round: Round): RoundReport {
  const phase = (of: Phase): PhaseReport => ({
    currentWeight: Number(round.weight(of)),
    missing: round.missing(of).map(address),
  })
  return {
    round: Number(round.number),
    totalWeight: Number(round.voters.total),
    thresholdWeight: Number(round.voters.threshold),
    prevotes: phase('Prevote'),
    precommits: phase('Precommit'),
  }
}

const NOTHING: PhaseReport = { currentWeight: 0, missing: [] }

export const reportRounds = (setId: bigint, voter: Voter | undefined): RoundStateReport => ({
  setId: Number(setId),
  best: voter
    ? report(voter.best().round)
    : { round: 0, totalWeight: 0, thresholdWeight: 0, prevotes: NOTHING, precommits: NOTHING },
  background: (voter?.past() ?? []).map(({ round }) => report(round)),
})
