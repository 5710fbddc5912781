import type { Externalities, StateKey } from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import type { AnyItem, MapItem, ValueItem } from './items.ts'
import { itemPrefix, mapKey, readMapKey } from './keys.ts'

/** A value of the current block's state. */
export interface BoundValue<V, Q = V | undefined> {
  readonly key: StateKey
  get(): Q
  exists(): boolean
  put(value: V): void
  /** Stores what `change` makes of the value and returns it; `undefined` removes it. */
  mutate<R extends V | undefined>(change: (value: Q) => R): R
  remove(): void
}

/** A map of the current block's state. Iteration follows the order of storage keys, which is the order of hashes. */
export interface BoundMap<K extends readonly unknown[], V, Q = V | undefined> {
  readonly prefix: StateKey
  keyOf(...keys: K): StateKey
  get(...keys: K): Q
  has(...keys: K): boolean
  put(...keysAndValue: readonly [...K, V]): void
  mutate<R extends V | undefined>(...keysAndChange: readonly [...K, (value: Q) => R]): R
  remove(...keys: K): void
  /** Removes and returns. */
  take(...keys: K): Q
  /** All entries, or those under the first keys given. The map may be changed while it is walked. */
  entries(...first: readonly unknown[]): IterableIterator<readonly [K, V]>
  /** Removes entries under the first keys given, at most `limit`. */
  clear(limit: number, ...first: readonly unknown[]): { removed: number; more: boolean }
}

export type Bound<I> =
  I extends ValueItem<infer V, infer Q>
    ? BoundValue<V, Q>
    : I extends MapItem<infer K, infer V, infer Q>
      ? BoundMap<K, V, Q>
      : never
export type BoundAll<S> = { readonly [N in keyof S]: Bound<S[N]> }

type State = () => Externalities

function bindValue<V>(key: StateKey, item: ValueItem<V>, state: State): BoundValue<V> {
  const get = (): V | undefined => {
    const raw = state().get(key)
    return raw === undefined ? item.fallback : decode(item.codec, raw)
  }
  const put = (next: V): void => state().put(key, encode(item.codec, next))
  const remove = (): void => state().delete(key)
  return {
    key,
    get,
    put,
    remove,
    exists: () => state().get(key) !== undefined,
    mutate(change) {
      const next = change(get())
      if (next === undefined) remove()
      else put(next)
      return next
    },
  }
}

/** Accounts and ids come back many times in a block; hashing them again costs more than this map. */
const KEY_CACHE = 20_000

function bindMap<V>(
  prefix: StateKey,
  item: MapItem<readonly unknown[], V>,
  state: State,
): BoundMap<readonly unknown[], V> {
  const arity = item.keys.length
  const cache = new Map<unknown, StateKey>()
  const keyOf = (...keys: readonly unknown[]): StateKey => {
    if (arity !== 1 || typeof keys[0] === 'object') return mapKey(prefix, item.keys, keys)
    let key = cache.get(keys[0])
    if (key === undefined) {
      if (cache.size >= KEY_CACHE) cache.clear()
      key = mapKey(prefix, item.keys, keys)
      cache.set(keys[0], key)
    }
    return key
  }
  const at = (key: StateKey): V | undefined => {
    const raw = state().get(key)
    return raw === undefined ? item.fallback : decode(item.codec, raw)
  }
  const split = (args: readonly unknown[]): [StateKey, unknown] => [
    keyOf(...args.slice(0, arity)),
    args[arity],
  ]
  return {
    prefix,
    keyOf,
    get: (...keys) => at(keyOf(...keys)),
    has: (...keys) => state().get(keyOf(...keys)) !== undefined,
    put(...args) {
      const [key, next] = split(args)
      state().put(key, encode(item.codec, next as V))
    },
    mutate(...args) {
      const [key, change] = split(args)
      const next = (change as (v: V | undefined) => V | undefined)(at(key))
      if (next === undefined) state().delete(key)
      else state().put(key, encode(item.codec, next))
      return next as never
    },
    remove: (...keys) => state().delete(keyOf(...keys)),
    take(...keys) {
      const key = keyOf(...keys)
      const was = at(key)
      state().delete(key)
      return was
    },
    *entries(...first) {
      const start = mapKey(prefix, item.keys, first)
      let key = state().nextKey(start)
      while (key?.startsWith(start)) {
        const raw = state().get(key)
        if (raw !== undefined)
          yield [readMapKey(prefix.length, item.keys, key), decode(item.codec, raw)] as const
        key = state().nextKey(key)
      }
    },
    clear: (limit, ...first) => state().clearPrefix(mapKey(prefix, item.keys, first), limit),
  }
}

/** Ties a declared item to its place in storage and to whatever state is current when it is used. */
export function bindItem<I extends AnyItem>(
  pallet: string,
  name: string,
  item: I,
  state: State,
): Bound<I> {
  const key = itemPrefix(pallet, name)
  return (item.kind === 'value' ? bindValue(key, item, state) : bindMap(key, item, state)) as never
}
