import type { AnyCodec, Codec } from '../codec.ts'
import { fixedBytes, option, tuple, vec } from '../collections.ts'
import { type Fields, type Shape, struct } from '../composites.ts'
import { compact, str, u8, u32 } from '../primitives.ts'
import { assemble } from './assemble.ts'
import type { PalletDescription, RuntimeDescription } from './description.ts'
import {
  constantFields,
  docs,
  entryFields,
  extension,
  methodFields,
  noCustomValues,
  outerEnums,
  type TypeRef,
  written,
} from './parts.ts'

/**
 * The byte that says "not deprecated": case 0 of an item's status, and an empty map for an enum's cases.
 * Nothing of this network is deprecated.
 */
const NOT_DEPRECATED = 0

/** A struct with its deprecation status behind it. */
const current = <F extends Fields>(fields: F): Codec<Shape<F>> =>
  written(struct('', { fields: struct('', fields), status: u8 }), (v: Shape<F>) => ({
    fields: v,
    status: NOT_DEPRECATED,
  }))

const enumType = (type: TypeRef): Codec<AnyCodec> =>
  written(current({ type }), (codec: AnyCodec) => ({ type: codec }))

const pallet = (type: TypeRef): Codec<PalletDescription> =>
  current({
    name: str,
    storage: option(struct('', { prefix: str, entries: vec(current(entryFields(type))) })),
    calls: option(enumType(type)),
    events: option(enumType(type)),
    constants: vec(current(constantFields(type))),
    errors: option(enumType(type)),
    associatedTypes: vec(struct('', { name: str, codec: type, docs })),
    viewFunctions: vec(current({ id: fixedBytes(32), ...methodFields(type) })),
    index: u8,
    docs,
  })

/** Set 0 of extensions, the only one: which of the list below it has, in order. */
const extensionSets = vec(tuple(u8, vec(compact(u32))))

const extrinsic = (type: TypeRef): Codec<RuntimeDescription['extrinsic']> =>
  written(
    struct('', {
      versions: vec(u8),
      address: type,
      call: type,
      signature: type,
      sets: extensionSets,
      extensions: vec(extension(type)),
    }),
    (v: RuntimeDescription['extrinsic']) => ({
      ...v,
      sets: [[0, v.extensions.map((_, i) => i)]] as const,
    }),
  )

const api = (type: TypeRef) =>
  current({
    name: str,
    methods: vec(current(methodFields(type))),
    docs,
    version: compact(u32),
  })

const body = (type: TypeRef): Codec<RuntimeDescription> =>
  written(
    struct('', {
      pallets: vec(pallet(type)),
      extrinsic: extrinsic(type),
      apis: vec(api(type)),
      outerEnums: outerEnums(type),
      custom: noCustomValues,
    }),
    (description: RuntimeDescription) => ({ ...description, custom: [] }),
  )

/**
 * Metadata V16 (frame-metadata `v16.rs`): versions of extrinsics and APIs, associated types, view functions
 * and what is deprecated; the Runtime type itself is gone.
 */
export const metadataV16 = (description: RuntimeDescription): Uint8Array =>
  assemble(16, body, description)
