import {
  BLAKE3_CHUNK,
  type Blake3Opening,
  blake3ChunkOpening,
  verifyBlake3Chunk,
} from '@cess/crypto/hashes'
import { boundedBytes, fixedBytes, type Infer, struct, vec } from '@cess/scale'
import { Podr2Error } from './errors.ts'
import { MAX_FRAGMENT_BYTES } from './layout.ts'

/** Levels of the BLAKE3 tree of the largest fragment: 8192 chunks. */
const MAX_PATH = Math.log2(MAX_FRAGMENT_BYTES / BLAKE3_CHUNK)

/** SCALE of a chunk of 1024 bytes (the last one may be shorter) and the hashes beside its way to the fragment's id. */
export const opening = struct('cess_podr2::Opening', {
  chunk: boundedBytes(BLAKE3_CHUNK),
  path: vec(fixedBytes(32), MAX_PATH),
})
export type Opening = Infer<typeof opening>

/**
 * Opens chunk `chunk` of a fragment: the transparent leg. Hashes the whole fragment.
 * @throws Podr2Error NO_SUCH_CHUNK
 */
export function openChunk(fragment: Uint8Array, chunk: number): Opening {
  try {
    return blake3ChunkOpening(fragment, chunk)
  } catch (error) {
    throw new Podr2Error(
      'NO_SUCH_CHUNK',
      `A fragment of ${fragment.length} bytes has no chunk ${chunk} of 1024 bytes. Compare its size with the challenge.`,
      error,
    )
  }
}

/** Whether `given` is chunk `chunk` of the fragment of `size` bytes with this id. Never throws for what they contain.
 * BLAKE3 does not hash the length: a wrong `size` shows only in chunks near the end, so take it from the chain. */
export const verifyOpening = (
  fragmentId: Uint8Array,
  size: number,
  chunk: number,
  given: Blake3Opening,
): boolean => size <= MAX_FRAGMENT_BYTES && verifyBlake3Chunk(fragmentId, size, chunk, given)
