import type { Hash } from '@cess/bytes'
import type { Extrinsic, TransactionSource, ValidTransaction } from '@cess/primitives'
import type { PoolTransaction } from './api.ts'

/** A tag as a latin1 string, so that maps find it. */
export type Tag = string
const tag = (bytes: Uint8Array): Tag => String.fromCharCode(...bytes)

/** Before every block. */
export const NEVER = -1

/** A transaction in the pool. Only the graph changes it. */
export interface Entry {
  readonly hash: Hash
  readonly extrinsic: Extrinsic
  readonly source: TransactionSource
  /** Order of arrival. */
  readonly age: number
  priority: bigint
  requires: readonly Tag[]
  readonly provides: readonly Tag[]
  validTill: number
  propagate: boolean
  /** Best block number when it was last validated on the chain that is best now, or NEVER. */
  checkedAt: number
  /** Required tags that a block of the best chain has provided since validation. */
  readonly satisfied: Set<Tag>
  /** The runtime's own bytes of the tags, for those who look into them. */
  requiresBytes: readonly Uint8Array[]
  readonly providesBytes: readonly Uint8Array[]
}

/** What validation says of a transaction. */
export type Terms = Omit<Entry, 'hash' | 'extrinsic' | 'source' | 'age' | 'satisfied'>

/** The runtime's verdict at block `number` as the pool keeps it. */
export function termsOf(valid: ValidTransaction, number: number): Terms {
  const till = BigInt(number) + valid.longevity
  return {
    priority: valid.priority,
    requires: valid.requires.map(tag),
    requiresBytes: valid.requires,
    provides: valid.provides.map(tag),
    providesBytes: valid.provides,
    validTill: till < BigInt(Number.MAX_SAFE_INTEGER) ? Number(till) : Number.MAX_SAFE_INTEGER,
    propagate: valid.propagate,
    checkedAt: number,
  }
}

export const toPoolTransaction = (entry: Entry): PoolTransaction => ({
  hash: entry.hash,
  extrinsic: entry.extrinsic,
  source: entry.source,
  priority: entry.priority,
  requires: entry.requiresBytes,
  provides: entry.providesBytes,
  validTill: entry.validTill,
  propagate: entry.propagate,
})

/**
 * Whom a future waits for: CheckNonce's tags begin with the 32-byte account, so its first missing tag
 * names the sender; other tags stand for themselves.
 */
export const waitingFor = (missing: Tag): string => missing.slice(0, 32)

/** Higher priority first, then the older. */
export const before = (a: Entry, b: Entry): boolean =>
  a.priority > b.priority || (a.priority === b.priority && a.age < b.age)
