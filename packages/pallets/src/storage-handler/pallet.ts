import { type AccountId, concat, type Hash, toHex, u32le } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  blake2,
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  identity,
  map,
  type Provides,
  type SystemApi,
  twox,
  value,
  weigh,
} from '@cess/frame'
import { accountId32, hash256 } from '@cess/primitives'
import { bool, boundedBytes, encode, tuple, u32, u128 } from '@cess/scale'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import {
  consignmentInfo,
  GIB,
  NAME_LIMIT,
  orderInfo,
  orderType,
  type TerritoryInfo,
  territoryInfo,
  territoryName,
} from './types.ts'

export interface StorageHandlerGenesis {
  readonly unitPrice: bigint
}
/** Days that the unit price is for, and the shortest purchase. */
const PRICE_DAYS = 30n
const MIN_DAYS = 30
const MAX_DAYS = 36_500
const MAX_GIB = 1 << 30
/** Territories that may change state in one block; more go to the next block with room. */
const PER_BLOCK = 500
/** Minutes that an order may stay open. */
const MAX_ORDER_MINUTES = 24 * 60

/** Territories: space that users buy for a time, and their market (CESS pallet StorageHandler). */
export const storageHandler = (config: {
  readonly system: Provides<SystemApi>
  readonly balances: Provides<BalancesApi>
  readonly treasury: Provides<CessTreasuryApi>
  readonly blocksPerDay: number
  /** Days from the end of the lease until the files go. */
  readonly frozenDays: number
}) => {
  /** One rule everywhere: GiB × days × price per GiB and 30 days. */
  const costOf = (unitPrice: bigint, gib: bigint, days: bigint): bigint =>
    (gib * days * unitPrice) / PRICE_DAYS
  const graceBlocks = config.frozenDays * config.blocksPerDay

  return definePallet({
    name: 'StorageHandler',
    index: 107,
    crate: 'pallet_storage_handler',
    constants: {
      OneDay: constant(u32, config.blocksPerDay, 'Blocks in a day.'),
      FrozenDays: constant(u32, graceBlocks, 'Blocks from the end of a lease to its deletion.'),
      NameLimit: constant(u32, NAME_LIMIT),
    },
    storage: {
      TerritoryKey: map([blake2(hash256)], tuple(accountId32, territoryName), {
        docs: 'Token → owner and name.',
      }),
      Territory: map([blake2(accountId32), blake2(territoryName)], territoryInfo, {
        docs: 'Territories by owner and name.',
      }),
      Consignment: map([blake2(hash256)], consignmentInfo),
      TerritoryFrozen: map([twox(u32), identity(hash256)], bool, {
        docs: 'Leases that end in a block.',
      }),
      TerritoryFrozenCounter: map([twox(u32)], u32, { default: 0 }),
      TerritoryExpired: map([twox(u32), identity(hash256)], bool, {
        docs: 'Frozen territories whose files go in a block.',
      }),
      ExpiryOf: map([identity(hash256)], u32, { docs: 'When a frozen territory ends.' }),
      TerritoryExpiredCounter: map([twox(u32)], u32, { default: 0 }),
      UnitPrice: value(u128, { docs: 'Price of a GiB for 30 days.' }),
      TotalServiceSpace: value(u128, { default: 0n, docs: 'Bytes that miners store for users.' }),
      PurchasedSpace: value(u128, { default: 0n, docs: 'Bytes in all territories.' }),
      PayOrder: map([blake2(boundedBytes(32))], orderInfo),
      Nonce: value(u32, { default: 0, docs: 'Makes tokens and order ids unique.' }),
    },
    events: {
      CreatePayOrder: { orderHash: boundedBytes(32) },
      PaidOrder: { orderHash: boundedBytes(32) },
      MintTerritory: { token: hash256, name: territoryName, storageCapacity: u128, spend: u128 },
      ExpansionTerritory: { name: territoryName, expansionSpace: u128, spend: u128 },
      RenewalTerritory: { name: territoryName, days: u32, spend: u128 },
      ReactivateTerritory: { name: territoryName, days: u32, spend: u128 },
      Consignment: { name: territoryName, token: hash256, price: u128 },
      BuyConsignment: { name: territoryName, token: hash256, price: u128 },
      CancleConsignment: { token: hash256 },
      CancelPurchaseAction: { token: hash256 },
      ExecConsignment: { buyer: accountId32, seller: accountId32, token: hash256 },
      TerritoryFrozen: { owner: accountId32, name: territoryName },
      TerritoryExpired: { owner: accountId32, name: territoryName },
    },
    errors: {
      Overflow: 'A number is too large.',
      InsufficientStorage: 'The territory has less free space.',
      OrderExpired: 'The order has expired.',
      NoOrder: 'There is no such order.',
      ParamError: 'A parameter is out of range.',
      NotHaveTerritory: 'There is no territory of that name.',
      NotActive: 'The territory is not active.',
      NotExpire: 'The territory has not expired.',
      NotOnConsignment: 'The territory is not for sale.',
      InsufficientLease: 'The lease ends too soon.',
      ConsignmentExisted: 'The territory is for sale already.',
      OnConsignment: 'The territory is for sale.',
      StateError: 'The territory is not in the state for this.',
      ObjectNotZero: 'The territory still holds files.',
      NonExistentConsignment: 'There is no such offer.',
      ConsignmentLocked: 'Somebody is buying this territory.',
      ConsignmentUnLocked: 'Nobody is buying this territory.',
      NotBuyer: 'Only the buyer may do this.',
      OwnConsignment: 'The territory is your own.',
      DuplicateName: 'You have a territory of that name already.',
      InvalidOrder: 'The order does not fit what it is for.',
    },
    api({ storage, emit, errors, use }) {
      const now = (): number => use(config.system).number()
      const get = (owner: AccountId, name: Uint8Array): TerritoryInfo => {
        const found = storage.Territory.get(owner, name)
        if (!found) throw errors.NotHaveTerritory()
        return found
      }
      const active = (owner: AccountId, name: Uint8Array): TerritoryInfo => {
        const t = get(owner, name)
        if (t.state === 'OnConsignment') throw errors.OnConsignment()
        if (t.state !== 'Active') throw errors.NotActive()
        return t
      }
      const cost = (gib: bigint, days: bigint): bigint =>
        costOf(storage.UnitPrice.get() ?? 0n, gib, days)
      const nonce = (): Uint8Array => {
        const n = storage.Nonce.get()
        storage.Nonce.put(n + 1)
        return u32le(n)
      }
      /** Puts the end of a lease into the first block from `at` on that has room; returns that block. */
      const schedule = (kind: 'Frozen' | 'Expired', at: number, token: Hash): number => {
        const entries = kind === 'Frozen' ? storage.TerritoryFrozen : storage.TerritoryExpired
        const counters =
          kind === 'Frozen' ? storage.TerritoryFrozenCounter : storage.TerritoryExpiredCounter
        let block = at
        while (counters.get(block) >= PER_BLOCK) block++
        entries.put(block, token, true)
        counters.put(block, counters.get(block) + 1)
        return block
      }
      const unschedule = (kind: 'Frozen' | 'Expired', at: number, token: Hash): void => {
        const entries = kind === 'Frozen' ? storage.TerritoryFrozen : storage.TerritoryExpired
        const counters =
          kind === 'Frozen' ? storage.TerritoryFrozenCounter : storage.TerritoryExpiredCounter
        if (!entries.has(at, token)) return
        entries.remove(at, token)
        counters.put(at, counters.get(at) - 1)
      }
      const pay = (payer: AccountId, amount: bigint): void =>
        use(config.treasury).payForSpace(payer, amount)
      const checkDays = (days: number, least: number): void => {
        if (days < least || days > MAX_DAYS) throw errors.ParamError()
      }
      const checkGib = (gib: number): void => {
        if (gib < 1 || gib > MAX_GIB) throw errors.ParamError()
      }
      return {
        get,
        active,
        now,
        cost,
        mint(payer: AccountId, owner: AccountId, name: Uint8Array, gib: number, days: number) {
          checkGib(gib)
          checkDays(days, MIN_DAYS)
          if (name.length === 0) throw errors.ParamError()
          if (storage.Territory.has(owner, name)) throw errors.DuplicateName()
          const spend = cost(BigInt(gib), BigInt(days))
          pay(payer, spend)
          const space = BigInt(gib) * GIB
          const token = toHex(
            blake2b256(concat(encode(accountId32, owner), name, u32le(now()), nonce())),
          ) as Hash
          const deadline = schedule('Frozen', now() + days * config.blocksPerDay, token)
          storage.Territory.put(owner, name, {
            token,
            totalSpace: space,
            usedSpace: 0n,
            lockedSpace: 0n,
            remainingSpace: space,
            start: now(),
            deadline,
            state: 'Active',
          })
          storage.TerritoryKey.put(token, [owner, name])
          storage.PurchasedSpace.mutate((sum) => sum + space)
          emit.MintTerritory({ token, name, storageCapacity: space, spend })
        },
        expand(payer: AccountId, owner: AccountId, name: Uint8Array, gib: number) {
          checkGib(gib)
          const t = active(owner, name)
          // Every begun day of the rest of the lease counts.
          const days = Math.ceil((t.deadline - now()) / config.blocksPerDay)
          if (days < 1) throw errors.InsufficientLease()
          const spend = cost(BigInt(gib), BigInt(days))
          pay(payer, spend)
          const space = BigInt(gib) * GIB
          storage.Territory.put(owner, name, {
            ...t,
            totalSpace: t.totalSpace + space,
            remainingSpace: t.remainingSpace + space,
          })
          storage.PurchasedSpace.mutate((sum) => sum + space)
          emit.ExpansionTerritory({ name, expansionSpace: space, spend })
        },
        renew(payer: AccountId, owner: AccountId, name: Uint8Array, days: number) {
          checkDays(days, 1)
          const t = get(owner, name)
          if (t.state !== 'Active' && t.state !== 'Frozen') throw errors.StateError()
          const spend = cost(t.totalSpace / GIB, BigInt(days))
          pay(payer, spend)
          const until = t.deadline + days * config.blocksPerDay
          // A frozen lease must be paid past today to come back.
          if (until <= now()) throw errors.InsufficientLease()
          if (t.state === 'Active') unschedule('Frozen', t.deadline, t.token)
          else unscheduleExpiry(t)
          const deadline = schedule('Frozen', until, t.token)
          storage.Territory.put(owner, name, { ...t, deadline, state: 'Active' })
          emit.RenewalTerritory({ name, days, spend })
        },
        reactivate(payer: AccountId, owner: AccountId, name: Uint8Array, days: number) {
          checkDays(days, MIN_DAYS)
          const t = get(owner, name)
          if (t.state !== 'Expired') throw errors.NotExpire()
          const spend = cost(t.totalSpace / GIB, BigInt(days))
          pay(payer, spend)
          const deadline = schedule('Frozen', now() + days * config.blocksPerDay, t.token)
          storage.Territory.put(owner, name, { ...t, start: now(), deadline, state: 'Active' })
          emit.ReactivateTerritory({ name, days, spend })
        },
        move(from: AccountId, name: Uint8Array, to: AccountId, newName: Uint8Array): void {
          if (newName.length === 0) throw errors.ParamError()
          const t = get(from, name)
          if (storage.Territory.has(to, newName)) throw errors.DuplicateName()
          storage.Territory.remove(from, name)
          storage.Territory.put(to, newName, t)
          storage.TerritoryKey.put(t.token, [to, newName])
        },
        setState(owner: AccountId, name: Uint8Array, state: TerritoryInfo['state']): void {
          storage.Territory.put(owner, name, { ...get(owner, name), state })
        },
        /** remaining → locked, when a deal begins. @throws when the territory can't take it. */
        lock(owner: AccountId, name: Uint8Array, bytes: bigint): void {
          const t = active(owner, name)
          if (t.deadline <= now()) throw errors.InsufficientLease()
          if (t.remainingSpace < bytes) throw errors.InsufficientStorage()
          storage.Territory.put(owner, name, {
            ...t,
            remainingSpace: t.remainingSpace - bytes,
            lockedSpace: t.lockedSpace + bytes,
          })
        },
        /** locked → remaining, when a deal fails. */
        unlock(owner: AccountId, name: Uint8Array, bytes: bigint): void {
          const t = storage.Territory.get(owner, name)
          if (!t) return
          storage.Territory.put(owner, name, {
            ...t,
            remainingSpace: t.remainingSpace + bytes,
            lockedSpace: t.lockedSpace - bytes,
          })
        },
        /** locked → used, when a deal is done. */
        use(owner: AccountId, name: Uint8Array, bytes: bigint): void {
          const t = get(owner, name)
          storage.Territory.put(owner, name, {
            ...t,
            lockedSpace: t.lockedSpace - bytes,
            usedSpace: t.usedSpace + bytes,
          })
          storage.TotalServiceSpace.mutate((sum) => sum + bytes)
        },
        /** used → remaining, when a file goes. */
        free(owner: AccountId, name: Uint8Array, bytes: bigint): void {
          const t = storage.Territory.get(owner, name)
          if (t)
            storage.Territory.put(owner, name, {
              ...t,
              remainingSpace: t.remainingSpace + bytes,
              usedSpace: t.usedSpace - bytes,
            })
          storage.TotalServiceSpace.mutate((sum) => (sum > bytes ? sum - bytes : 0n))
        },
        /** Moves used space from one territory of an owner to another. */
        shift(owner: AccountId, from: Uint8Array, to: Uint8Array, bytes: bigint): void {
          const target = active(owner, to)
          if (target.remainingSpace < bytes) throw errors.InsufficientStorage()
          const source = get(owner, from)
          storage.Territory.put(owner, from, {
            ...source,
            usedSpace: source.usedSpace - bytes,
            remainingSpace: source.remainingSpace + bytes,
          })
          storage.Territory.put(owner, to, {
            ...target,
            usedSpace: target.usedSpace + bytes,
            remainingSpace: target.remainingSpace - bytes,
          })
        },
        orderId: (): Uint8Array => blake2b256(concat(u32le(now()), nonce())),
        schedule,
        freezeDue(block: number): number {
          let count = 0
          for (const [[, token]] of storage.TerritoryFrozen.entries(block)) {
            storage.TerritoryFrozen.remove(block, token)
            count++
            const key = storage.TerritoryKey.get(token)
            const t = key && storage.Territory.get(...key)
            if (!key || !t || t.deadline !== block) continue
            const expires = schedule('Expired', block + graceBlocks, token)
            storage.ExpiryOf.put(token, expires)
            storage.Consignment.remove(token)
            storage.Territory.put(...key, { ...t, state: 'Frozen' })
            emit.TerritoryFrozen({ owner: key[0], name: key[1] })
          }
          storage.TerritoryFrozenCounter.remove(block)
          return count
        },
        expireDue(block: number, after: (owner: AccountId, name: Uint8Array) => void): number {
          let count = 0
          for (const [[, token]] of storage.TerritoryExpired.entries(block)) {
            storage.TerritoryExpired.remove(block, token)
            storage.ExpiryOf.remove(token)
            count++
            const key = storage.TerritoryKey.get(token)
            const t = key && storage.Territory.get(...key)
            if (!key || t?.state !== 'Frozen') continue
            storage.Territory.put(...key, { ...t, state: 'Expired' })
            emit.TerritoryExpired({ owner: key[0], name: key[1] })
            after(key[0], key[1])
          }
          storage.TerritoryExpiredCounter.remove(block)
          return count
        },
      }
      function unscheduleExpiry(t: TerritoryInfo): void {
        const at = storage.ExpiryOf.take(t.token)
        if (at !== undefined) unschedule('Expired', at, t.token)
      }
    },
    genesis({ storage }, genesis: StorageHandlerGenesis) {
      storage.UnitPrice.put(genesis.unitPrice)
      return undefined
    },
    hooks: {
      onInitialize({ api }, block) {
        const frozen = api.freezeDue(block)
        return weigh(5, 2 + frozen * 3, 1 + frozen * 4)
      },
    },
    calls: {
      mint_territory: {
        index: 0,
        docs: 'Buys a territory: GiB of space for days.',
        args: { gibCount: u32, territoryName, days: u32 },
        weight: weigh(80, 5, 7),
        run({ api }, origin, args) {
          const who = ensureSigned(origin)
          api.mint(who, who, args.territoryName, args.gibCount, args.days)
          return undefined
        },
      },
      expanding_territory: {
        index: 1,
        docs: 'Adds GiB for the rest of the lease.',
        args: { territoryName, gibCount: u32 },
        weight: weigh(80, 4, 4),
        run({ api }, origin, args) {
          const who = ensureSigned(origin)
          api.expand(who, who, args.territoryName, args.gibCount)
          return undefined
        },
      },
      renewal_territory: {
        index: 2,
        docs: 'Lengthens the lease by days.',
        args: { territoryName, days: u32 },
        weight: weigh(80, 5, 7),
        run({ api }, origin, args) {
          const who = ensureSigned(origin)
          api.renew(who, who, args.territoryName, args.days)
          return undefined
        },
      },
      create_order: {
        index: 6,
        docs: 'Opens an order that anybody may pay for the target account.',
        args: {
          targetAcc: accountId32,
          territoryName,
          orderType,
          gibCount: u32,
          days: u32,
          expired: u32,
        },
        weight: weigh(30, 3, 2),
        run({ api, storage, emit, errors }, origin, args) {
          ensureSigned(origin)
          if (args.expired < 1 || args.expired > MAX_ORDER_MINUTES) throw errors.ParamError()
          const id = api.orderId()
          const t =
            args.orderType === 'Buy' ? undefined : api.active(args.targetAcc, args.territoryName)
          const days =
            args.orderType === 'Expansion'
              ? Math.ceil((t!.deadline - api.now()) / config.blocksPerDay)
              : args.days
          const gib = args.orderType === 'Renewal' ? t!.totalSpace / GIB : BigInt(args.gibCount)
          storage.PayOrder.put(id, {
            territoryName: args.territoryName,
            pay: api.cost(gib, BigInt(days)),
            gibCount: Number(gib),
            days,
            expired: api.now() + Math.ceil((args.expired * config.blocksPerDay) / 1440),
            targetAcc: args.targetAcc,
            orderType: args.orderType,
          })
          emit.CreatePayOrder({ orderHash: id })
          return undefined
        },
      },
      exec_order: {
        index: 7,
        docs: 'Pays an order.',
        args: { orderId: boundedBytes(32) },
        weight: weigh(100, 6, 8),
        run({ api, storage, emit, errors }, origin, { orderId }) {
          const who = ensureSigned(origin)
          const order = storage.PayOrder.get(orderId)
          if (!order) throw errors.NoOrder()
          if (api.now() > order.expired) throw errors.OrderExpired()
          storage.PayOrder.remove(orderId)
          const { targetAcc, territoryName: name } = order
          if (order.orderType === 'Buy') api.mint(who, targetAcc, name, order.gibCount, order.days)
          else if (order.orderType === 'Expansion') api.expand(who, targetAcc, name, order.gibCount)
          else api.renew(who, targetAcc, name, order.days)
          emit.PaidOrder({ orderHash: orderId })
          return undefined
        },
      },
      define_update_price: {
        index: 9,
        docs: 'Sets the price of a GiB for 30 days (Root).',
        args: { price: u128 },
        weight: weigh(5, 0, 1),
        run({ storage }, origin, { price }) {
          ensureRoot(origin)
          storage.UnitPrice.put(price)
          return undefined
        },
      },
      reactivate_territory: {
        index: 101,
        docs: 'Leases an expired territory again.',
        args: { territoryName, days: u32 },
        weight: weigh(80, 4, 5),
        run({ api }, origin, args) {
          const who = ensureSigned(origin)
          api.reactivate(who, who, args.territoryName, args.days)
          return undefined
        },
      },
      territory_consignment: {
        index: 102,
        docs: 'Offers an empty territory for sale.',
        args: { territoryName, price: u128 },
        weight: weigh(40, 3, 3),
        run({ api, storage, emit, errors }, origin, args) {
          const user = ensureSigned(origin)
          const t = api.active(user, args.territoryName)
          if (t.usedSpace > 0n || t.lockedSpace > 0n) throw errors.ObjectNotZero()
          if (t.deadline - api.now() < config.blocksPerDay) throw errors.InsufficientLease()
          storage.Consignment.put(t.token, {
            user,
            price: args.price,
            buyers: undefined,
            exec: undefined,
            locked: false,
          })
          api.setState(user, args.territoryName, 'OnConsignment')
          emit.Consignment({ name: args.territoryName, token: t.token, price: args.price })
          return undefined
        },
      },
      buy_consignment: {
        index: 103,
        docs: 'Buys an offered territory at its price and gives it a name of the buyer.',
        args: { token: hash256, rename: territoryName },
        weight: weigh(100, 6, 7),
        run({ api, storage, emit, errors, use }, origin, { token, rename }) {
          const buyer = ensureSigned(origin)
          const offer = storage.Consignment.get(token)
          const key = storage.TerritoryKey.get(token)
          if (!offer || !key) throw errors.NonExistentConsignment()
          if (offer.user === buyer) throw errors.OwnConsignment()
          use(config.balances).transfer(buyer, offer.user, offer.price, true)
          storage.Consignment.remove(token)
          api.setState(key[0], key[1], 'Active')
          api.move(key[0], key[1], buyer, rename)
          emit.BuyConsignment({ name: key[1], token, price: offer.price })
          emit.ExecConsignment({ buyer, seller: offer.user, token })
          return undefined
        },
      },
      cancel_consignment: {
        index: 105,
        docs: 'Takes an offer back.',
        args: { territoryName },
        weight: weigh(40, 3, 3),
        run({ api, storage, emit, errors }, origin, args) {
          const user = ensureSigned(origin)
          const t = api.get(user, args.territoryName)
          if (t.state !== 'OnConsignment') throw errors.NotOnConsignment()
          storage.Consignment.remove(t.token)
          api.setState(user, args.territoryName, 'Active')
          emit.CancleConsignment({ token: t.token })
          return undefined
        },
      },
      territory_grants: {
        index: 107,
        docs: 'Gives an empty territory away.',
        args: { territoryName, receiver: accountId32 },
        weight: weigh(40, 3, 4),
        run({ api, errors }, origin, args) {
          const who = ensureSigned(origin)
          const t = api.active(who, args.territoryName)
          if (t.usedSpace > 0n || t.lockedSpace > 0n) throw errors.ObjectNotZero()
          api.move(who, args.territoryName, args.receiver, args.territoryName)
          return undefined
        },
      },
      territory_rename: {
        index: 108,
        docs: 'Renames an empty territory.',
        args: { oldName: territoryName, newName: territoryName },
        weight: weigh(40, 3, 4),
        run({ api, errors }, origin, { oldName, newName }) {
          const who = ensureSigned(origin)
          const t = api.active(who, oldName)
          if (t.usedSpace > 0n || t.lockedSpace > 0n) throw errors.ObjectNotZero()
          api.move(who, oldName, who, newName)
          return undefined
        },
      },
    },
  })
}
export type StorageHandlerApi = NonNullable<ReturnType<typeof storageHandler>['provided']>
