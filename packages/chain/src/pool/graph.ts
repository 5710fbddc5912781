import type { Hash } from '@cess/bytes'
import type { PoolLimits } from './api.ts'
import { before, type Entry, NEVER, type Tag, type Terms, waitingFor } from './entry.ts'
import { POOL_ERROR, PoolError } from './errors.ts'
import { createShelf, type Shelf } from './shelf.ts'
import { createTagIndex } from './tag-index.ts'

/** Told of what becomes of entries, except by removal and inclusion, which the caller asked for by name. */
export interface GraphHooks {
  ready(entry: Entry): void
  future(entry: Entry): void
  usurped(entry: Entry, by: Hash): void
  dropped(entry: Entry): void
}

/**
 * The pool's transactions by the tags they provide and require. Ready: every required tag is provided by
 * a ready transaction or was by a block. Future: at least one is missing. At most one ready transaction
 * provides a tag.
 */
export interface Graph {
  readonly ready: Shelf
  readonly future: Shelf
  /** Which ready transaction provides this tag. */
  provider(tag: Tag): Entry | undefined
  get(hash: Hash): Entry | undefined
  /** Every transaction that provides this tag, ready or not. */
  offers(tag: Tag): Entry[]
  /** @throws PoolError TOO_LOW_PRIORITY, CYCLE, IMMEDIATELY_DROPPED; then nothing has changed. */
  insert(entry: Entry): void
  /** What depends on it becomes future. */
  remove(entry: Entry): void
  /** It is in a block: what depends on it may follow. */
  include(entry: Entry): void
  /** A block provided this tag. */
  satisfy(tag: Tag): void
  /** The block that provided this tag has left the best chain. */
  unsatisfy(tag: Tag): void
  /** New terms for the same provided tags. Places the entry anew. */
  update(entry: Entry, terms: Terms): void
  /** The blocks above this number have left the best chain: what was validated on them was never validated. */
  distrust(above: number): void
}

/** Futures may fill a tenth of the pool. */
const FUTURE_SHARE = 10

export function createGraph(limits: PoolLimits, hooks: GraphHooks): Graph {
  const ready = createShelf()
  const future = createShelf()
  const providers = new Map<Tag, Entry>()
  const wanted = createTagIndex()
  const offered = createTagIndex()

  const missing = (entry: Entry): Tag[] =>
    entry.requires.filter((tag) => !providers.has(tag) && !entry.satisfied.has(tag))

  const rivalsOf = (entry: Entry): Set<Entry> => {
    const rivals = new Set<Entry>()
    for (const tag of entry.provides) {
      const rival = providers.get(tag)
      if (rival && rival !== entry) rivals.add(rival)
    }
    return rivals
  }
  const sum = (entries: Iterable<Entry>): bigint => {
    let total = 0n
    for (const entry of entries) total += entry.priority
    return total
  }
  /** Whether a ready transaction that `entry` needs, directly or not, is one of `rivals`. */
  function needsAny(entry: Entry, rivals: ReadonlySet<Entry>): boolean {
    const seen = new Set<Entry>()
    const visit = [entry]
    for (let at = visit.pop(); at; at = visit.pop())
      for (const tag of at.requires) {
        const provider = providers.get(tag)
        if (!provider || seen.has(provider)) continue
        if (rivals.has(provider)) return true
        seen.add(provider)
        visit.push(provider)
      }
    return false
  }

  /** Why `entry` may not take the place of these; undefined when it may. */
  function refusal(entry: Entry, rivals: ReadonlySet<Entry>): PoolError | undefined {
    if (rivals.size === 0) return undefined
    if (needsAny(entry, rivals)) return cycle()
    const old = sum(rivals)
    return entry.priority > old ? undefined : tooLowPriority(old, entry.priority)
  }

  /** Puts an entry that misses nothing among the ready, in place of its rivals. */
  function settle(entry: Entry): void {
    const rivals = rivalsOf(entry)
    for (const rival of rivals) forget(rival)
    ready.add(entry)
    for (const tag of entry.provides) providers.set(tag, entry)
    for (const rival of rivals) hooks.usurped(rival, entry.hash)
    hooks.ready(entry)
    for (const rival of rivals) demote(rival.provides)
  }

  /** Moves a future that misses nothing any more to ready; whether that happened. */
  function raise(entry: Entry): boolean {
    if (!future.has(entry.hash) || missing(entry).length > 0) return false
    const rivals = rivalsOf(entry)
    if (refusal(entry, rivals)) {
      const [rival] = rivals
      forget(entry)
      hooks.usurped(entry, rival!.hash)
      return false
    }
    future.delete(entry)
    settle(entry)
    return true
  }

  /** Raises entries that wait for these tags, and what that makes possible. */
  function promote(tags: readonly Tag[]): void {
    const queue = [...tags]
    for (let tag = queue.pop(); tag !== undefined; tag = queue.pop())
      for (const entry of wanted.get(tag)) if (raise(entry)) queue.push(...entry.provides)
  }

  /** Moves a ready entry that misses something to future; whether that happened. */
  function lower(entry: Entry): boolean {
    if (!ready.has(entry.hash) || missing(entry).length === 0) return false
    withdraw(entry)
    future.add(entry)
    hooks.future(entry)
    return true
  }

  /** Lowers entries that miss one of these tags, and what depends on them. */
  function demote(tags: readonly Tag[]): void {
    const queue = [...tags]
    for (let tag = queue.pop(); tag !== undefined; tag = queue.pop())
      for (const entry of wanted.get(tag)) if (lower(entry)) queue.push(...entry.provides)
  }

  /** Takes an entry from the ready, leaving the indices that futures have too. */
  function withdraw(entry: Entry): void {
    if (!ready.delete(entry)) return
    for (const tag of entry.provides) if (providers.get(tag) === entry) providers.delete(tag)
  }

  function forget(entry: Entry): void {
    withdraw(entry)
    future.delete(entry)
    wanted.delete(entry.requires, entry)
    offered.delete(entry.provides, entry)
  }

  function remove(entry: Entry): void {
    forget(entry)
    demote(entry.provides)
  }

  /** @throws PoolError IMMEDIATELY_DROPPED when a limit would throw this very entry out again. */
  function checkRoom(entry: Entry, shelf: Shelf, share: number): void {
    const bytes = shelf.bytes + entry.extrinsic.length
    if (shelf.size + 1 <= limits.count / share && bytes <= limits.bytes / share) return
    const worst = shelf.worst()
    if (!worst || before(worst, entry)) throw immediatelyDropped()
  }

  function checkFuture(entry: Entry, gap: Tag): void {
    const group = waitingFor(gap)
    let waiting = 0
    for (const other of future.values()) {
      const [first] = missing(other)
      if (first !== undefined && waitingFor(first) === group) waiting++
    }
    if (waiting >= limits.futuresPerSender) throw immediatelyDropped()
    checkRoom(entry, future, FUTURE_SHARE)
  }

  /** What depends on a dropped entry becomes future, where limits are tighter. */
  function enforce(shelf: Shelf, share: number): void {
    while (shelf.size > limits.count / share || shelf.bytes > limits.bytes / share) {
      const worst = shelf.worst()
      if (!worst) return
      remove(worst)
      hooks.dropped(worst)
    }
  }
  const enforceLimits = (): void => {
    enforce(ready, 1)
    enforce(future, FUTURE_SHARE)
  }

  return {
    ready,
    future,
    provider: (tag) => providers.get(tag),
    get: (hash) => ready.get(hash) ?? future.get(hash),
    offers: offered.get,
    insert(entry) {
      if (entry.requires.some((tag) => entry.provides.includes(tag))) throw cycle()
      const [gap] = missing(entry)
      if (gap === undefined) {
        const refused = refusal(entry, rivalsOf(entry))
        if (refused) throw refused
        checkRoom(entry, ready, 1)
      } else checkFuture(entry, gap)
      wanted.add(entry.requires, entry)
      offered.add(entry.provides, entry)
      if (gap === undefined) {
        settle(entry)
        promote(entry.provides)
      } else {
        future.add(entry)
        hooks.future(entry)
      }
      enforceLimits()
    },
    remove,
    include(entry) {
      const { provides } = entry
      for (const tag of provides) for (const other of wanted.get(tag)) other.satisfied.add(tag)
      forget(entry)
      promote(provides)
    },
    satisfy(tag) {
      for (const entry of wanted.get(tag)) entry.satisfied.add(tag)
      promote([tag])
    },
    unsatisfy(tag) {
      for (const entry of wanted.get(tag)) entry.satisfied.delete(tag)
      demote([tag])
      enforceLimits()
    },
    update(entry, terms) {
      wanted.delete(entry.requires, entry)
      Object.assign(entry, terms)
      entry.satisfied.clear()
      wanted.add(entry.requires, entry)
      if (lower(entry)) demote(entry.provides)
      else if (raise(entry)) promote(entry.provides)
      enforceLimits()
    },
    distrust(above) {
      for (const shelf of [ready, future])
        for (const entry of shelf.values()) if (entry.checkedAt > above) entry.checkedAt = NEVER
    },
  }
}

const cycle = (): PoolError =>
  new PoolError(
    POOL_ERROR.CYCLE,
    'Cycle Detected',
    'The transaction requires what only it provides.',
  )
const tooLowPriority = (old: bigint, priority: bigint): PoolError =>
  new PoolError(
    POOL_ERROR.TOO_LOW_PRIORITY,
    `Priority is too low: (${old} vs ${priority})`,
    'The transaction has too low priority to replace another transaction already in the pool.',
  )
const immediatelyDropped = (): PoolError =>
  new PoolError(
    POOL_ERROR.IMMEDIATELY_DROPPED,
    'Immediately Dropped',
    "The transaction couldn't enter the pool because of the limit",
  )
