import type { AccountId } from '@cess/bytes'
import type { BalancesApi } from '../balances.ts'
import type { Claims } from './claims.ts'
import type { MdrcBase } from './storage.ts'
import { type Action, MAX_OWNERS, MAX_PROPOSALS, type OwnerShare, type WorkInfo } from './types.ts'

export interface OwnershipDeps extends MdrcBase {
  readonly balances: () => BalancesApi
  /** Does what the owners have agreed on; `by` is who agreed last. */
  readonly carryOut: (work: number, action: Action, by: AccountId) => void
}

/** Shares of works: who has them, how they move, and what their owners agree on. */
export function ownershipOf(deps: OwnershipDeps, claims: Claims) {
  const { storage, emit, errors, now, balances } = deps

  const owned = (id: number, who: AccountId): WorkInfo => {
    const work = claims.get(id)
    if (claims.share(work, who) === 0) throw errors.NotOwner()
    if (!claims.alive(work)) throw errors.WrongState()
    return work
  }
  function move(id: number, work: WorkInfo, from: AccountId, to: AccountId, bps: number): void {
    const held = claims.share(work, from)
    if (held < bps) throw errors.BadShare()
    const had = claims.share(work, to)
    const others = work.owners.filter(({ account }) => account !== from && account !== to)
    const owners: OwnerShare[] = [...others, { account: to, bps: had + bps }]
    if (held > bps) owners.push({ account: from, bps: held - bps })
    else storage.WorksOf.remove(from, id)
    if (owners.length > MAX_OWNERS) throw errors.BadShare()
    storage.WorksOf.put(to, id, undefined)
    // Fewer owners than had to agree: all of them.
    const consent = Math.min(work.consent, owners.length)
    claims.put(id, { ...work, owners, consent })
    const count = storage.TransferCount.get(id)
    storage.TransferCount.put(id, count + 1)
    storage.Transfers.put(id, count, { block: now(), from, to, bps })
    emit.ShareMoved({ work: id, from, to, bps })
  }
  /** Carries a proposal out once enough of those agree who own shares now. */
  function decide(id: number, number: number, action: Action, approvals: readonly AccountId[]) {
    const work = claims.get(id)
    const valid = approvals.filter((who) => claims.share(work, who) > 0)
    if (valid.length < work.consent) {
      storage.Proposals.put(id, number, { action, approvals: valid })
      return
    }
    if (storage.Proposals.has(id, number)) {
      storage.Proposals.remove(id, number)
      storage.ProposalCount.put(id, storage.ProposalCount.get(id) - 1)
    }
    deps.carryOut(id, action, approvals.at(-1)!)
  }

  return {
    offer(from: AccountId, id: number, to: AccountId, bps: number, price: bigint): void {
      const work = owned(id, from)
      if (work.status === 'Disputed') throw errors.WrongState()
      if (bps < 1 || bps > claims.share(work, from) || to === from) throw errors.BadShare()
      const offer = storage.NextOffer.get()
      storage.NextOffer.put(offer + 1)
      storage.Offers.put(offer, { work: id, from, to, bps, price })
      emit.ShareOffered({ offer, work: id, to })
    },
    withdraw(who: AccountId, offer: number): void {
      const found = storage.Offers.get(offer)
      // Who does not want it may take it off the list as well.
      if (found?.from !== who && found?.to !== who) throw errors.NoOffer()
      storage.Offers.remove(offer)
      emit.OfferWithdrawn({ offer })
    },
    accept(who: AccountId, offer: number, maxPrice: bigint): void {
      const found = storage.Offers.get(offer)
      if (found?.to !== who) throw errors.NoOffer()
      if (found.price > maxPrice) throw errors.TooDear()
      const { work: id, from, bps, price } = found
      const work = owned(id, from)
      if (work.status === 'Disputed') throw errors.WrongState()
      storage.Offers.remove(offer)
      if (price > 0n) balances().transfer(who, from, price, true)
      move(id, work, from, who, bps)
    },
    propose(who: AccountId, id: number, action: Action): void {
      owned(id, who)
      const waiting = storage.ProposalCount.get(id)
      if (waiting >= MAX_PROPOSALS) throw errors.TooManyProposals()
      const number = storage.NextProposal.get(id)
      storage.NextProposal.put(id, number + 1)
      storage.ProposalCount.put(id, waiting + 1)
      storage.Proposals.put(id, number, { action, approvals: [] })
      emit.Proposed({ work: id, proposal: number })
      decide(id, number, action, [who])
    },
    approve(who: AccountId, id: number, number: number): void {
      owned(id, who)
      const found = storage.Proposals.get(id, number)
      if (!found) throw errors.NoProposal()
      if (found.approvals.includes(who)) throw errors.AlreadyApproved()
      emit.Approved({ work: id, proposal: number, who })
      decide(id, number, found.action, [...found.approvals, who])
    },
    /** Takes a proposal off the list: any owner may, since who disagrees has a say as well. */
    reject(who: AccountId, id: number, number: number): void {
      owned(id, who)
      if (!storage.Proposals.has(id, number)) throw errors.NoProposal()
      storage.Proposals.remove(id, number)
      storage.ProposalCount.put(id, storage.ProposalCount.get(id) - 1)
    },
  }
}
export type Ownership = ReturnType<typeof ownershipOf>
