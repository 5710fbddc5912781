import { Metadata, TypeRegistry } from '@polkadot/types'
import type { SiLookupTypeId } from '@polkadot/types/interfaces'
import type { PortableRegistry } from '@polkadot/types/metadata/PortableRegistry'

/** What a client sees of a pallet, without the names of types: only what the bytes look like. */
export interface Surface {
  readonly index: number
  /** `index(arg: shape, …)` by name. */
  readonly calls: Readonly<Record<string, string>>
  /** `[hashers] key → value` by name. */
  readonly storage: Readonly<Record<string, string>>
  /** In the order of their numbers. */
  readonly errors: readonly string[]
}

/** The shape of a type: fields, cases and primitives, whatever the types are called. */
function shape(lookup: PortableRegistry, id: SiLookupTypeId, depth = 0): string {
  const { def, path } = lookup.getSiType(id)
  const of = (inner: SiLookupTypeId) => shape(lookup, inner, depth + 1)
  if (depth > 12) return '…'
  if (def.isPrimitive) return def.asPrimitive.type.toLowerCase()
  if (def.isCompact) return `compact<${of(def.asCompact.type)}>`
  if (def.isSequence) return `[${of(def.asSequence.type)}]`
  if (def.isArray) return `[${of(def.asArray.type)}; ${def.asArray.len.toNumber()}]`
  if (def.isTuple) return `(${def.asTuple.map(of).join(', ')})`
  if (def.isComposite) {
    const { fields } = def.asComposite
    const [only] = fields
    // A newtype looks like what it wraps.
    if (fields.length === 1 && only!.name.isNone) return of(only!.type)
    return `{${fields.map((f) => `${f.name.unwrapOr('')}: ${of(f.type)}`).join(', ')}}`
  }
  if (def.isVariant) {
    if (path.at(-1)?.toString() === 'Option')
      return `option<${of(def.asVariant.variants[1]!.fields[0]!.type)}>`
    const cases = def.asVariant.variants.map((v) => {
      const fields = v.fields.map((f) => of(f.type)).join(', ')
      return `${v.index.toNumber()} ${v.name}${fields ? `(${fields})` : ''}`
    })
    return `enum{${cases.join(', ')}}`
  }
  return def.type
}

/** The surfaces of some pallets in metadata of any chain. */
export function surfacesOf(metadata: Uint8Array, pallets: readonly string[]) {
  const all = new Metadata(new TypeRegistry(), metadata as never)
  const { lookup } = all.asLatest
  const found: Record<string, Surface> = {}
  for (const pallet of all.asLatest.pallets) {
    const name = pallet.name.toString()
    if (!pallets.includes(name)) continue
    const variants = (option: typeof pallet.calls | typeof pallet.errors) =>
      option.isSome
        ? lookup.getSiType(option.unwrap().type).def.asVariant.variants.map((v) => v)
        : []
    const calls = variants(pallet.calls).map((v) => {
      const args = v.fields.map((f) => `${f.name.unwrapOr('')}: ${shape(lookup, f.type)}`)
      return [v.name.toString(), `${v.index.toNumber()}(${args.join(', ')})`] as const
    })
    const storage = pallet.storage.isSome
      ? pallet.storage.unwrap().items.map((item) => {
          const { type } = item
          if (type.isPlain) return [item.name.toString(), shape(lookup, type.asPlain)] as const
          const { hashers, key, value } = type.asMap
          const how = hashers.map((h) => h.type).join('+')
          const text = `[${how}] ${shape(lookup, key)} → ${shape(lookup, value)}`
          return [item.name.toString(), text] as const
        })
      : []
    found[name] = {
      index: pallet.index.toNumber(),
      calls: Object.fromEntries(calls),
      storage: Object.fromEntries(storage),
      errors: variants(pallet.errors)
        .toSorted((a, b) => a.index.toNumber() - b.index.toNumber())
        .map((v) => v.name.toString()),
    }
  }
  return found
}
