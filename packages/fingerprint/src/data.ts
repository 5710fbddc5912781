import { chunkEnd, LARGEST } from './cdc.ts'
import { encodeUnit } from './codec.ts'
import { createMinHash } from './minhash.ts'
import { type ByteSource, checkUpdate, feed } from './sources.ts'
import type { IsccCode } from './types.ts'
import { xxh32 } from './xxhash.ts'

/** Bytes that wait at most: several of the longest chunks. */
const HELD = 8 * LARGEST

/** Makes a Data-Code of bytes as they come. */
export interface DataHasher {
  /** The bytes are copied. @throws FingerprintError BAD_INPUT for anything else, and after `finish` */
  update(bytes: Uint8Array): void
  /** After the last byte; again for other lengths. @throws FingerprintError BAD_INPUT */
  finish(bits?: number): IsccCode
}

/**
 * Data-Code (ISO 24138, Data-Code): of any bytes; files that share most of theirs have similar ones. Memory is 64 KiB,
 * and it does not matter how the bytes are cut.
 */
export function createDataHasher(): DataHasher {
  const minhash = createMinHash()
  const held = new Uint8Array(HELD)
  let [from, to, chunks] = [0, 0, 0]
  let digest: Uint8Array | undefined

  function take(end: number): void {
    minhash.add(xxh32(held, from, end))
    from = end
    chunks++
  }
  function makeRoom(): void {
    held.copyWithin(0, from, to)
    to -= from
    from = 0
  }
  function last(): Uint8Array {
    while (from < to) take(chunkEnd(held, from, to))
    // No bytes are one empty chunk.
    if (chunks === 0) take(0)
    return minhash.digest()
  }
  return {
    update(bytes) {
      checkUpdate(bytes, digest !== undefined)
      for (let at = 0; at < bytes.length; ) {
        if (to === HELD) makeRoom()
        const part = bytes.subarray(at, at + HELD - to)
        held.set(part, to)
        at += part.length
        to += part.length
        // Nearer to the end it depends on what comes.
        while (to - from > LARGEST) take(chunkEnd(held, from, to))
      }
    },
    finish(bits = 64) {
      digest ??= last()
      return encodeUnit('DATA', 'NONE', bits, digest)
    },
  }
}

/** Data-Code of all bytes of a source. @throws FingerprintError BAD_INPUT, and what the source throws */
export async function genDataCode(
  source: ByteSource,
  bits = 64,
): Promise<{ readonly iscc: IsccCode }> {
  const hasher = createDataHasher()
  await feed(source, hasher)
  return { iscc: hasher.finish(bits) }
}
