import type { AnyCodec, FieldDef, TypeParam } from '../codec.ts'
import { fieldTypeName, mentioned, type Resolved, resolve, shapeClasses } from './graph.ts'
import type { PortableType, TypeShape } from './portable.ts'
import { rustName } from './type-name.ts'

/** The types of a runtime under small numbers (scale-info's PortableRegistry). */
export interface TypeRegistry {
  readonly types: readonly PortableType[]
  /** @throws TypeError for a codec that no root mentions. */
  idOf(codec: AnyCodec): number
}

const lines = (docs: string | undefined): string[] => (docs ? docs.split('\n') : [])

/** Registers all types that `roots` mention, depth first, each shape once. */
export function buildRegistry(roots: readonly AnyCodec[]): TypeRegistry {
  const classes = shapeClasses(roots)
  const ids = new Map<number, number>()
  const order: Resolved[] = []

  const register = (def: Resolved): void => {
    const shape = classes.get(def)!
    if (ids.has(shape)) return
    ids.set(shape, order.length)
    order.push(def)
    for (const codec of mentioned(def)) register(resolve(codec))
  }
  for (const root of roots) register(resolve(root))

  const idOf = (codec: AnyCodec): number => {
    const shape = classes.get(resolve(codec))
    const id = shape === undefined ? undefined : ids.get(shape)
    if (id === undefined) throw new TypeError('a type that was not registered')
    return id
  }

  const fields = (path: string, defs: readonly FieldDef[]) =>
    defs.map((field) => ({
      name: field.name === undefined ? undefined : rustName(field.name),
      type: idOf(field.codec),
      typeName: fieldTypeName(path, field),
      docs: lines(field.docs),
    }))

  const shapeOf = (def: Resolved): TypeShape => {
    switch (def.tag) {
      case 'primitive':
        return { type: 'Primitive', value: def.name }
      case 'compact':
        return { type: 'Compact', value: idOf(def.of) }
      case 'sequence':
        return { type: 'Sequence', value: idOf(def.of) }
      case 'array':
        return { type: 'Array', value: { length: def.length, of: idOf(def.of) } }
      case 'tuple':
        return { type: 'Tuple', value: def.of.map(idOf) }
      case 'bitSequence':
        return { type: 'BitSequence', value: { store: idOf(def.store), order: idOf(def.order) } }
      case 'composite':
        return { type: 'Composite', value: fields(def.path, def.fields) }
      case 'variant':
        return {
          type: 'Variant',
          value: def.variants.map((v) => ({
            name: v.name,
            fields: fields(def.path, v.fields),
            index: v.index,
            docs: lines(v.docs),
          })),
        }
    }
  }

  const params = (of: readonly TypeParam[] | undefined) =>
    (of ?? []).map(({ name, codec }) => ({ name, type: codec && idOf(codec) }))

  const types = order.map((def, id): PortableType => {
    const named = def.tag === 'composite' || def.tag === 'variant'
    return {
      id,
      path: named && def.path !== '' ? def.path.split('::') : [],
      params: params(named ? def.params : undefined),
      def: shapeOf(def),
      docs: [],
    }
  })
  return { types, idOf }
}
