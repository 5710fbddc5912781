import { equal } from '@cess/bytes'
import type { Random } from '@cess/ports'
import { ContentError } from './errors.ts'
import { CHUNK_BYTES, chunkCount, ciphertextLength, MAX_CHUNKS } from './format.ts'
import { createHeader, openHeader, type StreamCipher } from './header.ts'
import type { Manifest } from './manifest.ts'
import { type ByteSource, rechunk } from './rechunk.ts'
import { isChunkOf, isSourceDigest, type SourceDigest } from './source.ts'

/** What the writer says about a file; everything but the name may be left out. */
export interface FileDescription {
  readonly name: string
  /** `application/octet-stream` unless told. */
  readonly mediaType?: string
  /** Bytes of the source when they are known: the source must then have exactly as many. */
  readonly length?: number
  /** Milliseconds since the Unix epoch. */
  readonly createdAt?: number
  readonly metadata?: ReadonlyMap<string, string>
}

export interface EncryptOptions {
  /** 32 bytes, from `contentSecretOf`. */
  readonly contentSecret: Uint8Array
  readonly random: Random
  readonly manifest: FileDescription
  /** `digestSource` of the same source. With it the upload can be resumed: keep the header, call `encryptFrom`. */
  readonly source?: SourceDigest
}

export interface Encryption {
  readonly header: Uint8Array
  readonly manifest: Manifest
  /** Bytes of the whole encrypted file, when the length of the source is known. */
  readonly length: number | undefined
  /** The encrypted file, header first. Can be read once. */
  readonly stream: AsyncGenerator<Uint8Array, void>
}

/** What a source must turn out to be. */
interface Expected {
  readonly length?: number | undefined
  readonly source?: SourceDigest | undefined
}

const changed = (what: string): ContentError =>
  new ContentError(
    'SOURCE_CHANGED',
    `The file changed while it was read: ${what}. Nothing of the change was encrypted; start the upload again.`,
  )

async function* sealFrom(
  cipher: StreamCipher,
  source: ByteSource,
  first: number,
  expected: Expected,
): AsyncGenerator<Uint8Array, void> {
  let index = first
  let length = first * CHUNK_BYTES
  for await (const { bytes, last } of rechunk(source, CHUNK_BYTES)) {
    if (index >= MAX_CHUNKS)
      throw new ContentError('TOO_LARGE', 'The file is too large: a file has 256 TiB at most.')
    length += bytes.length
    if (
      expected.length !== undefined &&
      (last ? length !== expected.length : length >= expected.length)
    )
      throw changed(
        `it has ${last ? length : 'more'} bytes where ${expected.length} were announced`,
      )
    // Before sealing: two plaintexts under one key and nonce would give away both and the power to forge.
    if (expected.source && !isChunkOf(expected.source, index, bytes))
      throw changed(`its bytes from ${index * CHUNK_BYTES} on are not those that were digested`)
    yield cipher.seal(index++, last, bytes)
  }
}

/**
 * Encrypts a file under fresh keys. The source is read as the stream is; memory is a few chunks.
 * @throws ContentError TOO_LARGE for a manifest beyond its bounds, SOURCE_CHANGED when the source is not as announced
 * (the stream throws it, before the bytes in question are sealed).
 */
export function encrypt(source: ByteSource, options: EncryptOptions): Encryption {
  const { manifest: described, source: digested } = options
  const length = digested?.length ?? described.length
  if (described.length !== undefined && described.length !== length)
    throw changed(`it has ${length} bytes where ${described.length} were announced`)
  if (digested && !isSourceDigest(digested)) throw new RangeError('the source digest is damaged')
  const { header, manifest, cipher } = createHeader(
    {
      name: described.name,
      mediaType: described.mediaType ?? 'application/octet-stream',
      length,
      createdAt: described.createdAt,
      source: digested?.digest,
      metadata: described.metadata ?? new Map(),
    },
    options.contentSecret,
    options.random,
  )
  async function* stream(): AsyncGenerator<Uint8Array, void> {
    yield header.bytes
    yield* sealFrom(cipher, source, 0, { length, source: digested })
  }
  return {
    header: header.bytes,
    manifest,
    length: length === undefined ? undefined : ciphertextLength(length, header.bytes.length),
    stream: stream(),
  }
}

export interface ResumeOptions {
  readonly contentSecret: Uint8Array
  /** `digestSource` of the whole source as it is now. */
  readonly source: SourceDigest
  /** The chunk to begin with. */
  readonly chunkIndex: number
}

/**
 * Encrypts the rest of a file that was begun before: the same bytes, from a chunk on, as the first time.
 * Safe because nothing else can come out: the source must have the digest that the header holds, and each chunk of it
 * is checked before it is sealed.
 * @param header of the file, as `encrypt` gave it.
 * @param rest the source from byte `chunkIndex · CHUNK_BYTES` on.
 * @throws ContentError RESUME_MISMATCH when the source changed since, or was not digested then; OUT_OF_RANGE when the
 * file has no such chunk; those of `openHeader`; the stream throws SOURCE_CHANGED.
 */
export function encryptFrom(
  header: Uint8Array,
  rest: ByteSource,
  { contentSecret, source, chunkIndex }: ResumeOptions,
): AsyncGenerator<Uint8Array, void> {
  const { manifest, cipher } = openHeader(header, { contentSecret })
  if (!manifest.source)
    throw new ContentError(
      'RESUME_MISMATCH',
      'This upload cannot be resumed: it began without a digest of the file. Start it again.',
    )
  if (!isSourceDigest(source) || !equal(manifest.source, source.digest))
    throw new ContentError(
      'RESUME_MISMATCH',
      'The file changed since its upload began, so the upload cannot be resumed. Start it again to store the new content.',
    )
  if (!Number.isInteger(chunkIndex) || chunkIndex < 0 || chunkIndex >= chunkCount(source.length))
    throw new ContentError('OUT_OF_RANGE', `The file has no chunk ${chunkIndex} to resume from.`)
  return sealFrom(cipher, rest, chunkIndex, { length: source.length, source })
}
