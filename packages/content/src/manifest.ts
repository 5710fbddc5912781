import { concat, utf8 } from '@cess/bytes'
import {
  boundedBytes,
  btreeMap,
  type Codec,
  encode,
  fixedBytes,
  type Infer,
  mapped,
  option,
  Reader,
  ScaleError,
  struct,
  u64,
} from '@cess/scale'
import { ContentError } from './errors.ts'

/** Longest manifest, in bytes of SCALE: what leaves room for the rest of a header of 64 KiB. */
const MAX_MANIFEST_BYTES = 63 * 1024
/** Manifests are padded to a multiple of this, so that a header's length tells little about a file's name. */
export const MANIFEST_PADDING = 256

// A byte order mark is part of a name like any other character: it must come back.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const text = (maxBytes: number): Codec<string> =>
  mapped(
    boundedBytes(maxBytes),
    (raw) => decoder.decode(raw),
    (value) => utf8(value),
  )

const safeInteger: Codec<number> = mapped(
  u64,
  (value) => {
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new ScaleError('OUT_OF_RANGE', `${value} is more than a number holds exactly`)
    return Number(value)
  },
  (value) => {
    if (!Number.isSafeInteger(value))
      throw new ScaleError('OUT_OF_RANGE', `${value} is not a safe integer`)
    return BigInt(value)
  },
)

/** What only readers of the file learn about it: sealed in the header. */
const manifest = struct('cess_content::Manifest', {
  /** File name, up to 1024 bytes of UTF-8. A label: whoever writes it to disk must not take it for a path. */
  name: text(1024),
  /** Media type (RFC 6838), up to 255 bytes. */
  mediaType: text(255),
  /** Bytes of plaintext, when the writer knew before it began. */
  length: option(safeInteger),
  /** Milliseconds since the Unix epoch, as the writer's clock had it. */
  createdAt: option(safeInteger),
  /** Digest of the plaintext that the file was begun with (`digestSource`), for uploads that can be resumed. */
  source: option(fixedBytes(32)),
  /** The user's own keys and values: up to 256 entries, keys up to 256 bytes, values up to 8 KiB. */
  metadata: btreeMap(text(256), text(8192), 256),
})
export type Manifest = Infer<typeof manifest>

/** The manifest as padded plaintext. @throws ContentError TOO_LARGE. */
export function encodeManifest(value: Manifest): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = encode(manifest, value)
  } catch (error) {
    if (!(error instanceof ScaleError)) throw error
    throw new ContentError(
      'TOO_LARGE',
      `The file's name, media type or metadata does not fit in its header (${error.message}). Shorten it.`,
      { cause: error },
    )
  }
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw new ContentError(
      'TOO_LARGE',
      `The file's metadata takes ${bytes.length} bytes, and ${MAX_MANIFEST_BYTES} fit in its header. Store less of it.`,
    )
  return concat(
    bytes,
    new Uint8Array((MANIFEST_PADDING - (bytes.length % MANIFEST_PADDING)) % MANIFEST_PADDING),
  )
}

/** @returns undefined for what no writer of this version makes. */
export function decodeManifest(padded: Uint8Array): Manifest | undefined {
  try {
    const reader = new Reader(padded)
    const value = manifest.read(reader)
    const rest = reader.view8(reader.remaining)
    return rest.length < MANIFEST_PADDING && rest.every((byte) => byte === 0) ? value : undefined
  } catch {
    return undefined
  }
}
