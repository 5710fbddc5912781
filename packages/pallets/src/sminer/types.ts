import { fromUtf8, utf8 } from '@cess/bytes'
import { accountId32 } from '@cess/primitives'
import {
  bool,
  boundedBytes,
  fixedBytes,
  type Infer,
  mapped,
  struct,
  u8,
  u32,
  u128,
  vec,
} from '@cess/scale'

export const TIB = 1n << 40n

/** What a miner may do: only a `positive` one gets deals; a `frozen` one owes collateral. */
export type MinerState = 'positive' | 'frozen' | 'exit' | 'lock' | 'offline'

const minerState = mapped(
  boundedBytes(20),
  (raw) => fromUtf8(raw) as MinerState,
  (text) => utf8(text),
)

export const minerInfo = struct('pallet_sminer::types::MinerInfo', {
  beneficiary: accountId32,
  stakingAccount: accountId32,
  peerId: fixedBytes(38),
  collaterals: u128,
  debt: u128,
  state: minerState,
  /** Bytes that the miner offers; free, holding confirmed data, and promised to deals. */
  declarationSpace: u128,
  idleSpace: u128,
  serviceSpace: u128,
  lockSpace: u128,
})
export type MinerInfo = Infer<typeof minerInfo>

const rewardOrder = struct('pallet_sminer::types::RewardOrder', {
  receiveCount: u8,
  maxCount: u8,
  atonce: bool,
  orderReward: u128,
  eachAmount: u128,
  lastReceiveBlock: u32,
})
export const reward = struct('pallet_sminer::types::Reward', {
  totalReward: u128,
  rewardIssued: u128,
  orderList: vec(rewardOrder, 90),
})

export const faucetRecord = struct('pallet_sminer::types::FaucetRecord', { lastClaimTime: u32 })
/** Draws from the faucet in the current period. */
export const faucetDay = struct('pallet_sminer::types::FaucetDay', { day: u32, draws: u32 })
