import { hash256 } from '@cess/primitives'
import {
  type AnyCodec,
  bool,
  type Codec,
  compact,
  type Infer,
  kase,
  option,
  str,
  struct,
  u32,
  u128,
  unit,
  variant,
  vec,
} from '@cess/scale'
import { dispatchClass, paysFee, weightCodec } from '../weights.ts'

/** Balances of one account (pallet_balances::types::AccountData). */
const accountData = struct('pallet_balances::types::AccountData', {
  free: u128,
  reserved: u128,
  frozen: u128,
  flags: u128,
})
export type AccountData = Infer<typeof accountData>
export const EMPTY_ACCOUNT_DATA: AccountData = {
  free: 0n,
  reserved: 0n,
  frozen: 0n,
  flags: 1n << 127n,
}

export const accountInfo = struct('frame_system::AccountInfo', {
  nonce: u32,
  consumers: u32,
  providers: u32,
  sufficients: u32,
  data: accountData,
})
export type AccountInfo = Infer<typeof accountInfo>
export const EMPTY_ACCOUNT: AccountInfo = {
  nonce: 0,
  consumers: 0,
  providers: 0,
  sufficients: 0,
  data: EMPTY_ACCOUNT_DATA,
}

export const phase = variant('frame_system::Phase', {
  ApplyExtrinsic: kase(0, u32),
  Finalization: kase(1, unit),
  Initialization: kase(2, unit),
})
export type Phase = Infer<typeof phase>

export const eventRecord = <E>(event: Codec<E>) =>
  struct('frame_system::EventRecord', { phase, event, topics: vec(hash256) }, [
    { name: 'E', codec: event as AnyCodec },
    { name: 'T', codec: hash256 },
  ])

export const codeUpgradeAuthorization = struct('frame_system::CodeUpgradeAuthorization', {
  codeHash: hash256,
  checkVersion: bool,
})

export const lastRuntimeUpgradeInfo = struct('frame_system::LastRuntimeUpgradeInfo', {
  specVersion: compact(u32),
  specName: str,
})

/** What `ExtrinsicSuccess` and `ExtrinsicFailed` tell of a dispatch. */
export const dispatchEventInfo = struct('frame_system::DispatchEventInfo', {
  weight: weightCodec,
  class: dispatchClass,
  paysFee,
})

const perClass = struct('frame_system::limits::WeightsPerClass', {
  baseExtrinsic: weightCodec,
  maxExtrinsic: option(weightCodec),
  maxTotal: option(weightCodec),
  reserved: option(weightCodec),
})
/** How much weight a block and each class of its calls may take. */
export const blockWeights = struct('frame_system::limits::BlockWeights', {
  baseBlock: weightCodec,
  maxBlock: weightCodec,
  perClass: struct('frame_support::dispatch::PerDispatchClass', {
    normal: perClass,
    operational: perClass,
    mandatory: perClass,
  }),
})
export type BlockWeights = Infer<typeof blockWeights>
