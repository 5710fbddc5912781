import { type AccountId, concat, type Hash, toHex, u32le } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { accountId32 } from '@cess/primitives'
import { encode } from '@cess/scale'
import { agendaOf } from '../agenda.ts'
import type { Space } from './space.ts'
import type { StorageHandlerBase } from './storage.ts'
import { GIB, type TerritoryInfo } from './types.ts'

/** Days that the unit price is for, and the shortest purchase. */
const PRICE_DAYS = 30n
const MIN_DAYS = 30
const MAX_DAYS = 36_500
const MAX_GIB = 1 << 30
/** Territories that may change state in one block. */
const PER_BLOCK = 200

/** Who pays how much at most; without a limit whatever it costs. */
export interface Payer {
  readonly account: AccountId
  readonly limit?: bigint
}

interface LeaseDeps extends StorageHandlerBase {
  readonly space: Space
  /** Blocks from the end of a lease to the deletion of its files. */
  readonly graceBlocks: number
  readonly pay: (payer: AccountId, amount: bigint) => void
}

/** The life of a territory: bought, expanded, renewed, frozen at the end of the lease, expired after the grace. */
export function leasesOf(deps: LeaseDeps) {
  const { storage, emit, errors, now, space, blocksPerDay } = deps
  const endings = agendaOf(
    { entries: storage.TerritoryFrozen, counts: storage.TerritoryFrozenCounter },
    PER_BLOCK,
  )
  const deletions = agendaOf(
    { entries: storage.TerritoryExpired, counts: storage.TerritoryExpiredCounter },
    PER_BLOCK,
  )
  /** One rule everywhere: GiB × days × price per GiB and 30 days, rounded up, so that no splitting makes it less. */
  const cost = (gib: bigint, days: bigint): bigint =>
    (gib * days * (storage.UnitPrice.get() ?? 0n) + PRICE_DAYS - 1n) / PRICE_DAYS
  const charge = ({ account, limit }: Payer, spend: bigint): void => {
    if (limit !== undefined && spend > limit) throw errors.InvalidOrder()
    deps.pay(account, spend)
  }
  const checkDays = (days: number, least: number): void => {
    if (days < least || days > MAX_DAYS) throw errors.ParamError()
  }
  const checkGib = (gib: number): void => {
    if (gib < 1 || gib > MAX_GIB) throw errors.ParamError()
  }
  const endAt = (block: number, token: Hash): number => {
    const at = endings.add(block, token)
    if (at === undefined) throw errors.TooManyAtOnce()
    return at
  }
  const unique = (): Uint8Array => {
    const n = storage.Nonce.get()
    storage.Nonce.put(n + 1)
    return u32le(n)
  }
  /** Every begun day of the rest of the lease counts. */
  const daysLeft = (t: TerritoryInfo): number => Math.ceil((t.deadline - now()) / blocksPerDay)
  const key = (token: Hash) => {
    const found = storage.TerritoryKey.get(token)
    const t = found && storage.Territory.get(...found)
    return found && t && { owner: found[0], name: found[1], t }
  }
  return {
    cost,
    unique,
    daysLeft,
    checkPurchase(gib: number, days: number): void {
      checkGib(gib)
      checkDays(days, MIN_DAYS)
    },
    checkExpansion: checkGib,
    checkRenewal: (days: number): void => checkDays(days, 1),
    mint(payer: Payer, owner: AccountId, name: Uint8Array, gib: number, days: number): void {
      checkGib(gib)
      checkDays(days, MIN_DAYS)
      if (name.length === 0) throw errors.ParamError()
      if (storage.Territory.has(owner, name)) throw errors.DuplicateName()
      const spend = cost(BigInt(gib), BigInt(days))
      charge(payer, spend)
      const total = BigInt(gib) * GIB
      const token = toHex(
        blake2b256(concat(encode(accountId32, owner), name, u32le(now()), unique())),
      ) as Hash
      storage.Territory.put(owner, name, {
        token,
        totalSpace: total,
        usedSpace: 0n,
        lockedSpace: 0n,
        remainingSpace: total,
        start: now(),
        deadline: endAt(now() + days * blocksPerDay, token),
        state: 'Active',
      })
      storage.TerritoryKey.put(token, [owner, name])
      storage.PurchasedSpace.mutate((sum) => sum + total)
      emit.MintTerritory({ token, name, storageCapacity: total, spend })
    },
    expand(payer: Payer, owner: AccountId, name: Uint8Array, gib: number): void {
      checkGib(gib)
      const t = space.active(owner, name)
      const days = daysLeft(t)
      if (days < 1) throw errors.InsufficientLease()
      const spend = cost(BigInt(gib), BigInt(days))
      charge(payer, spend)
      const more = BigInt(gib) * GIB
      storage.Territory.put(owner, name, {
        ...t,
        totalSpace: t.totalSpace + more,
        remainingSpace: t.remainingSpace + more,
      })
      storage.PurchasedSpace.mutate((sum) => sum + more)
      emit.ExpansionTerritory({ name, expansionSpace: more, spend })
    },
    /** Lengthens a lease; a frozen one must be paid past today to come back. */
    renew(payer: Payer, owner: AccountId, name: Uint8Array, days: number): void {
      checkDays(days, 1)
      const t = space.get(owner, name)
      if (t.state !== 'Active' && t.state !== 'Frozen') throw errors.StateError()
      const spend = cost(t.totalSpace / GIB, BigInt(days))
      charge(payer, spend)
      const until = t.deadline + days * blocksPerDay
      if (until <= now()) throw errors.InsufficientLease()
      if (t.state === 'Active') endings.remove(t.deadline, t.token)
      else {
        const expires = storage.ExpiryOf.take(t.token)
        if (expires !== undefined) deletions.remove(expires, t.token)
      }
      const deadline = endAt(until, t.token)
      storage.Territory.put(owner, name, { ...t, deadline, state: 'Active' })
      emit.RenewalTerritory({ name, days, spend })
    },
    /** Leases an expired territory again. Its files must be gone: they were not paid for since the lease ended. */
    reactivate(payer: Payer, owner: AccountId, name: Uint8Array, days: number): void {
      checkDays(days, MIN_DAYS)
      const t = space.get(owner, name)
      if (t.state !== 'Expired') throw errors.NotExpire()
      if (!space.empty(t)) throw errors.ObjectNotZero()
      const spend = cost(t.totalSpace / GIB, BigInt(days))
      charge(payer, spend)
      const deadline = endAt(now() + days * blocksPerDay, t.token)
      storage.Territory.put(owner, name, { ...t, start: now(), deadline, state: 'Active' })
      storage.PurchasedSpace.mutate((sum) => sum + t.totalSpace)
      emit.ReactivateTerritory({ name, days, spend })
    },
    move(from: AccountId, name: Uint8Array, to: AccountId, newName: Uint8Array): void {
      if (newName.length === 0) throw errors.ParamError()
      const t = space.get(from, name)
      if (storage.Territory.has(to, newName)) throw errors.DuplicateName()
      storage.Territory.remove(from, name)
      storage.Territory.put(to, newName, t)
      storage.TerritoryKey.put(t.token, [to, newName])
    },
    /** Freezes the territories whose lease ends in this block; returns how many were looked at. */
    freezeDue(block: number): number {
      const due = endings.take(block)
      for (const token of due) {
        const found = key(token)
        if (found?.t.deadline !== block) continue
        const { owner, name, t } = found
        // The deletions of this very block have been made already. There is room: what ends in one block
        // comes to one block of deletions, and both take as many.
        const expires = deletions.add(block + Math.max(1, deps.graceBlocks), token)!
        storage.ExpiryOf.put(token, expires)
        storage.Consignment.remove(token)
        storage.Territory.put(owner, name, { ...t, state: 'Frozen' })
        emit.TerritoryFrozen({ owner, name })
      }
      return due.length
    },
    /** Ends the territories whose grace is over; `after` is told of each. Returns how many were looked at. */
    expireDue(block: number, after: (owner: AccountId, name: Uint8Array) => void): number {
      const due = deletions.take(block)
      for (const token of due) {
        storage.ExpiryOf.remove(token)
        const found = key(token)
        if (found?.t.state !== 'Frozen') continue
        const { owner, name, t } = found
        storage.Territory.put(owner, name, { ...t, state: 'Expired' })
        storage.PurchasedSpace.mutate((sum) => sum - t.totalSpace)
        emit.TerritoryExpired({ owner, name })
        after(owner, name)
      }
      return due.length
    },
  }
}
export type Leases = ReturnType<typeof leasesOf>
