import type { Codec } from '@cess/scale'
import type { KeyDef } from './hashers.ts'

/** A single stored value. `Q` is what reading gives: `V`, or `V | undefined` without a default. */
export interface ValueItem<V, Q = V | undefined> {
  readonly kind: 'value'
  readonly codec: Codec<V>
  readonly fallback: V | undefined
  readonly docs: string
  readonly query?: Q
}

/** Values by one or more keys. */
export interface MapItem<K extends readonly unknown[], V, Q = V | undefined> {
  readonly kind: 'map'
  readonly keys: { readonly [I in keyof K]: KeyDef<K[I]> }
  readonly codec: Codec<V>
  readonly fallback: V | undefined
  readonly docs: string
  readonly query?: Q
}

// biome-ignore lint/suspicious/noExplicitAny: an item of some types, the one place where that is the meaning
export type AnyItem = ValueItem<any, any> | MapItem<any, any, any>
export type Items = Readonly<Record<string, AnyItem>>

interface WithDefault<V> {
  readonly default: V
  readonly docs?: string
}
interface WithoutDefault {
  readonly docs?: string
}

/** Declares a single value. With a default, reading never gives `undefined`. */
export function value<V>(codec: Codec<V>, options: WithDefault<V>): ValueItem<V, V>
export function value<V>(codec: Codec<V>, options?: WithoutDefault): ValueItem<V>
export function value<V>(
  codec: Codec<V>,
  options: { default?: V; docs?: string } = {},
): ValueItem<V> {
  return { kind: 'value', codec, fallback: options.default, docs: options.docs ?? '' }
}

/** Declares a map, double map or n-map: `map([blake2(accountId32), twox(u32)], codec)`. */
export function map<const K extends readonly unknown[], V>(
  keys: { readonly [I in keyof K]: KeyDef<K[I]> },
  codec: Codec<V>,
  options: WithDefault<V>,
): MapItem<K, V, V>
export function map<const K extends readonly unknown[], V>(
  keys: { readonly [I in keyof K]: KeyDef<K[I]> },
  codec: Codec<V>,
  options?: WithoutDefault,
): MapItem<K, V>
export function map<const K extends readonly unknown[], V>(
  keys: { readonly [I in keyof K]: KeyDef<K[I]> },
  codec: Codec<V>,
  options: { default?: V; docs?: string } = {},
): MapItem<K, V> {
  return { kind: 'map', keys, codec, fallback: options.default, docs: options.docs ?? '' }
}
