import { option, vec } from '../collections.ts'
import { struct } from '../composites.ts'
import { str, u8 } from '../primitives.ts'
import { assemble } from './assemble.ts'
import type { RuntimeDescription } from './description.ts'
import { constantFields, entryFields, extension, type TypeRef } from './parts.ts'

/** A pallet's fields up to `index`, which V15 shares. */
export const palletFields = (type: TypeRef) => ({
  name: str,
  storage: option(struct('', { prefix: str, entries: vec(struct('', entryFields(type))) })),
  calls: option(type),
  events: option(type),
  constants: vec(struct('', constantFields(type))),
  errors: option(type),
  index: u8,
})

const body = (type: TypeRef) =>
  struct('', {
    pallets: vec(struct('', palletFields(type))),
    extrinsic: struct('', { extrinsic: type, version: u8, extensions: vec(extension(type)) }),
    runtime: type,
  })

/** Metadata V14 (frame-metadata `v14.rs`), magic and version first. */
export const metadataV14 = (description: RuntimeDescription): Uint8Array =>
  assemble(14, body, description)
