import type { AnyCodec } from '../codec.ts'

/** How deep a name is spelled out; a type that contains itself has no end. */
const MAX_DEPTH = 6

const join = (names: readonly (string | undefined)[]): string | undefined =>
  names.every((n) => n !== undefined) ? names.join(', ') : undefined

/** A field's name as Rust spells it: clients read `partial_fee` where our values have `partialFee`. */
export const rustName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * The name that a field of this type has in Rust source, as far as the type tells it.
 * A compact field is named after the number, as scale-info does.
 */
export function typeName(codec: AnyCodec, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined
  const of = (inner: AnyCodec): string | undefined => typeName(inner, depth + 1)
  const wrap = (before: string, inner: string | undefined, after: string): string | undefined =>
    inner === undefined ? undefined : `${before}${inner}${after}`
  const { def } = codec
  switch (def.tag) {
    case 'primitive':
      return def.name === 'str' ? 'String' : def.name
    case 'compact':
      return of(def.of)
    case 'sequence':
      return wrap('Vec<', of(def.of), '>')
    case 'array':
      return wrap('[', of(def.of), `; ${def.length}]`)
    case 'tuple':
      return wrap('(', join(def.of.map(of)), ')')
    case 'lazy':
      return of(def.of())
    case 'bitSequence':
      return 'BitVec'
    case 'composite':
    case 'variant': {
      if (def.path === '') return undefined
      const name = def.path.slice(def.path.lastIndexOf(':') + 1)
      if (name !== def.path || !def.params) return name
      return wrap(`${name}<`, join(def.params.map((p) => p.codec && of(p.codec))), '>')
    }
  }
}
