import type { AnyCodec, Codec } from '../codec.ts'
import { bytes, vec } from '../collections.ts'
import { enumeration, kase, mapped, struct, variant } from '../composites.ts'
import { str } from '../primitives.ts'
import { HASHERS, type StorageEntryDescription } from './description.ts'

/** A codec for references to types, as bodies of metadata get it. */
export type TypeRef = Codec<AnyCodec>

export const docs = vec(str)

const modifier = enumeration('', ['Optional', 'Default'])
const hashers = vec(enumeration('', HASHERS))

const entryType = (type: TypeRef): Codec<StorageEntryDescription['type']> =>
  mapped(
    variant('', {
      Plain: kase(0, type),
      Map: kase(1, struct('', { hashers, key: type, value: type })),
    }),
    (v) => (v.type === 'Plain' ? { plain: v.value } : { map: v.value }),
    (v) =>
      'plain' in v
        ? { type: 'Plain' as const, value: v.plain }
        : { type: 'Map' as const, value: v.map },
  )

/** The parts that V14, V15 and V16 share. */
export const storageEntry = (type: TypeRef) =>
  struct('', { name: str, modifier, type: entryType(type), default: bytes, docs })

export const constant = (type: TypeRef) => struct('', { name: str, codec: type, value: bytes, docs })

export const extension = (type: TypeRef) =>
  struct('', { identifier: str, extra: type, additional: type })

export const inputs = (type: TypeRef) => vec(struct('', { name: str, codec: type }))

export const method = (type: TypeRef) =>
  struct('', { name: str, inputs: inputs(type), output: type, docs })

export const outerEnums = (type: TypeRef) => struct('', { call: type, event: type, error: type })
