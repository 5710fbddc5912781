import type { AnyCodec, FieldDef, TypeDef, TypeParam } from '../codec.ts'
import { typeName } from './type-name.ts'

/** A type that stands for itself. */
export type Resolved = Exclude<TypeDef, { readonly tag: 'lazy' }>

/** Follows `lazy` to the type that it stands for. */
export function resolve(codec: AnyCodec): Resolved {
  let { def } = codec
  for (let hops = 0; def.tag === 'lazy'; hops++) {
    if (hops > 64) throw new TypeError('a lazy type stands for nothing but itself')
    def = def.of().def
  }
  return def
}

/** The name of a field's type: as declared, else from the type; Option, Result and the like have none. */
export function fieldTypeName(path: string, field: FieldDef): string | undefined {
  if (field.typeName !== undefined) return field.typeName
  return path !== '' && !path.includes('::') ? undefined : typeName(field.codec)
}

const paramCodecs = (params: readonly TypeParam[] | undefined): AnyCodec[] =>
  (params ?? []).flatMap((p) => (p.codec ? [p.codec] : []))
const fieldCodecs = (fields: readonly FieldDef[]): AnyCodec[] => fields.map((f) => f.codec)

/** The types that a type mentions, in the order in which scale-info registers them. */
export function mentioned(def: Resolved): AnyCodec[] {
  switch (def.tag) {
    case 'primitive':
      return []
    case 'compact':
    case 'sequence':
    case 'array':
      return [def.of]
    case 'tuple':
      return [...def.of]
    case 'bitSequence':
      return [def.store, def.order]
    case 'composite':
      return [...paramCodecs(def.params), ...fieldCodecs(def.fields)]
    case 'variant':
      return [...paramCodecs(def.params), ...def.variants.flatMap((v) => fieldCodecs(v.fields))]
  }
}

const describeFields = (path: string, fields: readonly FieldDef[]): unknown =>
  fields.map((f) => [f.name, fieldTypeName(path, f), f.docs])
const describeParams = (params: readonly TypeParam[] | undefined): unknown =>
  (params ?? []).map((p) => [p.name, p.codec !== undefined])

/** Everything about a type but the types it mentions. */
function ownShape(def: Resolved): string {
  switch (def.tag) {
    case 'primitive':
      return def.name
    case 'array':
      return `array ${def.length}`
    case 'composite':
      return JSON.stringify([
        def.path,
        describeParams(def.params),
        describeFields(def.path, def.fields),
      ])
    case 'variant':
      return JSON.stringify([
        def.path,
        describeParams(def.params),
        'enum',
        def.variants.map((v) => [v.name, v.index, v.docs, describeFields(def.path, v.fields)]),
      ])
    default:
      return def.tag
  }
}

function reachable(roots: readonly AnyCodec[]): Map<Resolved, Resolved[]> {
  const found = new Map<Resolved, Resolved[]>()
  const open = roots.map(resolve)
  for (let def = open.pop(); def; def = open.pop()) {
    if (found.has(def)) continue
    const next = mentioned(def).map(resolve)
    found.set(def, next)
    open.push(...next)
  }
  return found
}

/**
 * Numbers types so that two have the same number exactly if they have the same shape all the way down.
 * Types may contain themselves, so shapes cannot be compared by descending; the partition by own shape
 * is refined by the classes of the mentioned types until it no longer splits (Moore's algorithm).
 */
export function shapeClasses(roots: readonly AnyCodec[]): Map<Resolved, number> {
  const graph = reachable(roots)
  const number = (keyOf: (def: Resolved) => string): [Map<Resolved, number>, number] => {
    const numbers = new Map<string, number>()
    const classes = new Map<Resolved, number>()
    for (const def of graph.keys()) {
      const key = keyOf(def)
      const known = numbers.get(key) ?? numbers.size
      numbers.set(key, known)
      classes.set(def, known)
    }
    return [classes, numbers.size]
  }
  let [classes, count] = number(ownShape)
  for (;;) {
    const last = classes
    const [next, size] = number((def) =>
      [def, ...graph.get(def)!].map((mention) => last.get(mention)).join(),
    )
    if (size === count) return classes
    classes = next
    count = size
  }
}
