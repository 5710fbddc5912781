import { concat, utf8 } from '@cess/bytes'
import {
  blake3,
  hkdfSha256,
  NONCE_PREFIX_BYTES,
  openChunk,
  sealChunk,
  TAG_BYTES,
} from '@cess/crypto'
import type { Random } from '@cess/ports'
import { encode, fixedBytes, type Infer, Reader, struct, u8, u32 } from '@cess/scale'
import { capsule, decapsulate, delegatingKey, encapsulate } from './capsule.ts'
import { ContentError } from './errors.ts'
import { CHUNK_BYTES, MAX_HEADER_BYTES } from './format.ts'
import { decodeManifest, encodeManifest, MANIFEST_PADDING, type Manifest } from './manifest.ts'

/**
 * A header is preamble ‖ keys ‖ sealed manifest. Two keys come from the capsule's key: the manifest's is bound to all
 * that stands before the manifest, the stream's to the whole header. A byte of it changed or another header put in its
 * place opens no chunk.
 */
const MAGIC = utf8('CESS')
const VERSION = 1
const AES_256_GCM_STREAM = 1

const preamble = struct('cess_content::Preamble', {
  magic: fixedBytes(MAGIC.length),
  version: u8,
  algorithm: u8,
  chunkBytes: u32,
  /** Bytes of the whole header, with the preamble. */
  headerBytes: u32,
})
/** Bytes that say how long the header is. */
export const PREAMBLE_BYTES = MAGIC.length + 10

const keys = struct('cess_content::HeaderKeys', {
  /** What the owner derives the file's delegating key from. */
  salt: fixedBytes(32),
  /** The delegating public key. */
  publicKey: fixedBytes(32),
  capsule,
  noncePrefix: fixedBytes(NONCE_PREFIX_BYTES),
})
const KEYS_BYTES = 32 + 32 + 96 + NONCE_PREFIX_BYTES

/** What anyone reads in a header; the manifest stays sealed. */
export interface ParsedHeader extends Infer<typeof keys> {
  /** The header's own bytes. */
  readonly bytes: Uint8Array
}

/** What opens a file: the owner's content secret, or the capsule's key that a grantee got from re-encryption. */
export type FileKey = { readonly contentSecret: Uint8Array } | { readonly capsuleKey: Uint8Array }

/** A file's chunk cipher. The key stays inside, where no log or dump reaches it. */
export interface StreamCipher {
  seal(index: number, last: boolean, plaintext: Uint8Array): Uint8Array
  /** @returns undefined when this is not the chunk of this file at this place. */
  open(index: number, last: boolean, sealed: Uint8Array): Uint8Array | undefined
}

/** A header with its manifest opened. */
export interface OpenHeader {
  readonly header: ParsedHeader
  readonly manifest: Manifest
  readonly cipher: StreamCipher
}

function cipherOf(capsuleKey: Uint8Array, header: ParsedHeader): StreamCipher {
  const key = hkdfSha256(capsuleKey, blake3(header.bytes), 'cess/content/stream-key/1', 32)
  return {
    seal: (index, last, plaintext) => sealChunk(key, header.noncePrefix, index, last, plaintext),
    open: (index, last, sealed) => openChunk(key, header.noncePrefix, index, last, sealed),
  }
}

const manifestKey = (capsuleKey: Uint8Array, before: Uint8Array): Uint8Array =>
  hkdfSha256(capsuleKey, blake3(before), 'cess/content/manifest-key/1', 32)

/** A header with fresh keys for a file that is about to be written. @throws ContentError TOO_LARGE. */
export function createHeader(
  manifest: Manifest,
  contentSecret: Uint8Array,
  random: Random,
): OpenHeader {
  const plain = encodeManifest(manifest)
  const salt = random.bytes(32)
  const { publicKey } = delegatingKey(contentSecret, salt)
  const { key, capsule } = encapsulate(publicKey, random)
  const noncePrefix = random.bytes(NONCE_PREFIX_BYTES)
  const before = concat(
    encode(preamble, {
      magic: MAGIC,
      version: VERSION,
      algorithm: AES_256_GCM_STREAM,
      chunkBytes: CHUNK_BYTES,
      headerBytes: PREAMBLE_BYTES + KEYS_BYTES + plain.length + TAG_BYTES,
    }),
    encode(keys, { salt, publicKey, capsule, noncePrefix }),
  )
  const bytes = concat(before, sealChunk(manifestKey(key, before), noncePrefix, 0, true, plain))
  const header = { salt, publicKey, capsule, noncePrefix, bytes }
  return { header, manifest, cipher: cipherOf(key, header) }
}

const unsupported = (what: string): ContentError =>
  new ContentError(
    'UNSUPPORTED_VERSION',
    `The file was encrypted with ${what}, which this program does not know. Update it to read the file.`,
  )

/**
 * Bytes of the header that begins with `bytes`.
 * @param bytes the first 14 bytes of a file, or more.
 * @throws ContentError NOT_CESS, UNSUPPORTED_VERSION, TRUNCATED, TOO_LARGE or CORRUPT.
 */
export function headerLength(bytes: Uint8Array): number {
  if (!MAGIC.every((byte, i) => i >= bytes.length || bytes[i] === byte))
    throw new ContentError(
      'NOT_CESS',
      'This is not a file that was encrypted for CESS: it does not begin with "CESS". If it is a public file, read it as it is.',
    )
  const version = bytes[MAGIC.length]
  if (version !== undefined && version !== VERSION) throw unsupported(`format version ${version}`)
  if (bytes.length < PREAMBLE_BYTES)
    throw new ContentError(
      'TRUNCATED',
      `The file ends after ${bytes.length} bytes, within its header. Fetch it again in full.`,
    )
  const { algorithm, chunkBytes, headerBytes } = preamble.read(new Reader(bytes))
  if (algorithm !== AES_256_GCM_STREAM) throw unsupported(`algorithm ${algorithm}`)
  if (chunkBytes !== CHUNK_BYTES) throw unsupported(`chunks of ${chunkBytes} bytes`)
  if (headerBytes > MAX_HEADER_BYTES)
    throw new ContentError(
      'TOO_LARGE',
      `The file claims a header of ${headerBytes} bytes, and ${MAX_HEADER_BYTES} are allowed. It is damaged or hostile.`,
    )
  if (headerBytes < PREAMBLE_BYTES + KEYS_BYTES + MANIFEST_PADDING + TAG_BYTES)
    throw new ContentError('CORRUPT', `The file claims a header of ${headerBytes} bytes: too few.`)
  return headerBytes
}

/**
 * The public part of the header that `bytes` begin with; what follows it is ignored.
 * @throws ContentError NOT_CESS, UNSUPPORTED_VERSION, TRUNCATED, TOO_LARGE or CORRUPT.
 */
export function parseHeader(bytes: Uint8Array): ParsedHeader {
  const length = headerLength(bytes)
  if (bytes.length < length)
    throw new ContentError(
      'TRUNCATED',
      `The header has ${length} bytes and ${bytes.length} are here. Fetch the file again in full.`,
    )
  const reader = new Reader(bytes.slice(0, length))
  reader.advance(PREAMBLE_BYTES)
  return { ...keys.read(reader), bytes: reader.bytes }
}

function capsuleKeyOf(header: ParsedHeader, key: FileKey): Uint8Array {
  if ('capsuleKey' in key) return key.capsuleKey
  const pair = delegatingKey(key.contentSecret, header.salt)
  if (!pair.publicKey.every((byte, i) => byte === header.publicKey[i]))
    throw new ContentError(
      'WRONG_KEY',
      'This key does not open the file: it was encrypted by another account, or its header is damaged. Use the account that uploaded it, or ask its owner for access.',
    )
  return decapsulate(pair, header.capsule)
}

/**
 * Opens the header that `bytes` begin with: checks its capsule and unseals its manifest.
 * @throws ContentError WRONG_KEY, CORRUPT, and those of `parseHeader`.
 */
export function openHeader(bytes: Uint8Array, key: FileKey): OpenHeader {
  const header = parseHeader(bytes)
  const capsuleKey = capsuleKeyOf(header, key)
  const at = PREAMBLE_BYTES + KEYS_BYTES
  const plain = openChunk(
    manifestKey(capsuleKey, header.bytes.subarray(0, at)),
    header.noncePrefix,
    0,
    true,
    header.bytes.subarray(at),
  )
  // The owner's key was checked against the header above; whether a grantee's belongs to it shows only here.
  if (!plain && 'capsuleKey' in key)
    throw new ContentError(
      'WRONG_KEY',
      "The key does not open the file's header: it is another file's, or the header is damaged. Fetch both again.",
    )
  const manifest = plain && decodeManifest(plain)
  if (!manifest)
    throw new ContentError(
      'CORRUPT',
      "The file's header is damaged. Fetch the file again from another gateway.",
    )
  return { header, manifest, cipher: cipherOf(capsuleKey, header) }
}
