import type { AnyCodec, Codec, Infer } from './codec.ts'
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

/** Whether no value of the type takes a byte. A lazy type does: it is recursive. */
function takesNothing({ def }: AnyCodec): boolean {
  if (def.tag === 'tuple') return def.of.every(takesNothing)
  if (def.tag === 'composite') return def.fields.every(({ codec }) => takesNothing(codec))
  if (def.tag === 'array') return def.length === 0 || takesNothing(def.of)
  return false
}

/**
 * `Vec<T>`, at most `max` items. Use a bound wherever bytes come from outside.
 * @throws TypeError for items that take no bytes: four bytes of input could then ask for 2^32 of them.
 */
export const vec = <T>(of: Codec<T>, max = Number.POSITIVE_INFINITY): Codec<readonly T[]> => {
  if (takesNothing(of)) throw new TypeError('vec() of items that take no bytes')
  return sequence(of, max)
}

const sequence = <T>(of: Codec<T>, max: number): Codec<readonly T[]> => ({
  def: { tag: 'sequence', of },
  write(w, v) {
    checkLength(v.length, max)
    w.compactU32(v.length)
    for (const item of v) of.write(w, item)
  },
  read(r) {
    const length = boundedLength(r, max)
    // No preallocation: a length prefix alone must not make us allocate. Every item takes a byte at least.
    if (length > r.remaining)
      throw new ScaleError('UNEXPECTED_END', `${length} items in ${r.remaining} bytes`)
    const items: T[] = []
    r.enter()
    for (let i = 0; i < length; i++) items.push(of.read(r))
    r.leave()
    return items
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

/**
 * `Option<T>`: absent is `undefined`.
 * @throws TypeError when `T` has `undefined` among its own values (`()` and Option): the two could not be told apart.
 */
export const option = <T>(of: Codec<T>): Codec<T | undefined> => {
  if (takesNothing(of) || (of.def.tag === 'variant' && of.def.path === 'Option'))
    throw new TypeError('option() of a type that undefined is a value of')
  return {
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
      if (tag === 0) return undefined
      r.enter()
      const value = of.read(r)
      r.leave()
      return value
    },
  }
}
