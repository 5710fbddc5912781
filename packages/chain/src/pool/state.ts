import type { Hash } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import type { Extrinsic, TransactionSource, TransactionValidity } from '@cess/primitives'
import type { Chain } from '../api.ts'
import { boundedMap } from '../bounded.ts'
import type { JobQueue } from '../queue.ts'
import type { PoolLimits } from './api.ts'
import { type Entry, termsOf } from './entry.ts'
import { POOL_ERROR, PoolError, validityError } from './errors.ts'
import type { Graph } from './graph.ts'
import { MAX_BANNED } from './limits.ts'
import type { Watchers } from './watchers.ts'

/** What the parts of the pool share. */
export interface PoolState {
  readonly chain: Chain
  readonly limits: PoolLimits
  readonly graph: Graph
  readonly watchers: Watchers
  readonly bans: Bans
  /** Everything that waits for the signature workers, in order. */
  readonly queue: JobQueue
  nextAge: number
}

/** Transactions that may not come back for a while: refused ones, and those that a block has. */
export interface Bans {
  add(hash: Hash): void
  has(hash: Hash): boolean
  lift(hash: Hash): void
}

export function createBans(clock: Clock, banMs: number): Bans {
  const until = boundedMap<Hash, number>(MAX_BANNED)
  return {
    add: (hash) => until.set(hash, clock.now() + banMs),
    has(hash) {
      const end = until.get(hash)
      if (end === undefined) return false
      if (end > clock.now()) return true
      until.delete(hash)
      return false
    },
    lift: (hash) => until.delete(hash),
  }
}

/** Throws an entry out as invalid. */
export function evict(state: PoolState, entry: Entry): void {
  state.graph.remove(entry)
  state.bans.add(entry.hash)
  state.watchers.emit(entry.hash, { type: 'invalid' })
}

/**
 * Takes a validated transaction in.
 * @throws PoolError when the verdict or the pool is against it
 */
export function admit(
  state: PoolState,
  hash: Hash,
  extrinsic: Extrinsic,
  source: TransactionSource,
  verdict: TransactionValidity | undefined,
): void {
  if (!verdict) {
    state.bans.add(hash)
    throw new PoolError(
      POOL_ERROR.VERIFICATION,
      'Verification Error: the runtime cannot read this extrinsic. Encode it with the metadata of this chain.',
    )
  }
  if (verdict.type === 'Err') {
    if (verdict.value.type === 'Invalid') state.bans.add(hash)
    throw validityError(verdict.value)
  }
  if (verdict.value.provides.length === 0)
    throw new PoolError(
      POOL_ERROR.NO_TAGS,
      'No Tags Provided',
      'The transaction provides no tags, so the pool cannot tell it from others.',
    )
  const terms = termsOf(verdict.value, state.chain.info().bestNumber)
  state.graph.insert({
    hash,
    extrinsic,
    source,
    age: state.nextAge++,
    satisfied: new Set(),
    ...terms,
  })
}
