/**
 * ISCC codes (ISO 24138): fingerprints of works, by which copies and near copies are found. Byte for byte those of the
 * reference implementation.
 */
export { genAudioCode } from './audio.ts'
export { decodeIscc, encodeIscc, encodeUnit } from './codec.ts'
export { distance, hamming, similarity } from './compare.ts'
export { genIsccCode } from './composite.ts'
export { createDataHasher, type DataHasher, genDataCode } from './data.ts'
export { FingerprintError, type FingerprintErrorCode } from './errors.ts'
export { genImageCode } from './image.ts'
export {
  createInstanceHasher,
  genInstanceCode,
  type InstanceCode,
  type InstanceHasher,
} from './instance.ts'
export { genMetaCode, type MetaCode, type MetaInput } from './meta.ts'
export type { Json, JsonObject } from './metadata.ts'
export { genMixedCode } from './mixed.ts'
export { createNearIndex, type Near, type NearIndex } from './near.ts'
export type { ByteSource } from './sources.ts'
export { genTextCode } from './text.ts'
export type { DecodedIscc, IsccCode, MainType, SubType } from './types.ts'
export { genVideoCode } from './video.ts'
