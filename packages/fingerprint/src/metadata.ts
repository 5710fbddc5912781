import { utf8 } from '@cess/bytes'
import { FingerprintError } from './errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** Bytes of the metadata themselves: as the reference (meta_trim_meta). */
const MOST_BYTES = 128_000
/** Letters of a data URL: each byte takes three at most, and the type some. */
const LONGEST_URL = 1 << 20
const DEEPEST = 64

const bad = (why: string, options?: ErrorOptions): FingerprintError =>
  new FingerprintError('BAD_INPUT', `The metadata cannot be used: ${why}. Correct it.`, options)
const tooLarge = (): FingerprintError =>
  new FingerprintError(
    'TOO_LARGE',
    `The metadata has more than ${MOST_BYTES} bytes. Leave out what does not describe the work.`,
  )

/** JSON with one text for every value (RFC 8785): names in the order of their UTF-16 units, numbers as ECMAScript writes them. */
function canonical(value: Json, depth: number, room: { left: number }): string {
  if (depth > DEEPEST) throw bad(`it is nested more than ${DEEPEST} deep`)
  // Each value takes a letter at least. What is shared or long would otherwise take for ever.
  room.left -= typeof value === 'string' ? value.length + 2 : 1
  if (room.left < 0) throw tooLarge()
  const inner = (one: Json): string => canonical(one, depth + 1, room)
  if (Array.isArray(value)) {
    if (value.length > room.left) throw tooLarge()
    return `[${Array.from(value, inner).join()}]`
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, one]) => `${inner(name)}:${inner(one)}`).join()}}`
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw bad(`${value} is no number of JSON`)
  const text = typeof value === 'bigint' ? undefined : JSON.stringify(value)
  if (text === undefined) throw bad('it holds something that JSON has not')
  return text
}

/** Percent-encoded bytes (RFC 3986). */
function percentDecoded(text: string): Uint8Array {
  if (/%(?![0-9a-f]{2})/iu.test(text)) throw bad('its data URL is damaged')
  const bytes = utf8(text)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x25) bytes[length++] = bytes[at]!
    else bytes[length++] = Number.parseInt(String.fromCharCode(bytes[++at]!, bytes[++at]!), 16)
  }
  return bytes.slice(0, length)
}

/** The data in a data URL (RFC 2397). @throws FingerprintError BAD_INPUT, TOO_LARGE */
function dataOfUrl(url: string): Uint8Array {
  if (url.length > LONGEST_URL) throw tooLarge()
  const parts = /^data:([^,]{0,1000}),(.*)$/su.exec(url)
  if (!parts) throw bad('it is no data URL')
  const [, type, data] = parts as unknown as [string, string, string]
  const bytes = percentDecoded(data)
  if (!type.endsWith(';base64')) return bytes
  try {
    return Uint8Array.fromBase64(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw bad('its data URL is damaged', { cause })
  }
}

/** Bytes that stand for metadata, and the data URL of them. @throws FingerprintError BAD_INPUT, TOO_LARGE */
export function payloadOf(meta: JsonObject | string): { bytes: Uint8Array; url: string } {
  const bytes =
    typeof meta === 'string' ? dataOfUrl(meta) : utf8(canonical(meta, 0, { left: MOST_BYTES }))
  if (bytes.length > MOST_BYTES) throw tooLarge()
  if (typeof meta === 'string') return { bytes, url: meta }
  const type = '@context' in meta ? 'application/ld+json' : 'application/json'
  return { bytes, url: `data:${type};base64,${bytes.toBase64()}` }
}
