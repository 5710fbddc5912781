import { concat, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto/hashes'
import { encodeUnit } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { type JsonObject, payloadOf } from './metadata.ts'
import { simhash, windows } from './simhash.ts'
import { cleanText, collapseText, joinLines, strip, trimText } from './text-normalize.ts'
import type { IsccCode } from './types.ts'

const NAME_BYTES = 128
const DESCRIPTION_BYTES = 4096
const LONGEST_FIELD = 1 << 20
const TEXT_WIDTH = 3
const BYTES_WIDTH = 4

export interface MetaInput {
  /** Title. What is longer than 128 bytes is cut. */
  readonly name: string
  /** Cut to 4,096 bytes. */
  readonly description?: string | undefined
  /** An object of JSON or a data URL, at most 128,000 bytes. It counts instead of the description. */
  readonly meta?: JsonObject | string | undefined
}
export interface MetaCode {
  readonly iscc: IsccCode
  readonly name: string
  readonly description?: string
  /** As a data URL. */
  readonly meta?: string
  /** Multihash (BLAKE3) of what the code is of, as hex. */
  readonly metahash: string
}

const multihash = (bytes: Uint8Array): string => `1e20${blake3(bytes).toHex()}`
const ofText = (text: string): Uint8Array => {
  const grams = windows([...collapseText(text)], TEXT_WIDTH)
  return simhash(grams.map((gram) => blake3(utf8(gram.join('')))))
}
const ofBytes = (bytes: Uint8Array): Uint8Array => simhash(windows(bytes, BYTES_WIDTH).map(blake3))

/** Name and the rest in turns of four bytes, so that short codes have both. */
function interleave(name: Uint8Array, extra: Uint8Array): Uint8Array {
  const parts = []
  for (let at = 0; at < 16; at += 4)
    parts.push(name.subarray(at, at + 4), extra.subarray(at, at + 4))
  return concat(...parts)
}

/** Of a field as it was typed: far more than is kept of it. @throws FingerprintError TOO_LARGE */
function bounded(text: string): string {
  if (text.length <= LONGEST_FIELD) return text
  throw new FingerprintError(
    'TOO_LARGE',
    `A name or description has more than ${LONGEST_FIELD} letters. Say it in ${DESCRIPTION_BYTES} bytes.`,
  )
}

/** Meta-Code (ISO 24138, Meta-Code): of what a work is called and described with. @throws FingerprintError BAD_INPUT, TOO_LARGE */
export function genMetaCode(input: MetaInput, bits = 64): MetaCode {
  const name = trimText(joinLines(cleanText(bounded(input.name))), NAME_BYTES)
  if (name === '')
    throw new FingerprintError('BAD_INPUT', 'The work has no name. Give it one that can be read.')
  const description = trimText(cleanText(bounded(input.description ?? '')), DESCRIPTION_BYTES)
  const { meta } = input
  const given =
    meta !== undefined && (typeof meta === 'string' ? meta : Object.keys(meta)).length > 0
  const payload = given ? payloadOf(meta) : undefined
  const extra = payload?.bytes ?? description
  const own = ofText(name)
  // Empty metadata says nothing: then the code is of the name alone.
  const digest =
    extra.length === 0
      ? own
      : interleave(own, typeof extra === 'string' ? ofText(extra) : ofBytes(extra))
  return {
    iscc: encodeUnit('META', 'NONE', bits, digest),
    name,
    ...(description !== '' && { description }),
    ...(payload && { meta: payload.url }),
    metahash: multihash(payload?.bytes ?? utf8(strip(`${name} ${description}`))),
  }
}
