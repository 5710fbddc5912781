import { accountId32, hash256 } from '@cess/primitives'
import { bool, boundedBytes, enumeration, type Infer, option, struct, u32, u128 } from '@cess/scale'

export const GIB = 1n << 30n
export const NAME_LIMIT = 63

/** Bytes of a name, as users chose them. */
export const territoryName = boundedBytes(NAME_LIMIT)

export const territoryState = enumeration('pallet_storage_handler::types::TerritoryState', [
  'Active',
  'Frozen',
  'Expired',
  'OnConsignment',
])

/** Space that a user has bought, in bytes; `used + locked + remaining = total`. */
export const territoryInfo = struct('pallet_storage_handler::types::TerritoryInfo', {
  token: hash256,
  totalSpace: u128,
  usedSpace: u128,
  lockedSpace: u128,
  remainingSpace: u128,
  start: u32,
  deadline: u32,
  state: territoryState,
})
export type TerritoryInfo = Infer<typeof territoryInfo>

export const consignmentInfo = struct('pallet_storage_handler::types::ConsignmentInfo', {
  user: accountId32,
  price: u128,
  buyers: option(accountId32),
  exec: option(u32),
  locked: bool,
})

export const orderType = enumeration('pallet_storage_handler::types::OrderType', [
  'Buy',
  'Expansion',
  'Renewal',
])
export const orderInfo = struct('pallet_storage_handler::types::OrderInfo', {
  territoryName,
  pay: u128,
  gibCount: u32,
  days: u32,
  expired: u32,
  targetAcc: accountId32,
  orderType,
})
