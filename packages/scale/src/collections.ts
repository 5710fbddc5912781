import { compare } from '@cess/bytes'
import { type AnyCodec, type Codec, encode, type Infer } from './codec.ts'
import { ScaleError } from './errors.ts'
import { u8 } from './primitives.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const boundedLength = (reader: Reader, max: number): number => {
  const length = reader.compactU32()
  if (length > max) throw new ScaleError('TOO_LONG', `${length} items, at most ${max} allowed`)
  return length
}

const checkLength = (length: number, max: number): void => {
  if (length > max) throw new ScaleError('TOO_LONG', `${length} items, at most ${max} allowed`)
}

/** `Vec<u8>` as bytes, at most `max` of them. */
export const boundedBytes = (max: number): Codec<Uint8Array> => ({
  def: { tag: 'sequence', of: u8 },
  write(w, v) {
    checkLength(v.length, max)
    w.compactU32(v.length)
    w.raw(v)
  },
  read: (r) => r.raw(boundedLength(r, max)),
})

/** `Vec<u8>` of any length the input can hold. */
export const bytes: Codec<Uint8Array> = boundedBytes(Number.POSITIVE_INFINITY)

/** `[u8; length]` as bytes. */
export const fixedBytes = (length: number): Codec<Uint8Array> => ({
  def: { tag: 'array', of: u8, length },
  write(w, v) {
    if (v.length !== length)
      throw new ScaleError('OUT_OF_RANGE', `${v.length} bytes where ${length} belong`)
    w.raw(v)
  },
  read: (r) => r.raw(length),
})

/** `Vec<T>`, at most `max` items. Use a bound wherever bytes come from outside. */
export const vec = <T>(of: Codec<T>, max = Number.POSITIVE_INFINITY): Codec<readonly T[]> => ({
  def: { tag: 'sequence', of },
  write(w, v) {
    checkLength(v.length, max)
    w.compactU32(v.length)
    for (const item of v) of.write(w, item)
  },
  read(r) {
    const length = boundedLength(r, max)
    // No preallocation: a length prefix alone must not make us allocate.
    const items: T[] = []
    return r.nested(() => {
      for (let i = 0; i < length; i++) items.push(of.read(r))
      return items
    })
  },
})

/** `[T; length]`. */
export const array = <T>(of: Codec<T>, length: number): Codec<readonly T[]> => ({
  def: { tag: 'array', of, length },
  write(w, v) {
    if (v.length !== length)
      throw new ScaleError('OUT_OF_RANGE', `${v.length} items where ${length} belong`)
    for (const item of v) of.write(w, item)
  },
  read(r) {
    const items: T[] = []
    for (let i = 0; i < length; i++) items.push(of.read(r))
    return items
  },
})

type Tuple<C extends readonly AnyCodec[]> = { readonly [I in keyof C]: Infer<C[I]> }

/** `(A, B, …)`; the empty tuple is `()`. */
export const tuple = <const C extends readonly AnyCodec[]>(...of: C): Codec<Tuple<C>> => ({
  def: { tag: 'tuple', of },
  write(w: Writer, v: readonly unknown[]) {
    for (let i = 0; i < of.length; i++) of[i]!.write(w, v[i])
  },
  read: (r) => of.map((codec) => codec.read(r)) as unknown as Tuple<C>,
})

/** `()`: no bytes. */
export const unit: Codec<undefined> = {
  def: { tag: 'tuple', of: [] },
  write: () => undefined,
  read: () => undefined,
}

/** `Option<T>`: absent is `undefined`. */
export const option = <T>(of: Codec<T>): Codec<T | undefined> => ({
  def: {
    tag: 'variant',
    path: 'Option',
    params: [{ name: 'T', codec: of }],
    variants: [
      { name: 'None', index: 0, fields: [] },
      { name: 'Some', index: 1, fields: [{ codec: of }] },
    ],
  },
  write(w, v) {
    if (v === undefined) return w.u8(0)
    w.u8(1)
    of.write(w, v)
  },
  read(r) {
    const tag = r.u8()
    if (tag > 1) throw new ScaleError('UNKNOWN_VARIANT', `${tag} is not an Option`)
    return tag === 0 ? undefined : r.nested(() => of.read(r))
  },
})

/** `BTreeMap<K, V>`: entries in the order of their encoded keys. */
export const btreeMap = <K, V>(key: Codec<K>, value: Codec<V>): Codec<ReadonlyMap<K, V>> => {
  const entries = vec(tuple(key, value))
  return {
    def: {
      tag: 'composite',
      path: 'BTreeMap',
      params: [
        { name: 'K', codec: key },
        { name: 'V', codec: value },
      ],
      fields: [{ codec: entries }],
    },
    write(w, v) {
      entries.write(
        w,
        [...v].sort(([a], [b]) => compare(encode(key, a), encode(key, b))),
      )
    },
    read: (r) => new Map(entries.read(r)),
  }
}
