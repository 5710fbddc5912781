import { blake2, map, twox, value } from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { boundedBytes, fixedBytes, u32, u128, unit } from '@cess/scale'
import type { EmitOf, ErrorsOf, StorageOf } from '../parts.ts'
import type { sminerErrors } from './errors.ts'
import { faucetDay, faucetRecord, minerInfo, reward } from './types.ts'

/** Longest multiaddress of a miner. */
const ENDPOINT_LIMIT = 256
export const endpoint = boundedBytes(ENDPOINT_LIMIT)

export const sminerStorage = {
  MinerItems: map([blake2(accountId32)], minerInfo, { docs: 'Every registered miner.' }),
  CounterForMinerItems: value(u32, { default: 0 }),
  MinerAt: map([twox(u32)], accountId32, { docs: 'Miners in service by position, for draws.' }),
  PositionOf: map([blake2(accountId32)], u32),
  InService: value(u32, { default: 0, docs: 'How many miners have a position.' }),
  Drawn: value(u32, {
    default: 0,
    docs: 'How many of them, the first by position, the audit round has drawn.',
  }),
  Leaving: map([blake2(accountId32)], unit, {
    docs: 'Miners out of service whose data is being written off.',
  }),
  Endpoint: map([blake2(accountId32)], endpoint, {
    docs: 'Where a miner answers: a multiaddress.',
  }),
  RewardMap: map([blake2(accountId32)], reward, {
    default: { totalReward: 0n, rewardIssued: 0n, orderList: [] },
  }),
  EraPower: map([blake2(accountId32), twox(u32)], u128, {
    docs: 'Bytes that a miner has proven in an era.',
  }),
  EraTotalPower: map([twox(u32)], u128, { default: 0n }),
  MinerLock: map([blake2(accountId32)], u32, { docs: 'When a leaving miner may withdraw.' }),
  FaucetRecordMap: map([blake2(accountId32)], faucetRecord),
  FaucetDay: value(faucetDay, { default: { day: 0, draws: 0 } }),
  ClosedEra: value(u32, { default: 0 }),
}

export const sminerEvents = {
  Registered: { acc: accountId32 },
  DrawFaucetMoney: {},
  FaucetTopUpMoney: { acc: accountId32 },
  LessThan24Hours: { last: u32, now: u32 },
  AlreadyFrozen: { acc: accountId32 },
  IncreaseCollateral: { acc: accountId32, balance: u128 },
  Deposit: { balance: u128 },
  UpdateBeneficiary: { acc: accountId32, new: accountId32 },
  UpdatePeerId: { acc: accountId32, old: fixedBytes(38), new: fixedBytes(38) },
  Receive: { acc: accountId32, reward: u128 },
  MinerExitPrep: { miner: accountId32 },
  Withdraw: { acc: accountId32 },
  IncreaseDeclarationSpace: { miner: accountId32, space: u128 },
  DecreaseDeclarationSpace: { miner: accountId32, space: u128 },
  Punished: { miner: accountId32, amount: u128, debt: u128 },
  EndpointSet: { miner: accountId32 },
  OutOfService: { miner: accountId32 },
  DebtPaid: { miner: accountId32, amount: u128, debt: u128 },
}

/** What the parts of the pallet work with. */
export interface SminerBase {
  readonly storage: StorageOf<typeof sminerStorage>
  readonly emit: EmitOf<typeof sminerEvents>
  readonly errors: ErrorsOf<typeof sminerErrors>
}
