import type { AccountId, FileId } from '@cess/bytes'
import type { BalancesApi } from '../balances.ts'
import type { ReencryptionApi } from '../reencryption/pallet.ts'
import { MAX_PROXIES } from '../reencryption/types.ts'
import type { Claims } from './claims.ts'
import type { MdrcBase } from './storage.ts'
import { type Agreement, type Payout, type Terms, WHOLE, type WorkInfo } from './types.ts'

type Part = Pick<Payout, 'account' | 'amount'>

const ALL_FLAGS = 0b111
/** Most of a fee that derived works pay on, in basis points. */
const MAX_ROYALTY = 5_000

export interface LicencesDeps extends MdrcBase {
  readonly balances: () => BalancesApi
  readonly grants: () => ReencryptionApi['grants']
  /** Blocks in which access has to be given before the money may be asked back. */
  readonly accessBlocks: number
  /** Most blocks of a grant: longer licences renew their access. */
  readonly longestGrant: number
}

/** What the buyer of a licence wants. */
export interface Purchase {
  readonly work: number
  readonly licence: number
  /** Key of who will read, where the licence gives access. */
  readonly reader: Uint8Array | undefined
  /** Most that the licence may cost: its price may change between the look and the purchase. */
  readonly maxFee: bigint
  /** What the proxies get. */
  readonly proxyFee: bigint
}

/** Licences of works, who has bought them, and the access that comes with them. */
export function licencesOf(deps: LicencesDeps, claims: Claims) {
  const { storage, emit, errors, now, balances } = deps

  function check({ royalty, flags, fee, access }: Terms): void {
    const fits = royalty <= MAX_ROYALTY && flags <= ALL_FLAGS && fee < 1n << 100n
    const proxies = access?.proxies ?? 1
    const threshold = access?.threshold ?? 1
    if (!fits || threshold < 1 || threshold > proxies || proxies > MAX_PROXIES)
      throw errors.BadTerms()
  }
  /** Splits an amount by shares; what rounding leaves goes to the first. */
  function split(amount: bigint, { owners }: WorkInfo): Part[] {
    const parts = owners.map(({ account, bps }) => ({
      account,
      amount: (amount * BigInt(bps)) / BigInt(WHOLE),
    }))
    const rest = amount - parts.reduce((sum, part) => sum + part.amount, 0n)
    return parts.map((part, i) => (i === 0 ? { ...part, amount: part.amount + rest } : part))
  }
  /** Who gets what of a fee: parents their royalties, owners the rest. */
  function partsOf(fee: bigint, work: WorkInfo): Part[] {
    const royalties = work.parents.map(({ work: id, royalty }) => ({
      parent: claims.get(id),
      amount: (fee * BigInt(royalty)) / BigInt(WHOLE),
    }))
    // A parent that was refused or taken back has no claim on anything.
    const due = royalties.filter(({ parent, amount }) => claims.alive(parent) && amount > 0n)
    const own = fee - due.reduce((sum, { amount }) => sum + amount, 0n)
    return [...split(own, work), ...due.flatMap(({ parent, amount }) => split(amount, parent))]
  }
  /** Pays a part; where access comes with the licence, it stays put until there is some. */
  function pay(buyer: AccountId, { account, amount }: Part, keep: boolean): Payout {
    const atOwner = account === buyer || balances().spendable(account, true) > 0n
    if (account !== buyer && (atOwner || !keep)) balances().transfer(buyer, account, amount, true)
    if (keep) balances().reserve(atOwner ? account : buyer, amount)
    return { account, amount, atOwner }
  }
  /** The owner in whose name the file is shared. */
  function holderOf(work: WorkInfo): { readonly holder: AccountId; readonly file: FileId } {
    const { file } = work
    const holder =
      file && work.owners.find(({ account }) => claims.ownsFile(account, file))?.account
    if (!file || !holder) throw errors.NoFile()
    return { holder, file }
  }
  /** Asks for the proxies that give access, at the buyer's cost. */
  function giveAccess(
    buyer: AccountId,
    work: WorkInfo,
    { access }: Terms,
    until: number | undefined,
    { reader, proxyFee }: Pick<Purchase, 'reader' | 'proxyFee'>,
  ): number | undefined {
    if (!access) return undefined
    if (!reader) throw errors.NoKey()
    const { holder, file } = holderOf(work)
    if (holder !== buyer) balances().transfer(buyer, holder, proxyFee, true)
    return deps.grants().request(holder, {
      files: [file],
      grantee: reader,
      ...access,
      expiry: Math.min(until ?? Number.POSITIVE_INFINITY, now() + deps.longestGrant),
      uses: undefined,
      fee: proxyFee,
    })
  }
  const mine = (who: AccountId, id: number): Agreement => {
    const found = storage.Agreements.get(id)
    if (found?.licensee !== who) throw errors.NoAgreement()
    return found
  }

  return {
    offer(id: number, terms: Terms): void {
      check(terms)
      if (terms.access) holderOf(claims.get(id))
      const licence = storage.NextLicence.get(id)
      storage.NextLicence.put(id, licence + 1)
      storage.Licences.put(id, licence, { terms, offered: true })
      emit.LicenceOffered({ work: id, licence })
    },
    withdraw(id: number, licence: number): void {
      const found = storage.Licences.get(id, licence)
      if (!found?.offered) throw errors.NoLicence()
      storage.Licences.put(id, licence, { ...found, offered: false })
      emit.LicenceWithdrawn({ work: id, licence })
    },
    buy(buyer: AccountId, purchase: Purchase): void {
      const work = claims.get(purchase.work)
      if (!claims.alive(work) || work.status === 'Disputed') throw errors.WrongState()
      const licence = storage.Licences.get(purchase.work, purchase.licence)
      if (!licence?.offered) throw errors.NoLicence()
      const { terms } = licence
      if (terms.fee > purchase.maxFee) throw errors.TooDear()
      const until = terms.blocks === undefined ? undefined : now() + terms.blocks
      const id = storage.NextAgreement.get()
      storage.NextAgreement.put(id + 1)
      const parts = partsOf(terms.fee, work).filter(({ amount }) => amount > 0n)
      const payouts = parts.map((part) => pay(buyer, part, terms.access !== undefined))
      for (const { account, amount } of parts) emit.Paid({ agreement: id, to: account, amount })
      const grant = giveAccess(buyer, work, terms, until, purchase)
      if (grant !== undefined) storage.AgreementOfGrant.put(grant, id)
      storage.Agreements.put(id, {
        ...{ work: purchase.work, licence: purchase.licence, licensee: buyer, paid: terms.fee },
        ...{ flags: terms.flags, royalty: terms.royalty, since: now(), until, grant },
        state: terms.access ? 'Waiting' : 'Held',
        payouts: terms.access ? payouts : [],
        // Before the grant ends by itself: what is left of the proxies' fee is the owner's then.
        refundable: Math.min(now() + deps.accessBlocks, (until ?? Number.POSITIVE_INFINITY) - 1),
      })
      storage.AgreementsOf.put(buyer, id, undefined)
      storage.AgreementsFor.put(purchase.work, id, undefined)
      emit.LicenceBought({
        ...{ agreement: id, work: purchase.work, licensee: buyer, paid: terms.fee },
      })
    },
    /** Enough proxies serve: the owners get what they were paid. */
    accessGiven(grant: number): void {
      const id = storage.AgreementOfGrant.get(grant)
      const found = id === undefined ? undefined : storage.Agreements.get(id)
      if (id === undefined || !found || found.state !== 'Waiting') return
      for (const { account, amount, atOwner } of found.payouts)
        if (atOwner) balances().unreserve(account, amount)
        else balances().repatriate(found.licensee, account, amount)
      storage.Agreements.put(id, { ...found, state: 'Held', payouts: [] })
      emit.AccessGiven({ agreement: id, grant })
    },
    /** The owners did not give access in time: the money goes back, and so does the licence. */
    refund(buyer: AccountId, id: number): void {
      const found = mine(buyer, id)
      if (found.state !== 'Waiting' || now() < found.refundable) throw errors.NotRefundable()
      for (const { account, amount, atOwner } of found.payouts)
        if (atOwner && account !== buyer) balances().repatriate(account, buyer, amount)
        else balances().unreserve(buyer, amount)
      if (found.grant !== undefined) {
        storage.AgreementOfGrant.remove(found.grant)
        deps.grants().cancel(found.grant, buyer)
      }
      storage.Agreements.put(id, { ...found, state: 'Refunded', payouts: [] })
      emit.Refunded({ agreement: id, amount: found.paid })
    },
    /** Asks for access again, after the grant of a licence that still holds has ended. */
    renew(buyer: AccountId, id: number, want: Pick<Purchase, 'reader' | 'proxyFee'>): void {
      const found = mine(buyer, id)
      const over = found.until !== undefined && now() >= found.until
      if (found.state !== 'Held' || over || found.grant === undefined) throw errors.NoAgreement()
      if (deps.grants().isOpen(found.grant)) throw errors.AccessHolds()
      const work = claims.get(found.work)
      const { terms } = storage.Licences.get(found.work, found.licence)!
      const grant = giveAccess(buyer, work, terms, found.until, want)!
      storage.AgreementOfGrant.remove(found.grant)
      storage.AgreementOfGrant.put(grant, id)
      storage.Agreements.put(id, { ...found, grant })
      emit.AccessRenewed({ agreement: id, grant })
    },
    /** Whether a grant was bought, so that it can't be taken back. */
    isSold: (grant: number): boolean => storage.AgreementOfGrant.has(grant),
  }
}
export type Licences = ReturnType<typeof licencesOf>
