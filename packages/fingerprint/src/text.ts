import { utf8 } from '@cess/bytes'
import { encodeUnit, type Iscc } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { createMinHash } from './minhash.ts'
import { collapseText } from './text-normalize.ts'
import { xxh32 } from './xxhash.ts'

/** Characters of a feature. */
const WIDTH = 13
/** Longest text in UTF-16 units: some hundred books. */
const LONGEST = 64 << 20

/** Places in UTF-8 where characters begin, and the end. */
function boundaries(bytes: Uint8Array): Uint32Array {
  const places = new Uint32Array(bytes.length + 1)
  let count = 0
  for (let i = 0; i < bytes.length; i++) if ((bytes[i]! & 0xc0) !== 0x80) places[count++] = i
  places[count++] = bytes.length
  return places.subarray(0, count)
}

/** 32 bytes that change little when a text does. */
export function textHash(collapsed: string): { readonly digest: Uint8Array; characters: number } {
  const bytes = utf8(collapsed)
  const places = boundaries(bytes)
  const characters = places.length - 1
  const minhash = createMinHash()
  for (let i = 0; i < Math.max(characters - WIDTH + 1, 1); i++)
    minhash.add(xxh32(bytes, places[i], places[Math.min(i + WIDTH, characters)]))
  return { digest: minhash.digest(), characters }
}

/**
 * Text-Code (ISO 24138 §5.4): of plain text, whatever format it came in.
 * @throws FingerprintError TOO_LARGE, BAD_INPUT
 */
export function genTextCode(
  text: string,
  bits = 64,
): { readonly iscc: Iscc; readonly characters: number } {
  if (text.length > LONGEST)
    throw new FingerprintError(
      'TOO_LARGE',
      'The text is longer than 64 million characters. Register its parts.',
    )
  const { digest, characters } = textHash(collapseText(text))
  return { iscc: encodeUnit('CONTENT', 'TEXT', bits, digest), characters }
}
