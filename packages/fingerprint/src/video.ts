import { blake3 } from '@cess/crypto/hashes'
import { encodeUnit } from './codec.ts'
import { FingerprintError } from './errors.ts'
import type { IsccCode } from './types.ts'
import { winners } from './wta.ts'

/** Values of a frame signature of MPEG-7. */
const SIGNATURE = 380
/** Frames of about a week, five in a second. Sums of that many 31-bit values are exact. */
const MOST = 3_000_000

const bad = (why: string): FingerprintError =>
  new FingerprintError('BAD_INPUT', `The film cannot be used: ${why}. Read its frames again.`)

/** @throws FingerprintError BAD_INPUT */
function valuesOf(frame: ArrayLike<number>): Int32Array {
  if (frame?.length !== SIGNATURE) throw bad(`a frame signature has not ${SIGNATURE} values`)
  const values = new Int32Array(SIGNATURE)
  for (let i = 0; i < SIGNATURE; i++) {
    values[i] = frame[i]!
    if (values[i] !== frame[i] || values[i]! < 0)
      throw bad('a value is no number from 0 to 2^31 - 1')
  }
  return values
}

/**
 * Video-Code (ISO 24138, Video-Code) of frame signatures: 380 numbers each. A frame counts once, however often it is shown.
 * @throws FingerprintError BAD_INPUT, TOO_LARGE
 */
export function genVideoCode(
  frames: readonly ArrayLike<number>[],
  bits = 64,
): { readonly iscc: IsccCode } {
  if (frames.length > MOST)
    throw new FingerprintError(
      'TOO_LARGE',
      `The film has more than ${MOST} frames. Register its parts.`,
    )
  if (frames.length === 0) throw bad('it has no frames')
  const sums = new Float64Array(SIGNATURE)
  // By hash: the signatures themselves would be gigabytes.
  const seen = new Set<string>()
  for (const frame of frames) {
    const values = valuesOf(frame)
    const name = String.fromCharCode(...blake3(new Uint8Array(values.buffer)))
    if (seen.has(name)) continue
    seen.add(name)
    for (let i = 0; i < SIGNATURE; i++) sums[i]! += values[i]!
  }
  return { iscc: encodeUnit('CONTENT', 'VIDEO', bits, winners(sums)) }
}
