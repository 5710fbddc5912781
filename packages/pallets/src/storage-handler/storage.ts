import { blake2, identity, map, twox, value } from '@cess/frame'
import { accountId32, hash256 } from '@cess/primitives'
import { bool, boundedBytes, tuple, u32, u128 } from '@cess/scale'
import type { EmitOf, ErrorsOf, StorageOf } from '../parts.ts'
import type { storageHandlerErrors } from './errors.ts'
import { consignmentInfo, orderInfo, territoryInfo, territoryName } from './types.ts'

export const orderId = boundedBytes(32)

export const storageHandlerStorage = {
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
  TerritoryExpiredCounter: map([twox(u32)], u32, { default: 0 }),
  ExpiryOf: map([identity(hash256)], u32, { docs: 'When a frozen territory ends.' }),
  UnitPrice: value(u128, { docs: 'Price of a GiB for 30 days.' }),
  TotalServiceSpace: value(u128, { default: 0n, docs: 'Bytes that miners store for users.' }),
  PurchasedSpace: value(u128, { default: 0n, docs: 'Bytes in all territories that are leased.' }),
  PayOrder: map([blake2(orderId)], orderInfo),
  OrderExpiry: map([twox(u32), identity(orderId)], bool, { docs: 'Orders that end in a block.' }),
  OrderExpiryCounter: map([twox(u32)], u32, { default: 0 }),
  Nonce: value(u32, { default: 0, docs: 'Makes tokens and order ids unique.' }),
}

export const storageHandlerEvents = {
  CreatePayOrder: { orderHash: orderId },
  PaidOrder: { orderHash: orderId },
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
}

/** What the parts of the pallet work with. */
export interface StorageHandlerBase {
  readonly storage: StorageOf<typeof storageHandlerStorage>
  readonly emit: EmitOf<typeof storageHandlerEvents>
  readonly errors: ErrorsOf<typeof storageHandlerErrors>
  readonly now: () => number
  readonly blocksPerDay: number
}
