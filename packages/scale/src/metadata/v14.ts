import { option, vec } from '../collections.ts'
import { struct } from '../composites.ts'
import { str, u8 } from '../primitives.ts'
import { assemble } from './assemble.ts'
import type { RuntimeDescription } from './description.ts'
import { constant, extension, storageEntry, type TypeRef } from './parts.ts'

export const storageV14 = (type: TypeRef) =>
  option(struct('', { prefix: str, entries: vec(storageEntry(type)) }))

const pallet = (type: TypeRef) =>
  struct('', {
    name: str,
    storage: storageV14(type),
    calls: option(type),
    events: option(type),
    constants: vec(constant(type)),
    errors: option(type),
    index: u8,
  })

const body = (type: TypeRef) =>
  struct('', {
    pallets: vec(pallet(type)),
    extrinsic: struct('', { extrinsic: type, version: u8, extensions: vec(extension(type)) }),
    runtime: type,
  })

/** Metadata V14 (frame-metadata `v14.rs`), magic and version first. */
export const metadataV14 = (description: RuntimeDescription): Uint8Array =>
  assemble(14, body, description)
