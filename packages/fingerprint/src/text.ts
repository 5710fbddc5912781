import { utf8 } from '@cess/bytes'
import { encodeUnit } from './codec.ts'
import { createMinHash } from './minhash.ts'
import { checkLength } from './text-limits.ts'
import { collapseText } from './text-normalize.ts'
import type { IsccCode } from './types.ts'
import { xxh32 } from './xxhash.ts'

/** Characters of a feature. */
const WIDTH = 13
/** Places that are remembered: a power of two, above the width. */
const PLACES = 16

/** 32 bytes that change little when a text does, from every run of 13 characters. */
function textHash(collapsed: string): { readonly digest: Uint8Array; characters: number } {
  const bytes = utf8(collapsed)
  const minhash = createMinHash()
  // Where the last characters begin in the bytes.
  const places = new Int32Array(PLACES)
  let characters = 0
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at]! & 0xc0) === 0x80) continue
    if (characters >= WIDTH) minhash.add(xxh32(bytes, places[(characters - WIDTH) % PLACES]!, at))
    places[characters++ % PLACES] = at
  }
  // The last run, or all when there are fewer characters.
  const from = characters >= WIDTH ? places[(characters - WIDTH) % PLACES]! : 0
  minhash.add(xxh32(bytes, from, bytes.length))
  return { digest: minhash.digest(), characters }
}

/**
 * Text-Code (ISO 24138, Text-Code): of plain text, whatever format it came in.
 * @throws FingerprintError TOO_LARGE above 64 MiB of UTF-8, BAD_INPUT
 */
export function genTextCode(
  text: string,
  bits = 64,
): { readonly iscc: IsccCode; readonly characters: number } {
  checkLength(text)
  const { digest, characters } = textHash(collapseText(text))
  return { iscc: encodeUnit('CONTENT', 'TEXT', bits, digest), characters }
}
