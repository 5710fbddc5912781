import { vec } from '../collections.ts'
import { struct } from '../composites.ts'
import { str, u8 } from '../primitives.ts'
import { assemble } from './assemble.ts'
import type { RuntimeDescription } from './description.ts'
import {
  docs,
  extension,
  methodFields,
  noCustomValues,
  outerEnums,
  type TypeRef,
  written,
} from './parts.ts'
import { palletFields } from './v14.ts'

const extrinsic = (type: TypeRef) =>
  struct('', {
    version: u8,
    address: type,
    call: type,
    signature: type,
    extra: type,
    extensions: vec(extension(type)),
  })

const api = (type: TypeRef) =>
  struct('', { name: str, methods: vec(struct('', methodFields(type))), docs })

const body = (type: TypeRef) =>
  written(
    struct('', {
      pallets: vec(struct('', { ...palletFields(type), docs })),
      extrinsic: extrinsic(type),
      runtime: type,
      apis: vec(api(type)),
      outerEnums: outerEnums(type),
      custom: noCustomValues,
    }),
    (description: RuntimeDescription) => ({ ...description, custom: [] }),
  )

/** Metadata V15 (frame-metadata `v15.rs`): V14 and the docs of pallets, runtime APIs and outer enums. */
export const metadataV15 = (description: RuntimeDescription): Uint8Array =>
  assemble(15, body, description)
