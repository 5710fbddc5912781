import { TAG_BYTES } from '@cess/crypto'
import { ContentError } from './errors.ts'

/**
 * An encrypted file is header ‖ chunk 0 ‖ chunk 1 ‖ …: each chunk seals 64 KiB of plaintext (the last one less) and adds
 * a tag of 16 bytes. An empty file has one empty chunk, so that its end is authenticated too.
 */

/** Bytes of plaintext in each chunk but the last. */
export const CHUNK_BYTES = 64 * 1024
/** Bytes of a full chunk with its tag. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
/** Chunks that the counter of a stream can tell apart. */
export const MAX_CHUNKS = 2 ** 32
/** Longest header, in bytes. */
export const MAX_HEADER_BYTES = 64 * 1024

/** How many chunks a plaintext takes: one at least. */
export const chunkCount = (plaintextLength: number): number =>
  Math.max(1, Math.ceil(plaintextLength / CHUNK_BYTES))

/** Bytes of the encrypted file for `plaintextLength` bytes under a header of `headerLength`. */
export const ciphertextLength = (plaintextLength: number, headerLength: number): number =>
  headerLength + plaintextLength + chunkCount(plaintextLength) * TAG_BYTES

/**
 * Bytes of plaintext in an encrypted file.
 * @throws ContentError TRUNCATED when no encrypted file has that length.
 */
export function plaintextLength(ciphertextLength: number, headerLength: number): number {
  const body = ciphertextLength - headerLength
  const full = Math.floor(body / SEALED_CHUNK_BYTES)
  const rest = body % SEALED_CHUNK_BYTES
  // Only an empty file ends with an empty chunk.
  const possible = rest === 0 ? full > 0 : rest > TAG_BYTES || (rest === TAG_BYTES && full === 0)
  if (body < TAG_BYTES || !possible)
    throw new ContentError(
      'TRUNCATED',
      `The file ends within a chunk: no encrypted file has ${ciphertextLength} bytes. Fetch it again in full.`,
    )
  return full * CHUNK_BYTES + (rest === 0 ? 0 : rest - TAG_BYTES)
}

/** The ciphertext that holds a range of plaintext. */
export interface ChunkRange {
  readonly firstChunk: number
  readonly chunks: number
  /** Where the first of these chunks begins in the file. */
  readonly offset: number
  /** Bytes of all of them, of full chunks: the file's last chunk may be shorter. */
  readonly length: number
  /** Bytes of plaintext in the first chunk that come before the range. */
  readonly skip: number
}

/** Which chunks of a file hold `length` bytes of plaintext from `offset`; none for an empty range. */
export function chunkRange(offset: number, length: number, headerLength: number): ChunkRange {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0)
    throw new ContentError(
      'OUT_OF_RANGE',
      `A range of ${length} bytes from ${offset} does not exist: both are whole numbers from 0 on.`,
    )
  const firstChunk = Math.floor(offset / CHUNK_BYTES)
  const chunks = length === 0 ? 0 : Math.ceil((offset + length) / CHUNK_BYTES) - firstChunk
  return {
    firstChunk,
    chunks,
    offset: headerLength + firstChunk * SEALED_CHUNK_BYTES,
    length: chunks * SEALED_CHUNK_BYTES,
    skip: offset - firstChunk * CHUNK_BYTES,
  }
}

/**
 * Where to take up an upload of which `accepted` bytes of ciphertext arrived: encrypt from `chunkIndex` and drop the
 * first `skip` bytes. Until the header is through, that is the header and all chunks: send it first.
 */
export function resumePoint(
  accepted: number,
  headerLength: number,
): { readonly chunkIndex: number; readonly skip: number } {
  const body = Math.max(0, accepted - headerLength)
  return { chunkIndex: Math.floor(body / SEALED_CHUNK_BYTES), skip: body % SEALED_CHUNK_BYTES }
}
