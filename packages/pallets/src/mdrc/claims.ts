import type { AccountId, FileId } from '@cess/bytes'
import { agendaOf } from '../agenda.ts'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { claimCommitment, codesCommitment } from './commitments.ts'
import type { MdrcBase } from './storage.ts'
import {
  type Claim,
  type Codes,
  LICENCE_FLAGS,
  type OwnerShare,
  type Timer,
  WHOLE,
  type WorkInfo,
  type WorkStatus,
} from './types.ts'

/** Works and disputes that are brought in one block. */
export const PER_BLOCK = 8
/** Claims a day after which each costs another deposit more. */
const CHEAP_CLAIMS = 16

export interface ClaimsDeps extends MdrcBase {
  readonly balances: () => BalancesApi
  readonly treasury: () => CessTreasuryApi
  readonly genesis: () => Uint8Array
  readonly ownsFile: (user: AccountId, file: FileId) => boolean
  readonly commitDeposit: bigint
  readonly claimDeposit: bigint
  /** Blocks in which a claim may be challenged. */
  readonly windowBlocks: number
  readonly blocksPerDay: number
}

/** Works from the commitment to what became of them. */
export function claimsOf(deps: ClaimsDeps) {
  const { storage, emit, errors, now, balances } = deps
  const agenda = agendaOf<Timer>(
    { entries: storage.Agenda, counts: storage.AgendaCount },
    PER_BLOCK,
  )

  /** Notes what is to be looked at again, from a call. Returns when that will be. */
  const schedule = (at: number, timer: Timer): number => {
    const found = agenda.add(at, timer)
    if (found === undefined) throw errors.AgendaFull()
    return found
  }
  const get = (id: number): WorkInfo => {
    const found = storage.Works.get(id)
    if (!found) throw errors.NoWork()
    return found
  }
  const put = (id: number, work: WorkInfo): void => storage.Works.put(id, work)
  const setStatus = (id: number, work: WorkInfo, status: WorkStatus): void => {
    put(id, { ...work, status })
    emit.WorkChanged({ work: id, status })
  }
  const share = (work: WorkInfo, who: AccountId): number =>
    work.owners.find(({ account }) => account === who)?.bps ?? 0
  const alive = ({ status }: WorkInfo): boolean => status !== 'Refused' && status !== 'Revoked'

  function checkOwners(owners: readonly OwnerShare[], consent: number): void {
    const distinct = new Set(owners.map(({ account }) => account)).size === owners.length
    const sum = owners.reduce((all, { bps }) => all + bps, 0)
    const positive = owners.every(({ bps }) => bps > 0)
    const possible = consent >= 1 && consent <= owners.length
    if (!distinct || !positive || sum !== WHOLE || !possible) throw errors.BadClaim()
  }
  /** What a derived work owes a parent: what the licence says, nothing for own works. */
  function royaltyTo(who: AccountId, parent: Claim['parents'][number]): number {
    const work = get(parent.work)
    if (!alive(work)) throw errors.NotDerivable()
    if (parent.agreement === undefined) {
      if (share(work, who) === 0) throw errors.NotDerivable()
      return 0
    }
    const held = storage.Agreements.get(parent.agreement)
    const fits = held?.work === parent.work && held.licensee === who && held.state !== 'Refunded'
    const holds = held !== undefined && (held.until === undefined || now() < held.until)
    if (!fits || !holds || (held.flags & LICENCE_FLAGS.derivatives) === 0)
      throw errors.NotDerivable()
    return held.royalty
  }
  /** Each claim of a day beyond the first ones costs more. */
  function depositFor(who: AccountId): bigint {
    const day = Math.floor(now() / deps.blocksPerDay)
    const last = storage.ClaimsOfDay.get(who)
    const claims = last?.day === day ? last.claims : 0
    storage.ClaimsOfDay.put(who, { day, claims: claims + 1 })
    return deps.claimDeposit * BigInt(1 + Math.floor(claims / CHEAP_CLAIMS))
  }
  /** Takes what was put up for a claim that did not hold: half of it is for who has shown that. */
  function forfeit(id: number, work: WorkInfo, to?: AccountId): void {
    const reward = to === undefined ? 0n : work.deposit / 2n
    if (to !== undefined) balances().repatriate(work.creator, to, reward)
    deps.treasury().takePenalty(work.creator, work.deposit - reward)
    setStatus(id, { ...work, deposit: 0n, dispute: undefined }, 'Refused')
  }
  /**
   * Makes a work the one that these bytes are. Whoever committed first is first: a later claim that could still be
   * challenged gives way, one that was confirmed does not (a dispute decides then).
   */
  function enter(id: number, instance: Uint8Array, committed: number): void {
    const other = storage.WorkOf.get(instance)
    if (other !== undefined) {
      const held = get(other)
      if (held.status !== 'Claimed' || held.committed <= committed) throw errors.Duplicate()
      forfeit(other, held)
    }
    storage.WorkOf.put(instance, id)
  }
  function leave(id: number, work: WorkInfo): void {
    if (work.fingerprint.type !== 'Public') return
    const { instance } = work.fingerprint.value
    if (storage.WorkOf.get(instance) === id) storage.WorkOf.remove(instance)
  }

  return {
    agenda,
    schedule,
    get,
    put,
    setStatus,
    share,
    alive,
    ownsFile: deps.ownsFile,
    commit(who: AccountId, commitment: Uint8Array): void {
      if (storage.Commitments.has(who, commitment)) throw errors.AlreadyCommitted()
      balances().reserve(who, deps.commitDeposit)
      storage.Commitments.put(who, commitment, now())
      emit.Committed({ who, commitment })
    },
    withdraw(who: AccountId, commitment: Uint8Array): void {
      if (!storage.Commitments.has(who, commitment)) throw errors.NoCommitment()
      storage.Commitments.remove(who, commitment)
      balances().unreserve(who, deps.commitDeposit)
      emit.CommitmentWithdrawn({ who, commitment })
    },
    /** Reveals what was committed to. */
    claim(who: AccountId, claim: Claim, salt: Uint8Array): void {
      const commitment = claimCommitment(deps.genesis(), who, salt, claim)
      const committed = storage.Commitments.get(who, commitment)
      if (committed === undefined) throw errors.NoCommitment()
      if (committed >= now()) throw errors.TooEarly()
      const { fingerprint, file, parents, owners, consent } = claim
      checkOwners(owners, consent)
      if (file !== undefined && !deps.ownsFile(who, file)) throw errors.NotOwner()
      if (fingerprint.type === 'Custody' && file === undefined) throw errors.NoFile()
      if (new Set(parents.map(({ work }) => work)).size !== parents.length) throw errors.BadClaim()
      const royalties = parents.map((parent) => ({
        work: parent.work,
        royalty: royaltyTo(who, parent),
      }))
      if (royalties.reduce((sum, { royalty }) => sum + royalty, 0) > WHOLE) throw errors.BadClaim()
      const id = storage.NextWork.get()
      storage.NextWork.put(id + 1)
      storage.Commitments.remove(who, commitment)
      balances().unreserve(who, deps.commitDeposit)
      const deposit = depositFor(who)
      balances().reserve(who, deposit)
      const open = fingerprint.type === 'Public'
      const until = now() + deps.windowBlocks
      if (open) {
        enter(id, fingerprint.value.instance, committed)
        schedule(until, { type: 'Work', value: id })
      }
      const status = { Public: 'Claimed', Committed: 'Sealed', Custody: 'Custody' } as const
      put(id, {
        ...{ creator: who, title: claim.title, fingerprint, file, parents: royalties },
        ...{ owners, consent, metadata: claim.metadata, c2pa: claim.c2pa },
        ...{ committed, claimed: now(), status: status[fingerprint.type], dispute: undefined },
        ...{ until: open ? until : 0, deposit },
      })
      for (const { account } of owners) storage.WorksOf.put(account, id, undefined)
      for (const { work } of parents) storage.Derived.put(work, id, undefined)
      emit.Claimed({ work: id, creator: who, status: status[fingerprint.type] })
    },
    /** Shows the codes of a sealed work: from now on it can be challenged, and others by it. */
    open(who: AccountId, id: number, codes: Codes, salt: Uint8Array): void {
      const work = get(id)
      if (share(work, who) === 0) throw errors.NotOwner()
      const { fingerprint } = work
      if (work.status !== 'Sealed' || fingerprint.type !== 'Committed') throw errors.WrongState()
      if (codesCommitment(salt, codes).toHex() !== fingerprint.value.toHex())
        throw errors.WrongCodes()
      enter(id, codes.instance, work.committed)
      const until = schedule(now() + deps.windowBlocks, { type: 'Work', value: id })
      const opened = { ...work, fingerprint: { type: 'Public', value: codes } as const, until }
      emit.CodesOpened({ work: id })
      setStatus(id, opened, 'Claimed')
    },
    /** The window of a work is over: nobody has challenged it. */
    confirm(id: number): void {
      const work = get(id)
      if (work.status !== 'Claimed') return
      if (now() < work.until) {
        agenda.force(work.until, { type: 'Work', value: id })
        return
      }
      balances().unreserve(work.creator, work.deposit)
      setStatus(id, { ...work, deposit: 0n, until: now() }, 'Confirmed')
    },
    /** A dispute about it was lost. */
    refuse(id: number, winner: AccountId): void {
      const work = get(id)
      leave(id, work)
      forfeit(id, work, winner)
    },
    revoke(id: number): void {
      const work = get(id)
      if (!alive(work) || work.status === 'Disputed') throw errors.WrongState()
      leave(id, work)
      balances().unreserve(work.creator, work.deposit)
      setStatus(id, { ...work, deposit: 0n }, 'Revoked')
    },
  }
}
export type Claims = ReturnType<typeof claimsOf>
