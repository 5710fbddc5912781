import { ErasureError } from './errors.ts'

/** How many shards a code has. */
export interface CodeShape {
  readonly dataShards: number
  readonly parityShards: number
}

/** Elements of the field, and so the most shards that can have different rows. */
const MAX_SHARDS = 256

/** The whole numbers from `from` up to and without `to`. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)

export function checkShape({ dataShards: k, parityShards: m }: CodeShape): void {
  if (!Number.isInteger(k) || !Number.isInteger(m) || k < 1 || m < 0 || k + m > MAX_SHARDS)
    throw new ErasureError(
      'BAD_PARAMETER',
      `A code of ${k} data and ${m} parity shards does not exist. Use at least 1 data shard and at most ${MAX_SHARDS} in all.`,
    )
}

/** The one length of all shards in bytes, when there are `count` of them. */
export function checkShards(shards: readonly Uint8Array[], count: number, what: string): number {
  const length = shards[0]?.length ?? 0
  if (shards.length !== count)
    throw new ErasureError(
      'BAD_LENGTH',
      `There are ${shards.length} ${what} shards, but the code has ${count}. Pass all of them, in order.`,
    )
  if (count > 0) checkLengths(shards, length)
  return length
}

function checkLengths(shards: Iterable<Uint8Array>, length: number): void {
  if (length === 0)
    throw new ErasureError('BAD_LENGTH', 'A shard is empty. Give every shard at least one byte.')
  for (const shard of shards)
    if (shard.length !== length)
      throw new ErasureError(
        'BAD_LENGTH',
        `One shard has ${length} bytes and another has ${shard.length}. Pad the data so that all have the same length.`,
      )
}

/** `into`, when there is one and it fits, or else new arrays from `make`. */
export function outputsFor<T extends Uint8Array>(
  into: readonly T[] | undefined,
  count: number,
  length: number,
  make: (count: number, length: number) => T[],
): T[] {
  if (!into) return make(count, length)
  if (into.length !== count || into.some((shard) => shard.length !== length))
    throw new ErasureError(
      'BAD_LENGTH',
      `The result is ${count} shards of ${length} bytes, and the arrays to write it into are others. Pass arrays that fit, or none.`,
    )
  return [...into]
}

/** What a reconstruction computes, from what. */
export interface Repair {
  readonly have: readonly number[]
  readonly want: readonly number[]
  /** Shards of `have`, in order. */
  readonly sources: readonly Uint8Array[]
  /** Of every shard, in bytes. */
  readonly length: number
}

/**
 * Chooses the shards to compute from. The first ones that are there: data shards, where they exist, make
 * the matrix sparse.
 * @throws ErasureError BAD_LENGTH, BAD_INDEX, TOO_FEW_SHARDS
 */
export function planRepair(
  { dataShards, parityShards }: CodeShape,
  shards: readonly (Uint8Array | undefined)[],
  wanted?: readonly number[],
): Repair {
  const total = dataShards + parityShards
  if (shards.length !== total)
    throw new ErasureError(
      'BAD_LENGTH',
      `There are ${shards.length} places for shards, but the code has ${total}. Pass undefined for a missing shard.`,
    )
  const present = range(0, total).filter((i) => shards[i] !== undefined)
  const length = shards[present[0] ?? 0]?.length ?? 0
  if (present.length > 0)
    checkLengths(
      present.map((i) => shards[i]!),
      length,
    )
  for (const i of wanted ?? [])
    if (!Number.isInteger(i) || i < 0 || i >= total)
      throw new ErasureError(
        'BAD_INDEX',
        `There is no shard ${i}: they are numbered 0 to ${total - 1}.`,
      )
  const want = [...new Set(wanted ?? range(0, total))].filter((i) => shards[i] === undefined)
  if (want.length > 0 && present.length < dataShards)
    throw new ErasureError(
      'TOO_FEW_SHARDS',
      `Only ${present.length} of ${total} shards are there, and ${dataShards} are needed. Fetch ${dataShards - present.length} more.`,
    )
  const have = present.slice(0, dataShards)
  return { have, want, sources: have.map((i) => shards[i]!), length }
}
