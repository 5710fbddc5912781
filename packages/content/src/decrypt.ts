import { concat } from '@cess/bytes'
import { TAG_BYTES } from '@cess/crypto'
import { ContentError } from './errors.ts'
import {
  chunkCount,
  chunkRange,
  MAX_CHUNKS,
  plaintextLength,
  SEALED_CHUNK_BYTES,
} from './format.ts'
import {
  type FileKey,
  headerLength,
  type OpenHeader,
  openHeader,
  PREAMBLE_BYTES,
  type StreamCipher,
} from './header.ts'
import type { Manifest } from './manifest.ts'
import { type ByteSource, byteReader, type Chunk, rechunk } from './rechunk.ts'

export interface Decryption {
  readonly manifest: Manifest
  /**
   * The plaintext in pieces, each authenticated at its place before it comes out. Whether the file is whole is known
   * only when the stream ends: until then what was read is the beginning of the file and no more.
   */
  readonly stream: AsyncGenerator<Uint8Array, void>
}

const truncated = (what: string): ContentError =>
  new ContentError(
    'TRUNCATED',
    `The file is cut off: ${what}. Fetch it again in full, or from another gateway.`,
  )

/** The plaintext of a chunk, or why it has none. */
function openAt(cipher: StreamCipher, index: number, { bytes, last }: Chunk): Uint8Array {
  const plain = index < MAX_CHUNKS ? cipher.open(index, last, bytes) : undefined
  if (plain) return plain
  // The other mark is tried for the sake of the message: a chunk that is right but in the wrong role.
  if (last && (bytes.length < TAG_BYTES || cipher.open(index, false, bytes)))
    throw truncated(`it ends in chunk ${index}, which is not the last one`)
  throw new ContentError(
    'CORRUPT',
    !last && cipher.open(index, true, bytes)
      ? `Bytes follow behind the end of the file, in chunk ${index + 1}. Fetch the file again.`
      : `The file is damaged in chunk ${index}. Fetch it again from another gateway.`,
  )
}

async function* openAll(
  { manifest, cipher }: OpenHeader,
  body: ByteSource,
): AsyncGenerator<Uint8Array, void> {
  let index = 0
  let length = 0
  for await (const chunk of rechunk(body, SEALED_CHUNK_BYTES)) {
    const plain = openAt(cipher, index++, chunk)
    length += plain.length
    if (chunk.last && manifest.length !== undefined && manifest.length !== length)
      throw new ContentError(
        'CORRUPT',
        `The file holds ${length} bytes and its manifest says ${manifest.length}: its writer made a mistake.`,
      )
    if (plain.length > 0) yield plain
  }
}

/**
 * Decrypts a file from its beginning. Memory is a few chunks.
 * @throws ContentError NOT_CESS, UNSUPPORTED_VERSION, WRONG_KEY, CORRUPT, TRUNCATED or TOO_LARGE; the stream throws
 * CORRUPT and TRUNCATED.
 */
export async function decrypt(ciphertext: ByteSource, key: FileKey): Promise<Decryption> {
  const reader = byteReader(ciphertext)
  try {
    const preamble = await reader.take(PREAMBLE_BYTES)
    const rest = await reader.take(headerLength(preamble) - preamble.length)
    const opened = openHeader(concat(preamble, rest), key)
    return { manifest: opened.manifest, stream: openAll(opened, reader.rest()) }
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Gives `length` bytes of ciphertext from `offset`, in one piece or many. */
export type FetchRange = (offset: number, length: number) => ByteSource | Promise<Uint8Array>

export interface DecryptRangeOptions {
  /** Bytes of the whole encrypted file, as the chain has it. */
  readonly ciphertextLength: number
  readonly fetchRange: FetchRange
  /** First byte of plaintext. */
  readonly offset: number
  /** Bytes of plaintext. */
  readonly length: number
  /** Gets the ciphertext of each chunk, once it is authenticated and before its plaintext comes out. Void afterwards. */
  readonly onSealed?: (chunk: Uint8Array) => void | Promise<void>
}

/**
 * Decrypts a range of a file, fetching only the chunks that hold it.
 * @param opened header of the file.
 * @throws ContentError OUT_OF_RANGE when the range reaches beyond the end; TRUNCATED or CORRUPT when the file is not
 * the one that was written, as far as the range shows.
 */
export async function* decryptRange(
  { header, manifest, cipher }: OpenHeader,
  { ciphertextLength, fetchRange, offset, length, onSealed }: DecryptRangeOptions,
): AsyncGenerator<Uint8Array, void> {
  const size = plaintextLength(ciphertextLength, header.bytes.length)
  if (manifest.length !== undefined && manifest.length !== size) {
    const what = `it has room for ${size} bytes and its manifest says ${manifest.length}`
    throw size < manifest.length
      ? truncated(what)
      : new ContentError('CORRUPT', `The file is too long: ${what}. Fetch it again.`)
  }
  const range = chunkRange(offset, length, header.bytes.length)
  if (offset + length > size)
    throw new ContentError(
      'OUT_OF_RANGE',
      `The range ends at byte ${offset + length}, and the file at byte ${size}.`,
    )
  if (range.chunks === 0) return
  const wanted = Math.min(range.length, ciphertextLength - range.offset)
  const source = await fetchRange(range.offset, wanted)
  let received = 0
  let index = range.firstChunk
  let skip = range.skip
  let left = length
  const pieces = ArrayBuffer.isView(source) ? [source] : source
  for await (const { bytes, last } of rechunk(pieces, SEALED_CHUNK_BYTES)) {
    received += bytes.length
    if (last && received < wanted) throw truncated(`of ${wanted} bytes asked for ${received} came`)
    if (received > wanted || (received === wanted && !last))
      throw new ContentError(
        'CORRUPT',
        `More than the ${wanted} bytes asked for came. Use another gateway.`,
      )
    const plain = openAt(cipher, index, { bytes, last: index === chunkCount(size) - 1 })
    await onSealed?.(bytes)
    const part = plain.subarray(skip, skip + left)
    skip = 0
    left -= part.length
    index++
    yield part
  }
}
