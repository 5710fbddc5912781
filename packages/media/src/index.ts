/** Fingerprints of files as people have them: formats are recognised, decoded within limits, and made to ISCC codes. */
export { detectMedia, type MediaInfo, type MediaKind } from './detect.ts'
export {
  type Fingerprint,
  type FingerprintOptions,
  fingerprintFile,
  type MediaSource,
} from './fingerprint.ts'
export { LIMITS } from './unreadable.ts'
