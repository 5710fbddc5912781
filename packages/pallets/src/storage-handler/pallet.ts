import {
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  type Provides,
  type SystemApi,
  weigh,
} from '@cess/frame'
import { accountId32, hash256 } from '@cess/primitives'
import { u32, u128 } from '@cess/scale'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { storageHandlerErrors } from './errors.ts'
import { leasesOf } from './leases.ts'
import { marketOf, OFFER_BLOCKS } from './market.ts'
import { spaceOf } from './space.ts'
import { orderId, storageHandlerEvents, storageHandlerStorage } from './storage.ts'
import { NAME_LIMIT, orderType, territoryName } from './types.ts'

export interface StorageHandlerGenesis {
  readonly unitPrice: bigint
}

/** Territories: space that users buy for a time, and their market (CESS pallet StorageHandler). */
export const storageHandler = (config: {
  readonly system: Provides<SystemApi>
  readonly balances: Provides<BalancesApi>
  readonly treasury: Provides<CessTreasuryApi>
  readonly blocksPerDay: number
  /** Days from the end of the lease until the files go. */
  readonly frozenDays: number
}) => {
  const { blocksPerDay } = config
  const graceBlocks = config.frozenDays * blocksPerDay

  return definePallet({
    name: 'StorageHandler',
    index: 107,
    crate: 'pallet_storage_handler',
    constants: {
      OneDay: constant(u32, blocksPerDay, 'Blocks in a day.'),
      FrozenDays: constant(u32, graceBlocks, 'Blocks from the end of a lease to its deletion.'),
      NameLimit: constant(u32, NAME_LIMIT),
      LockingBlock: constant(u32, OFFER_BLOCKS, 'Blocks from an offer to when it can be bought.'),
    },
    storage: storageHandlerStorage,
    events: storageHandlerEvents,
    errors: storageHandlerErrors,
    api({ storage, emit, errors, use }) {
      const now = (): number => use(config.system).number()
      const base = { storage, emit, errors, now, blocksPerDay }
      const space = spaceOf(base)
      const leases = leasesOf({
        ...base,
        space,
        graceBlocks,
        pay: (payer, amount) => use(config.treasury).payForSpace(payer, amount),
      })
      const market = marketOf({
        ...base,
        space,
        leases,
        transfer: (from, to, amount) => use(config.balances).transfer(from, to, amount, true),
      })
      return { space, leases, market }
    },
    genesis({ storage }, genesis: StorageHandlerGenesis) {
      storage.UnitPrice.put(genesis.unitPrice)
      return undefined
    },
    hooks: {
      onInitialize({ api }, block) {
        const work = api.leases.freezeDue(block) + api.market.forgetDue(block)
        return weigh(5 + work * 20, 2 + work * 3, work * 6)
      },
    },
    calls: {
      mint_territory: {
        index: 0,
        docs: 'Buys a territory: GiB of space for days.',
        args: { gibCount: u32, territoryName, days: u32 },
        weight: weigh(80, 8, 9),
        run({ api }, origin, { gibCount, territoryName: name, days }) {
          const account = ensureSigned(origin)
          api.leases.mint({ account }, account, name, gibCount, days)
          return undefined
        },
      },
      expanding_territory: {
        index: 1,
        docs: 'Adds GiB for the rest of the lease.',
        args: { territoryName, gibCount: u32 },
        weight: weigh(80, 6, 5),
        run({ api }, origin, { territoryName: name, gibCount }) {
          const account = ensureSigned(origin)
          api.leases.expand({ account }, account, name, gibCount)
          return undefined
        },
      },
      renewal_territory: {
        index: 2,
        docs: 'Lengthens the lease by days.',
        args: { territoryName, days: u32 },
        weight: weigh(80, 9, 9),
        run({ api }, origin, { territoryName: name, days }) {
          const account = ensureSigned(origin)
          api.leases.renew({ account }, account, name, days)
          return undefined
        },
      },
      create_order: {
        index: 6,
        docs: 'Opens an order that anybody may pay for the target account. It costs the payer what it says at most.',
        args: {
          targetAcc: accountId32,
          territoryName,
          orderType,
          gibCount: u32,
          days: u32,
          expired: u32,
        },
        weight: weigh(30, 6, 5),
        run({ api }, origin, args) {
          ensureSigned(origin)
          api.market.order(args)
          return undefined
        },
      },
      exec_order: {
        index: 7,
        docs: 'Pays an order.',
        args: { orderId },
        weight: weigh(100, 11, 11),
        run({ api }, origin, args) {
          api.market.pay(ensureSigned(origin), args.orderId)
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
        docs: 'Leases an expired territory again, when its files are gone.',
        args: { territoryName, days: u32 },
        weight: weigh(80, 7, 7),
        run({ api }, origin, { territoryName: name, days }) {
          const account = ensureSigned(origin)
          api.leases.reactivate({ account }, account, name, days)
          return undefined
        },
      },
      territory_consignment: {
        index: 102,
        docs: 'Offers an empty territory for sale. It can be bought after LockingBlock blocks.',
        args: { territoryName, price: u128 },
        weight: weigh(40, 2, 2),
        run({ api }, origin, { territoryName: name, price }) {
          api.market.offer(ensureSigned(origin), name, price)
          return undefined
        },
      },
      buy_consignment: {
        index: 103,
        docs: 'Buys an offered territory at its price and gives it a name of the buyer.',
        args: { token: hash256, rename: territoryName },
        weight: weigh(100, 8, 8),
        run({ api }, origin, { token, rename }) {
          api.market.buy(ensureSigned(origin), token, rename)
          return undefined
        },
      },
      cancel_consignment: {
        index: 105,
        docs: 'Takes an offer back.',
        args: { territoryName },
        weight: weigh(40, 2, 2),
        run({ api }, origin, { territoryName: name }) {
          api.market.cancelOffer(ensureSigned(origin), name)
          return undefined
        },
      },
      territory_grants: {
        index: 107,
        docs: 'Gives an empty territory away.',
        args: { territoryName, receiver: accountId32 },
        weight: weigh(40, 3, 3),
        run({ api, errors }, origin, { territoryName: name, receiver }) {
          const who = ensureSigned(origin)
          if (!api.space.empty(api.space.active(who, name))) throw errors.ObjectNotZero()
          api.leases.move(who, name, receiver, name)
          return undefined
        },
      },
      territory_rename: {
        index: 108,
        docs: 'Renames an empty territory.',
        args: { oldName: territoryName, newName: territoryName },
        weight: weigh(40, 3, 3),
        run({ api, errors }, origin, { oldName, newName }) {
          const who = ensureSigned(origin)
          if (!api.space.empty(api.space.active(who, oldName))) throw errors.ObjectNotZero()
          api.leases.move(who, oldName, who, newName)
          return undefined
        },
      },
    },
  })
}
export type StorageHandlerApi = NonNullable<ReturnType<typeof storageHandler>['provided']>
