import { equal, type Hash, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import type { StateKey } from '@cess/primitives'
import { RpcError } from '../errors.ts'
import type { Subscription } from '../method.ts'
import { onBest } from './blocks.ts'
import { keyHex } from './keys.ts'

/** Distinct keys that all clients together may watch: each is read once a block. */
const MAX_WATCHED = 32_768

interface Watched {
  value: Uint8Array | undefined
  readonly subs: Set<Subscription>
}
type Change = readonly [key: string, value: string | null]

/** Tells subscribers what became of the keys they watch. */
export interface StorageWatch {
  /** Pushes the values of now, and from then on those that change. @throws RpcError when too much is watched */
  add(sub: Subscription, keys: readonly StateKey[]): void
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && equal(a, b))

const change = (key: StateKey, value: Uint8Array | undefined): Change => [
  keyHex(key),
  value === undefined ? null : toHex(value),
]

export function createStorageWatch(chain: Chain): StorageWatch {
  const watched = new Map<StateKey, Watched>()
  let stop: (() => void) | undefined

  function report(block: Hash): void {
    const state = chain.stateAt(block)
    const changes = new Map<Subscription, Change[]>()
    for (const [key, entry] of watched) {
      const value = state.get(key)
      if (same(value, entry.value)) continue
      entry.value = value
      const shown = change(key, value)
      for (const sub of entry.subs) {
        const own = changes.get(sub)
        if (own) own.push(shown)
        else changes.set(sub, [shown])
      }
    }
    for (const [sub, own] of changes) sub.push({ block, changes: own })
  }

  function remove(sub: Subscription, keys: Iterable<StateKey>): void {
    for (const key of keys) {
      const entry = watched.get(key)
      entry?.subs.delete(sub)
      if (entry?.subs.size === 0) watched.delete(key)
    }
    if (watched.size > 0) return
    stop?.()
    stop = undefined
  }

  return {
    add(sub, asked) {
      const keys = new Set(asked)
      if (watched.size + keys.size > MAX_WATCHED)
        throw new RpcError(
          4000,
          'This node watches as many storage keys as it can; try another one',
        )
      stop ??= onBest(chain, report)
      const { bestHash } = chain.info()
      const state = chain.stateAt(bestHash)
      const changes: Change[] = []
      for (const key of keys) {
        const entry = watched.get(key) ?? { value: state.get(key), subs: new Set() }
        watched.set(key, entry)
        entry.subs.add(sub)
        changes.push(change(key, entry.value))
      }
      sub.push({ block: bestHash, changes })
      sub.onClose(() => remove(sub, keys))
    },
  }
}
