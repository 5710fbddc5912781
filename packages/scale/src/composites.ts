import type { AnyCodec, Codec, FieldDef, Infer, TypeParam, VariantDef } from './codec.ts'
import { ScaleError } from './errors.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

export type Fields = Readonly<Record<string, AnyCodec>>
export type Shape<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> }

/**
 * A struct with named fields, encoded in the order given.
 * @param path `crate::module::Name` as metadata shows it; '' for fields that belong inline to a variant.
 */
export function struct<F extends Fields>(
  path: string,
  fields: F,
  params?: readonly TypeParam[],
): Codec<Shape<F>> {
  const entries = Object.entries(fields)
  return {
    def: {
      tag: 'composite',
      path,
      fields: entries.map(([name, codec]) => ({ name, codec })),
      ...(params && { params }),
    },
    write(w: Writer, v: Record<string, unknown>) {
      for (const [name, codec] of entries) codec.write(w, v[name])
    },
    read(r) {
      const out: Record<string, unknown> = {}
      for (const [name, codec] of entries) out[name] = codec.read(r)
      return out as Shape<F>
    },
  }
}

/** A tuple struct of one field under a path of its own (Rust's newtype), with the inner codec's values. */
export const newtype = <T>(path: string, of: Codec<T>): Codec<T> => ({
  def: { tag: 'composite', path, fields: [{ codec: of }] },
  write: of.write,
  read: of.read,
})

/** The same encoding shown through other values: `to` after reading, `from` before writing. */
export const mapped = <A, B>(of: Codec<A>, to: (a: A) => B, from: (b: B) => A): Codec<B> => ({
  def: of.def,
  write: (w, v) => of.write(w, from(v)),
  read: (r) => to(of.read(r)),
})

/** One case of a variant: its index, what it carries (`unit` for nothing) and docs. */
export interface Case<C extends AnyCodec = AnyCodec> {
  readonly index: number
  readonly codec: C
  readonly docs?: string
}
export const kase = <C extends AnyCodec>(index: number, codec: C, docs?: string): Case<C> => ({
  index,
  codec,
  ...(docs !== undefined && { docs }),
})

type Cases = Readonly<Record<string, Case>>
/** `{ type: 'Name', value }`; `value` is undefined for cases that carry nothing. */
export type Variant<V extends Cases> = {
  readonly [K in keyof V & string]: { readonly type: K; readonly value: Infer<V[K]['codec']> }
}[keyof V & string]

/** Metadata fields of what a case carries: an anonymous struct and a tuple are inlined. */
export function inlineFields(codec: AnyCodec): readonly FieldDef[] {
  const { def } = codec
  if (def.tag === 'composite' && def.path === '') return def.fields
  if (def.tag === 'tuple') return def.of.map((of) => ({ codec: of }))
  return [{ codec }]
}

/** `Result` always shows what it carries as one field and names both types, as scale-info does. */
const resultParams = (cases: Cases): readonly TypeParam[] =>
  [
    ['T', cases['Ok']],
    ['E', cases['Err']],
  ].map(([name, one]) => ({ name: name as string, codec: (one as Case).codec }))

/**
 * A Rust enum. Values are `{ type, value }`.
 * @throws TypeError when two cases share an index or one does not fit in a byte.
 */
export function variant<V extends Cases>(
  path: string,
  cases: V,
  params?: readonly TypeParam[],
): Codec<Variant<V>> {
  const byName = new Map<string, Case>(Object.entries(cases))
  const byIndex: (readonly [string, AnyCodec])[] = []
  const variants: VariantDef[] = []
  const isResult = path === 'Result'
  const shown = params ?? (isResult ? resultParams(cases) : undefined)
  for (const [name, one] of byName) {
    if (!(Number.isInteger(one.index) && one.index >= 0 && one.index < 256) || byIndex[one.index])
      throw new TypeError(`${path}::${name} needs an index of its own below 256, not ${one.index}`)
    byIndex[one.index] = [name, one.codec]
    variants.push({
      name,
      index: one.index,
      fields: isResult ? [{ codec: one.codec }] : inlineFields(one.codec),
      ...(one.docs !== undefined && { docs: one.docs }),
    })
  }
  return {
    def: { tag: 'variant', path, variants, ...(shown && { params: shown }) },
    write(w: Writer, v: { type: string; value: unknown }) {
      const one = byName.get(v.type)
      if (!one)
        throw new ScaleError('UNKNOWN_VARIANT', `${path || 'variant'} has no case ${v.type}`)
      w.u8(one.index)
      one.codec.write(w, v.value)
    },
    read(r: Reader) {
      const index = r.u8()
      const one = byIndex[index]
      if (!one)
        throw new ScaleError(
          'UNKNOWN_VARIANT',
          `${path || 'variant'} has no case with index ${index}`,
        )
      const [type, codec] = one
      r.enter()
      const value = codec.read(r)
      r.leave()
      return { type, value } as Variant<V>
    },
  }
}

/** `Result<T, E>`: `{ type: 'Ok' | 'Err', value }`. */
export const result = <T, E>(ok: Codec<T>, err: Codec<E>) =>
  variant('Result', { Ok: kase(0, ok), Err: kase(1, err) })

/**
 * A Rust enum whose cases carry nothing, as a string. Indices count from 0 in the order given.
 * @throws TypeError for more cases than a byte can tell apart, or one name twice.
 */
export function enumeration<const N extends readonly string[]>(
  path: string,
  names: N,
): Codec<N[number]> {
  const index = new Map<string, number>(names.map((name, i) => [name, i]))
  if (names.length > 256 || index.size < names.length)
    throw new TypeError(`${path} has more than 256 cases or one of them twice`)
  return {
    def: {
      tag: 'variant',
      path,
      variants: names.map((name, i) => ({ name, index: i, fields: [] })),
    },
    write(w, v) {
      const i = index.get(v)
      if (i === undefined) throw new ScaleError('UNKNOWN_VARIANT', `${path} has no case ${v}`)
      w.u8(i)
    },
    read(r) {
      const i = r.u8()
      const name = names[i]
      if (name === undefined)
        throw new ScaleError('UNKNOWN_VARIANT', `${path} has no case with index ${i}`)
      return name
    },
  }
}

/** A codec that is known only later, for types that contain themselves. */
export function lazy<T>(get: () => Codec<T>): Codec<T> {
  return {
    def: { tag: 'lazy', of: get },
    write: (w, v) => get().write(w, v),
    read(r) {
      r.enter()
      const value = get().read(r)
      r.leave()
      return value
    },
  }
}
