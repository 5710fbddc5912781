import { concat } from '@cess/bytes'
import { encodeUnit } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { simhashOfWords } from './simhash.ts'
import type { IsccCode } from './types.ts'

/** Features of about two weeks of sound. */
const MOST = 10_000_000

/** @throws FingerprintError BAD_INPUT, TOO_LARGE */
function wordsOf(features: ArrayLike<number>): Int32Array {
  if (features.length > MOST)
    throw new FingerprintError(
      'TOO_LARGE',
      `The recording has more than ${MOST} features. Register its parts.`,
    )
  const words = Int32Array.from(features)
  for (let i = 0; i < words.length; i++)
    if (words[i] !== features[i])
      throw new FingerprintError(
        'BAD_INPUT',
        `Feature ${i} of the sound is no signed 32-bit number. Ask fpcalc for raw, signed ones.`,
      )
  return words
}

/** Cuts words in parts of nearly one length, the longer ones first. */
function divide(words: Int32Array, count: number): Int32Array[] {
  const [length, longer] = [Math.floor(words.length / count), words.length % count]
  let at = 0
  return Array.from({ length: count }, (_, i) => {
    const from = at
    at += length + (i < longer ? 1 : 0)
    return words.subarray(from, at)
  })
}

/** 32 bytes: of all features, of each quarter in time, and of each third by size. */
function audioHash(words: Int32Array): Uint8Array {
  const parts = [words, ...divide(words, 4), ...divide(words.toSorted(), 3)]
  return concat(...parts.map(simhashOfWords))
}

/**
 * Audio-Code (ISO 24138, Audio-Code) of a Chromaprint: signed 32-bit features in the order of time.
 * @throws FingerprintError BAD_INPUT, TOO_LARGE
 */
export function genAudioCode(features: ArrayLike<number>, bits = 64): { readonly iscc: IsccCode } {
  return { iscc: encodeUnit('CONTENT', 'AUDIO', bits, audioHash(wordsOf(features))) }
}
