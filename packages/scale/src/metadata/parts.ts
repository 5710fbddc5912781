import type { AnyCodec, Codec } from '../codec.ts'
import { bytes, vec } from '../collections.ts'
import { enumeration, kase, mapped, struct, variant } from '../composites.ts'
import { str } from '../primitives.ts'
import { HASHERS, type StorageEntryDescription } from './description.ts'
import { rustName } from './type-name.ts'

/** A codec for references to types, as bodies of metadata get it. */
export type TypeRef = Codec<AnyCodec>

export const docs = vec(str)

/** The same encoding for what `from` makes of other values. Metadata is only ever written. */
export const written = <A, B>(of: Codec<A>, from: (b: B) => A): Codec<B> =>
  mapped(
    of,
    () => {
      throw new TypeError('metadata is not read here')
    },
    from,
  )

const modifier = enumeration('', ['Optional', 'Default'])
const hashers = vec(enumeration('', HASHERS))

const entryType = (type: TypeRef): Codec<StorageEntryDescription['type']> =>
  written(
    variant('', {
      Plain: kase(0, type),
      Map: kase(1, struct('', { hashers, key: type, value: type })),
    }),
    (v: StorageEntryDescription['type']) =>
      'plain' in v
        ? { type: 'Plain' as const, value: v.plain }
        : { type: 'Map' as const, value: v.map },
  )

// What V14, V15 and V16 share. Fields as objects, because V16 adds one to most of them.

export const entryFields = (type: TypeRef) => ({
  name: str,
  modifier,
  type: entryType(type),
  default: bytes,
  docs,
})

export const constantFields = (type: TypeRef) => ({ name: str, codec: type, value: bytes, docs })

const inputName = written(str, rustName)
export const methodFields = (type: TypeRef) => ({
  name: str,
  inputs: vec(struct('', { name: inputName, codec: type })),
  output: type,
  docs,
})

export const extension = (type: TypeRef) =>
  struct('', { identifier: str, extra: type, additional: type })

export const outerEnums = (type: TypeRef) => struct('', { call: type, event: type, error: type })

/** The map of custom values that V15 brought: empty. */
export const noCustomValues = vec(str, 0)
