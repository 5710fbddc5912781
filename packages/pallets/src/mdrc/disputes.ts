import type { AccountId } from '@cess/bytes'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import type { Claims } from './claims.ts'
import type { Jury } from './jury.ts'
import { nearness } from './matching.ts'
import type { MdrcBase } from './storage.ts'
import {
  type Codes,
  type Dispute,
  type DisputeReason,
  PANELS,
  type Side,
  type WorkInfo,
} from './types.ts'

export interface DisputesDeps extends MdrcBase {
  readonly balances: () => BalancesApi
  readonly treasury: () => CessTreasuryApi
  readonly challengeBond: bigint
  /** Blocks of every stage: to respond, to vote, to reveal, to appeal. */
  readonly stageBlocks: number
}

const codesOf = ({ fingerprint }: WorkInfo): Codes | undefined =>
  fingerprint.type === 'Public' ? fingerprint.value : undefined

/** Disputes about works: arithmetic first, then the owner's answer, a panel of jurors, and one appeal. */
export function disputesOf(deps: DisputesDeps, claims: Claims, jury: Jury) {
  const { storage, emit, errors, now, balances } = deps

  function get(id: number, stage: Dispute['stage']): Dispute {
    const found = storage.Disputes.get(id)
    if (found?.stage !== stage) throw errors.NoDispute()
    return found
  }
  /** Begins a stage, and sees to it that it ends. */
  function begin(id: number, dispute: Dispute, stage: Dispute['stage']): void {
    // Stages also begin in hooks, which cannot fail.
    const due = claims.agenda.force(now() + deps.stageBlocks, { type: 'Dispute', value: id })
    storage.Disputes.put(id, { ...dispute, stage, due })
    emit.StageBegun({ dispute: id, stage, due })
  }
  function open(by: AccountId, workId: number, reason: DisputeReason): void {
    const work = claims.get(workId)
    balances().reserve(by, deps.challengeBond)
    const id = storage.NextDispute.get()
    storage.NextDispute.put(id + 1)
    claims.setStatus(workId, { ...work, dispute: id }, 'Disputed')
    emit.Disputed({ dispute: id, work: workId, by })
    const dispute: Dispute = {
      ...{ work: workId, reason, before: work.status, stage: 'Response', due: 0, round: 0 },
      ...{ challenger: { account: by, bond: deps.challengeBond }, respondent: undefined },
      ...{ appellant: undefined, panel: [], former: [], upheld: undefined },
    }
    begin(id, dispute, 'Response')
  }
  /** Seats a panel; false when there are not enough jurors. */
  function seat(id: number, dispute: Dispute): boolean {
    const { owners, creator } = claims.get(dispute.work)
    const parties = [dispute.challenger, dispute.respondent, dispute.appellant]
    const panel = jury.draw(id, dispute.round, [
      ...[creator, ...owners.map(({ account }) => account)],
      ...parties.flatMap((side) => (side ? [side.account] : [])),
      ...dispute.former.map(({ juror }) => juror),
    ])
    if (panel) begin(id, { ...dispute, panel }, 'Voting')
    return panel !== undefined
  }
  const seatOrFail = (id: number, dispute: Dispute): void => {
    if (!seat(id, dispute)) throw errors.TooFewJurors()
  }
  /** Half of what the losers put up goes to the winner, half to the jurors who were right, or to the treasury. */
  function share(losing: readonly Side[], winner: Side | undefined, jurors: readonly AccountId[]) {
    for (const { account, bond } of losing) {
      let left = bond
      const pay = (to: AccountId, amount: bigint): void => {
        left -= balances().repatriate(account, to, amount)
      }
      if (winner) pay(winner.account, bond / 2n)
      const each = jurors.length > 0 ? bond / 2n / BigInt(jurors.length) : 0n
      for (const juror of jurors) pay(juror, each)
      deps.treasury().takePenalty(account, left)
    }
  }
  function settle(id: number, dispute: Dispute): void {
    const upheld = dispute.upheld ?? false
    const { challenger, respondent, appellant } = dispute
    // Who appealed lost the first round, and stands for that side.
    const appealed = appellant && { side: dispute.former.length > 0 && !firstVerdict(dispute) }
    const forChallenger: Side[] = [challenger]
    const forOwner: Side[] = respondent ? [respondent] : []
    if (appellant) (appealed?.side ? forChallenger : forOwner).push(appellant)
    const [winning, losing] = upheld ? [forChallenger, forOwner] : [forOwner, forChallenger]
    const right = [...dispute.panel, ...dispute.former].filter(({ vote }) => vote === upheld)
    share(
      losing,
      winning[0],
      right.map(({ juror }) => juror),
    )
    for (const { account, bond } of winning) balances().unreserve(account, bond)
    storage.Disputes.put(id, { ...dispute, stage: 'Settled', due: now(), upheld })
    emit.Settled({ dispute: id, upheld })
    if (upheld) claims.refuse(dispute.work, challenger.account)
    else restore(dispute)
  }
  /** Nobody could decide: everything is as it was. */
  function drop(id: number, dispute: Dispute): void {
    balances().unreserve(dispute.challenger.account, dispute.challenger.bond)
    storage.Disputes.put(id, { ...dispute, stage: 'Settled', due: now(), upheld: false })
    emit.Settled({ dispute: id, upheld: false })
    restore(dispute)
  }
  const firstVerdict = ({ former }: Dispute): boolean => jury.verdict(former)
  function restore({ work: id, before }: Dispute): void {
    const work = { ...claims.get(id), dispute: undefined }
    if (before !== 'Claimed') return claims.setStatus(id, work, before)
    // Others may still challenge it, for as long as they could.
    const until = Math.max(work.until, now() + 1)
    claims.setStatus(id, { ...work, until }, 'Claimed')
    claims.agenda.force(until, { type: 'Work', value: id })
  }

  return {
    /** The codes of an earlier work are near those of this one: the chain compares them itself. */
    challenge(by: AccountId, workId: number, priorId: number): void {
      const [work, prior] = [claims.get(workId), claims.get(priorId)]
      if (work.status !== 'Claimed' || !claims.alive(prior)) throw errors.WrongState()
      const earlier =
        prior.committed < work.committed || (prior.committed === work.committed && priorId < workId)
      if (!earlier || workId === priorId) throw errors.NotEarlier()
      if (prior.creator === work.creator) throw errors.SameCreator()
      if (work.parents.some((parent) => parent.work === priorId)) throw errors.Licensed()
      const [one, other] = [codesOf(work), codesOf(prior)]
      const distance = one && other && nearness(one, other)
      if (distance === undefined) throw errors.NotNear()
      open(by, workId, { type: 'NearDuplicate', value: { prior: priorId, distance } })
    },
    /** Anything else that speaks against a work; `hash` is that of the evidence. */
    dispute(by: AccountId, workId: number, evidence: DisputeReason): void {
      const work = claims.get(workId)
      if (!claims.alive(work) || work.status === 'Disputed') throw errors.WrongState()
      if (storage.JurorCount.get() < PANELS[0]) throw errors.TooFewJurors()
      open(by, workId, evidence)
    },
    /** An owner answers: a panel decides. */
    respond(who: AccountId, id: number): void {
      const dispute = get(id, 'Response')
      if (claims.share(claims.get(dispute.work), who) === 0) throw errors.NotOwner()
      balances().reserve(who, deps.challengeBond)
      seatOrFail(id, { ...dispute, respondent: { account: who, bond: deps.challengeBond } })
    },
    vote(who: AccountId, id: number, sealed: Uint8Array): void {
      const dispute = get(id, 'Voting')
      storage.Disputes.put(id, { ...dispute, panel: jury.vote(dispute, who, sealed) })
    },
    reveal(who: AccountId, id: number, salt: Uint8Array, upheld: boolean): void {
      const dispute = get(id, 'Revealing')
      const panel = jury.reveal(id, dispute, who, salt, upheld)
      storage.Disputes.put(id, { ...dispute, panel })
    },
    /** Who lost the first round asks for a larger panel, with twice the bond. */
    appeal(who: AccountId, id: number): void {
      const dispute = get(id, 'Decided')
      const ownerLost = dispute.upheld === true
      const owns = claims.share(claims.get(dispute.work), who) > 0
      if (ownerLost ? !owns : who !== dispute.challenger.account) throw errors.NotParty()
      const bond = 2n * deps.challengeBond
      balances().reserve(who, bond)
      const appeal = {
        appellant: { account: who, bond },
        former: dispute.panel,
        panel: [],
        round: 1,
      }
      seatOrFail(id, { ...dispute, ...appeal })
    },
    /** A stage is over. */
    step(id: number): void {
      const dispute = storage.Disputes.get(id)
      // A stage that ended before its time has left its timer behind.
      if (!dispute || dispute.stage === 'Settled' || dispute.due > now()) return
      if (dispute.stage === 'Response') {
        // Arithmetic needs no answer to hold; words do not hold for want of one.
        if (dispute.reason.type === 'NearDuplicate') settle(id, { ...dispute, upheld: true })
        else if (!seat(id, dispute)) drop(id, dispute)
      } else if (dispute.stage === 'Voting') begin(id, dispute, 'Revealing')
      else if (dispute.stage === 'Revealing') {
        jury.dismiss(dispute.panel)
        const decided = { ...dispute, upheld: jury.verdict(dispute.panel) }
        if (dispute.round === 0) begin(id, decided, 'Decided')
        else settle(id, decided)
      } else settle(id, dispute)
    },
  }
}
export type Disputes = ReturnType<typeof disputesOf>
