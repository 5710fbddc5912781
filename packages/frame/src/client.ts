import type { StateKey } from '@cess/primitives'
import type { AnyCodec, Fields, Shape } from '@cess/scale'
import { decode } from '@cess/scale'
import type { AnyPallet, RuntimeCall } from './pallet.ts'
import type { AnyKey } from './storage/hashers.ts'
import type { AnyItem, MapItem, ValueItem } from './storage/items.ts'
import { itemPrefix, mapKey, readMapKey } from './storage/keys.ts'

type Pallets = Readonly<Record<string, AnyPallet>>

/** Typed constructors of every call: `tx.Balances.transfer_keep_alive({ dest, value })`. */
export type Tx<P extends Pallets> = {
  readonly [N in keyof P & string]: {
    readonly [M in keyof P[N]['calls']]: P[N]['calls'][M] extends { readonly args: infer A }
      ? (args: A extends Fields ? Shape<A> : never) => RuntimeCall
      : never
  }
}

/** Builds call values from pallet definitions; no chain is needed. */
export function txOf<P extends Pallets>(pallets: P): Tx<P> {
  const all = Object.values(pallets).map((p) => [
    p.name,
    Object.fromEntries(
      Object.keys(p.calls as object).map((call) => [
        call,
        (args: unknown): RuntimeCall => ({ type: p.name, value: { type: call, value: args } }),
      ]),
    ),
  ])
  return Object.fromEntries(all)
}

/** How a client reads state at one block. */
export interface StateReader {
  get(key: StateKey): Promise<Uint8Array | undefined>
  /** Keys under a prefix after `after`, in order, at most `limit`. */
  keys(prefix: StateKey, limit: number, after?: StateKey): Promise<readonly StateKey[]>
  getMany?(keys: readonly StateKey[]): Promise<readonly (Uint8Array | undefined)[]>
}

export interface QueryValue<Q> {
  (): Promise<Q>
  readonly key: StateKey
}
export interface QueryMap<K extends readonly unknown[], V, Q> {
  (...keys: K): Promise<Q>
  key(...keys: K): StateKey
  entries(...first: readonly unknown[]): AsyncIterableIterator<readonly [K, V]>
}
type QueryItem<I> =
  I extends ValueItem<infer _, infer Q>
    ? QueryValue<Q>
    : I extends MapItem<infer K, infer V, infer Q>
      ? QueryMap<K, V, Q>
      : never

/** Typed reads of every storage item: `await query.FileBank.File(fid)`. */
export type Query<P extends Pallets> = {
  readonly [N in keyof P & string]: {
    readonly [S in keyof P[N]['storage']]: QueryItem<P[N]['storage'][S]>
  }
}

const PAGE = 500

export function queryOf<P extends Pallets>(pallets: P, state: StateReader): Query<P> {
  const all = Object.values(pallets).map((p) => [
    p.name,
    Object.fromEntries(
      Object.entries(p.storage as Record<string, AnyItem>).map(([name, item]) => [
        name,
        bindQuery(itemPrefix(p.name, name), item, state),
      ]),
    ),
  ])
  return Object.fromEntries(all)
}

function bindQuery(prefix: StateKey, item: AnyItem, state: StateReader): unknown {
  const codec = item.codec as AnyCodec
  const read = (raw: Uint8Array | undefined): unknown =>
    raw === undefined ? item.fallback : decode(codec, raw)
  if (item.kind === 'value')
    return Object.assign(async () => read(await state.get(prefix)), { key: prefix })
  const hashedKeys = item.keys as readonly AnyKey[]
  const key = (...keys: readonly unknown[]): StateKey => mapKey(prefix, hashedKeys, keys)
  async function* entries(...first: readonly unknown[]) {
    const start = key(...first)
    let after: StateKey | undefined
    for (;;) {
      const page = await state.keys(start, PAGE, after)
      const values = state.getMany
        ? await state.getMany(page)
        : await Promise.all(page.map((k) => state.get(k)))
      for (const [i, k] of page.entries())
        if (values[i] !== undefined)
          yield [readMapKey(prefix.length, hashedKeys, k), decode(codec, values[i])] as const
      if (page.length < PAGE) return
      after = page.at(-1)
    }
  }
  return Object.assign(async (...keys: readonly unknown[]) => read(await state.get(key(...keys))), {
    key,
    entries,
  })
}
