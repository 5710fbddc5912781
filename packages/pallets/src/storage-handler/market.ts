import type { AccountId, Hash } from '@cess/bytes'
import { concat, u32le } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { Infer } from '@cess/scale'
import { agendaOf } from '../agenda.ts'
import type { Leases } from './leases.ts'
import type { Space } from './space.ts'
import type { StorageHandlerBase } from './storage.ts'
import { GIB, type orderType } from './types.ts'

/**
 * Blocks from an offer to when it can be bought. A transaction lives 64 blocks unless its maker says otherwise, so
 * one that was made for an earlier, cheaper offer can not hit a dearer one that the seller put in its place.
 */
export const OFFER_BLOCKS = 100
/** Minutes that an order may stay open. */
const MAX_ORDER_MINUTES = 24 * 60
/** Orders that end in one block. */
const ORDERS_PER_BLOCK = 200

interface MarketDeps extends StorageHandlerBase {
  readonly space: Space
  readonly leases: Leases
  readonly transfer: (from: AccountId, to: AccountId, amount: bigint) => void
}

export interface OrderRequest {
  readonly targetAcc: AccountId
  readonly territoryName: Uint8Array
  readonly orderType: Infer<typeof orderType>
  readonly gibCount: number
  readonly days: number
  /** Minutes. */
  readonly expired: number
}

/** Sales of empty territories, and orders that anybody may pay. */
export function marketOf(deps: MarketDeps) {
  const { storage, emit, errors, now, space, leases, blocksPerDay } = deps
  const openOrders = agendaOf(
    { entries: storage.OrderExpiry, counts: storage.OrderExpiryCounter },
    ORDERS_PER_BLOCK,
  )
  /** What an order is for, and what it costs now. */
  function quote(request: OrderRequest): { gib: bigint; days: number } {
    const { targetAcc, territoryName: name, gibCount, days } = request
    switch (request.orderType) {
      case 'Buy':
        leases.checkPurchase(gibCount, days)
        if (name.length === 0) throw errors.ParamError()
        if (storage.Territory.has(targetAcc, name)) throw errors.DuplicateName()
        return { gib: BigInt(gibCount), days }
      case 'Expansion':
        leases.checkExpansion(gibCount)
        return { gib: BigInt(gibCount), days: leases.daysLeft(space.active(targetAcc, name)) }
      case 'Renewal':
        leases.checkRenewal(days)
        return { gib: space.active(targetAcc, name).totalSpace / GIB, days }
    }
  }
  return {
    offer(seller: AccountId, name: Uint8Array, price: bigint): void {
      const t = space.active(seller, name)
      if (!space.empty(t)) throw errors.ObjectNotZero()
      if (t.deadline - now() < blocksPerDay) throw errors.InsufficientLease()
      const exec = now() + OFFER_BLOCKS
      storage.Consignment.put(t.token, {
        user: seller,
        price,
        buyers: undefined,
        exec,
        locked: false,
      })
      storage.Territory.put(seller, name, { ...t, state: 'OnConsignment' })
      emit.Consignment({ name, token: t.token, price })
    },
    cancelOffer(seller: AccountId, name: Uint8Array): void {
      const t = space.get(seller, name)
      if (t.state !== 'OnConsignment') throw errors.NotOnConsignment()
      storage.Consignment.remove(t.token)
      storage.Territory.put(seller, name, { ...t, state: 'Active' })
      emit.CancleConsignment({ token: t.token })
    },
    buy(buyer: AccountId, token: Hash, rename: Uint8Array): void {
      const offer = storage.Consignment.get(token)
      const key = storage.TerritoryKey.get(token)
      if (!offer || !key) throw errors.NonExistentConsignment()
      if (offer.user === buyer) throw errors.OwnConsignment()
      if (now() < (offer.exec ?? 0)) throw errors.ConsignmentLocked()
      deps.transfer(buyer, offer.user, offer.price)
      storage.Consignment.remove(token)
      const [seller, name] = key
      storage.Territory.put(seller, name, { ...space.get(seller, name), state: 'Active' })
      leases.move(seller, name, buyer, rename)
      emit.BuyConsignment({ name, token, price: offer.price })
      emit.ExecConsignment({ buyer, seller: offer.user, token })
    },
    /** Opens an order; its price is the most that whoever pays it will be charged. */
    order(request: OrderRequest): void {
      const { expired, targetAcc, territoryName, orderType } = request
      if (expired < 1 || expired > MAX_ORDER_MINUTES) throw errors.ParamError()
      const { gib, days } = quote(request)
      const id = blake2b256(concat(u32le(now()), leases.unique()))
      const until = now() + Math.ceil((expired * blocksPerDay) / 1440)
      if (openOrders.add(until + 1, id) === undefined) throw errors.TooManyAtOnce()
      storage.PayOrder.put(id, {
        territoryName,
        pay: leases.cost(gib, BigInt(days)),
        gibCount: Number(gib),
        days,
        expired: until,
        targetAcc,
        orderType,
      })
      emit.CreatePayOrder({ orderHash: id })
    },
    /** Pays an order at what it costs now, never more than it says: the lease may have changed since. */
    pay(account: AccountId, id: Uint8Array): void {
      const order = storage.PayOrder.get(id)
      if (!order) throw errors.NoOrder()
      if (now() > order.expired) throw errors.OrderExpired()
      storage.PayOrder.remove(id)
      const { targetAcc, territoryName: name, gibCount, days } = order
      const payer = { account, limit: order.pay }
      if (order.orderType === 'Buy') leases.mint(payer, targetAcc, name, gibCount, days)
      else if (order.orderType === 'Expansion') leases.expand(payer, targetAcc, name, gibCount)
      else leases.renew(payer, targetAcc, name, days)
      emit.PaidOrder({ orderHash: id })
    },
    /** Forgets the orders that nobody paid in time; returns how many were looked at. */
    forgetDue(block: number): number {
      const due = openOrders.take(block)
      for (const id of due) storage.PayOrder.remove(id)
      return due.length
    },
  }
}
