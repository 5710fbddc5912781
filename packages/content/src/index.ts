/**
 * What a client does to a file and back: keys and capsules, the encrypted format, segments and fragments.
 *
 * file → `encrypt` → `encodeSegments` → 12 fragments a segment, and `readFile` → `decrypt` → file.
 */
export {
  type Capsule,
  contentSecretOf,
  type DelegatingKey,
  decapsulate,
  delegatingKey,
  encapsulate,
  verifyCapsule,
} from './capsule.ts'
export {
  type Decryption,
  type DecryptRangeOptions,
  decrypt,
  decryptRange,
  type FetchRange,
} from './decrypt.ts'
export {
  type Encryption,
  type EncryptOptions,
  encrypt,
  encryptFrom,
  type FileDescription,
  type ResumeOptions,
} from './encrypt.ts'
export { type ErasureCode, pooledErasure } from './erasure.ts'
export { ContentError, type ContentErrorCode } from './errors.ts'
export {
  CHUNK_BYTES,
  type ChunkRange,
  chunkCount,
  chunkRange,
  ciphertextLength,
  MAX_HEADER_BYTES,
  plaintextLength,
  resumePoint,
} from './format.ts'
export { type DecodedSegment, decodeSegment } from './fragments.ts'
export {
  type FileKey,
  headerLength,
  type OpenHeader,
  openHeader,
  type ParsedHeader,
  parseHeader,
  type StreamCipher,
} from './header.ts'
export type { Manifest } from './manifest.ts'
export { collected, type FragmentMemory } from './memory.ts'
export { type ReadOptions, readFile } from './read.ts'
export type { ByteSource } from './rechunk.ts'
export type { Fault } from './segment-reader.ts'
export {
  checkLayout,
  type EncodedFragment,
  type EncodedSegment,
  encodeSegments,
  type Layout,
  layout,
  type SegmentingOptions,
} from './segments.ts'
export { digestSource, type SourceDigest } from './source.ts'
export { type Naming, namingHere, streamLayout } from './stream-layout.ts'
