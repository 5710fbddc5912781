import { compact, enumeration, type Infer, struct, u32, u64 } from '@cess/scale'

/** Cost of a computation: `refTime` in picoseconds of the reference machine, `proofSize` in bytes of storage proof. */
export const weightCodec = struct('sp_weights::weight_v2::Weight', {
  refTime: compact(u64),
  proofSize: compact(u64),
})
export type Weight = Infer<typeof weightCodec>

export const ZERO_WEIGHT: Weight = { refTime: 0n, proofSize: 0n }

/** Cost of one state read and one state write, in picoseconds. */
export const DB_WEIGHT = { read: 25_000_000n, write: 100_000_000n } as const
export const dbWeight = struct('sp_weights::RuntimeDbWeight', { read: u64, write: u64 })

/** A weight of `micros` microseconds of computation and this many reads and writes of state. */
export const weigh = (micros: number, reads = 0, writes = 0): Weight => ({
  refTime:
    BigInt(micros) * 1_000_000n + BigInt(reads) * DB_WEIGHT.read + BigInt(writes) * DB_WEIGHT.write,
  proofSize: BigInt(reads) * 200n,
})

export const addWeight = (a: Weight, b: Weight): Weight => ({
  refTime: a.refTime + b.refTime,
  proofSize: a.proofSize + b.proofSize,
})
export const subWeight = (a: Weight, b: Weight): Weight => ({
  refTime: a.refTime > b.refTime ? a.refTime - b.refTime : 0n,
  proofSize: a.proofSize > b.proofSize ? a.proofSize - b.proofSize : 0n,
})
export const anyExceeds = (a: Weight, limit: Weight): boolean =>
  a.refTime > limit.refTime || a.proofSize > limit.proofSize

/** Normal calls share a part of the block; Operational may use all of it; Mandatory always fits. */
export const dispatchClass = enumeration('frame_support::dispatch::DispatchClass', [
  'Normal',
  'Operational',
  'Mandatory',
])
export type DispatchClass = Infer<typeof dispatchClass>

export const paysFee = enumeration('frame_support::dispatch::Pays', ['Yes', 'No'])

/** What is known of a call before it runs. */
export const dispatchInfo = struct('frame_support::dispatch::DispatchInfo', {
  weight: weightCodec,
  class: dispatchClass,
  paysFee,
})
export type DispatchInfo = Infer<typeof dispatchInfo>

/** What a call may correct after it ran. */
export interface PostInfo {
  readonly actualWeight?: Weight
  readonly paysFee?: 'Yes' | 'No'
}

export const consumedWeight = struct('frame_support::dispatch::PerDispatchClass', {
  normal: weightCodec,
  operational: weightCodec,
  mandatory: weightCodec,
})
export type ConsumedWeight = Infer<typeof consumedWeight>
export const NO_CONSUMED_WEIGHT: ConsumedWeight = {
  normal: ZERO_WEIGHT,
  operational: ZERO_WEIGHT,
  mandatory: ZERO_WEIGHT,
}

export const blockLength = struct('frame_system::limits::BlockLength', {
  max: struct('frame_support::dispatch::PerDispatchClass', {
    normal: u32,
    operational: u32,
    mandatory: u32,
  }),
})
export type BlockLength = Infer<typeof blockLength>
