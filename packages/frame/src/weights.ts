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

const U64_MAX = (1n << 64n) - 1n
const capped = (value: bigint): bigint => (value > U64_MAX ? U64_MAX : value)

/** Sum that stays in 64 bits: nested calls can announce more. */
export const addWeight = (a: Weight, b: Weight): Weight => ({
  refTime: capped(a.refTime + b.refTime),
  proofSize: capped(a.proofSize + b.proofSize),
})
export const subWeight = (a: Weight, b: Weight): Weight => ({
  refTime: a.refTime > b.refTime ? a.refTime - b.refTime : 0n,
  proofSize: a.proofSize > b.proofSize ? a.proofSize - b.proofSize : 0n,
})
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const minWeight = (a: Weight, b: Weight): Weight => ({
  refTime: least(a.refTime, b.refTime),
  proofSize: least(a.proofSize, b.proofSize),
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

/** How limits and consumed weight name the classes. */
export const className = {
  Normal: 'normal',
  Operational: 'operational',
  Mandatory: 'mandatory',
} as const satisfies Record<DispatchClass, string>

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

/** What a call cost in the end: a correction can only make it cheaper. */
export const actualInfo = (info: DispatchInfo, post: PostInfo): DispatchInfo => ({
  weight: post.actualWeight ? minWeight(post.actualWeight, info.weight) : info.weight,
  class: info.class,
  paysFee: info.paysFee === 'No' || post.paysFee === 'No' ? 'No' : 'Yes',
})

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
