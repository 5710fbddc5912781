/**
 * SCALE, the byte format of Substrate: no type tags, little-endian, lengths as compact integers.
 * A codec is encoder, decoder and type description in one value, so types, bytes and metadata cannot drift apart.
 */
export * from './codec.ts'
export * from './collections.ts'
export * from './composites.ts'
export * from './errors.ts'
export * from './maps.ts'
export type {
  ApiDescription,
  Hasher,
  PalletDescription,
  RuntimeDescription,
} from './metadata/description.ts'
export { metadataV14 } from './metadata/v14.ts'
export { metadataV15 } from './metadata/v15.ts'
export { metadataV16 } from './metadata/v16.ts'
export * from './primitives.ts'
export * from './rare.ts'
export { Reader } from './reader.ts'
export { Writer } from './writer.ts'
