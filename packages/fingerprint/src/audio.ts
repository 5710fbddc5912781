import { concat } from '@cess/bytes'
import { encodeUnit, type Iscc } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { simhash } from './simhash.ts'

/** Features of about four weeks of sound. */
const MOST = 20_000_000

const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value)
  return bytes
}

/** Cuts a list in parts of nearly one length, the longer ones first. */
function divide<T>(all: readonly T[], count: number): T[][] {
  const [length, longer] = [Math.floor(all.length / count), all.length % count]
  let at = 0
  return Array.from({ length: count }, (_, i) => {
    const from = at
    at += length + (i < longer ? 1 : 0)
    return all.slice(from, at)
  })
}
const hashOf = (features: readonly Uint8Array[]): Uint8Array =>
  features.length > 0 ? simhash(features) : new Uint8Array(4)

/** 32 bytes: of all features, of each quarter in time, and of each third by size. */
function audioHash(features: readonly number[]): Uint8Array {
  if (features.length === 0) return new Uint8Array(32)
  const inTime = features.map(word)
  const bySize = [...features].sort((a, b) => a - b).map(word)
  return concat(...[inTime, ...divide(inTime, 4), ...divide(bySize, 3)].map((part) => hashOf(part)))
}

/**
 * Audio-Code (ISO 24138 §5.6) of a Chromaprint: signed 32-bit features in the order of time.
 * @throws FingerprintError BAD_INPUT, TOO_LARGE
 */
export function genAudioCode(features: readonly number[], bits = 64): { readonly iscc: Iscc } {
  if (features.length > MOST)
    throw new FingerprintError('TOO_LARGE', 'The recording is too long. Register its parts.')
  if (!features.every((value) => value === (value | 0)))
    throw new FingerprintError('BAD_INPUT', 'Features of sound are signed 32-bit numbers.')
  return { iscc: encodeUnit('CONTENT', 'AUDIO', bits, audioHash(features)) }
}
