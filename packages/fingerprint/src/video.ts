import { encodeUnit, type Iscc } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { WINNER_PAIRS } from './tables.ts'

/** Values of a frame signature of MPEG-7. */
const SIGNATURE = 380
/** Frames of about a day. */
const MOST = 3_000_000

/** For each pair of places, which of the two sums is larger (winner takes all). */
function winners(sums: Float64Array): Uint8Array {
  const bytes = new Uint8Array(WINNER_PAIRS.length / 16)
  for (let i = 0; i < WINNER_PAIRS.length / 2; i++)
    if (sums[WINNER_PAIRS[2 * i + 1]!]! > sums[WINNER_PAIRS[2 * i]!]!)
      bytes[i >> 3]! |= 128 >> (i & 7)
  return bytes
}

/**
 * Video-Code (ISO 24138 §5.7) of frame signatures: 380 numbers each. A frame counts once, however often it is shown.
 * @throws FingerprintError BAD_INPUT, TOO_LARGE
 */
export function genVideoCode(
  frames: readonly ArrayLike<number>[],
  bits = 64,
): { readonly iscc: Iscc } {
  if (frames.length === 0)
    throw new FingerprintError('BAD_INPUT', 'The film has no frames that could be read.')
  if (frames.length > MOST)
    throw new FingerprintError('TOO_LARGE', 'The film is too long. Register its parts.')
  const sums = new Float64Array(SIGNATURE)
  const seen = new Set<string>()
  for (const frame of frames) {
    const values = Array.from(frame)
    if (values.length !== SIGNATURE || !values.every(Number.isSafeInteger))
      throw new FingerprintError('BAD_INPUT', 'A frame signature has 380 whole numbers.')
    const name = values.join()
    if (seen.has(name)) continue
    seen.add(name)
    for (let i = 0; i < SIGNATURE; i++) sums[i]! += values[i]!
  }
  return { iscc: encodeUnit('CONTENT', 'VIDEO', bits, winners(sums)) }
}
