import { concat, equal, u64le, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import { CHUNK_BYTES } from './format.ts'
import { type ByteSource, rechunk } from './rechunk.ts'

const DIGEST_BYTES = 32

/** What a source held when it was read through: the condition for encrypting it under the same keys twice. */
export interface SourceDigest {
  /** Bytes of the source. */
  readonly length: number
  /** BLAKE3 over a domain, the length and the digests of all chunks: 32 bytes. */
  readonly digest: Uint8Array
  /** BLAKE3 of every chunk of 64 KiB, one after the other. */
  readonly chunks: Uint8Array
}

/**
 * Reads a source through. Memory: 32 bytes for every 64 KiB, 16 MiB for the longest file that a deal takes.
 * Chunk digests are kept because the whole one is known only at the end: a source that changes while it is encrypted
 * must be caught before a chunk of it is sealed, not after.
 */
export async function digestSource(source: ByteSource): Promise<SourceDigest> {
  let chunks = new Uint8Array(16 * DIGEST_BYTES)
  let used = 0
  let length = 0
  for await (const { bytes } of rechunk(source, CHUNK_BYTES)) {
    if (used === chunks.length) {
      const grown = new Uint8Array(2 * used)
      grown.set(chunks)
      chunks = grown
    }
    chunks.set(blake3(bytes), used)
    used += DIGEST_BYTES
    length += bytes.length
  }
  const all = chunks.slice(0, used)
  return { length, digest: rootOf(length, all), chunks: all }
}

const rootOf = (length: number, chunks: Uint8Array): Uint8Array =>
  blake3(concat(utf8('cess/content/source/1'), u64le(BigInt(length)), chunks))

/** Whether a digest is whole: its root is that of its chunks. A caller may have kept it on disk in between. */
export const isSourceDigest = ({ length, digest, chunks }: SourceDigest): boolean =>
  equal(rootOf(length, chunks), digest)

/** Whether a chunk is the one that was digested at this place. */
export const isChunkOf = (source: SourceDigest, index: number, bytes: Uint8Array): boolean =>
  equal(source.chunks.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES), blake3(bytes))
