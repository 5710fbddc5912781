import { utf8 } from '@cess/bytes'
import { FingerprintError } from './errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

const DEEPEST = 64

const bad = (why: string): FingerprintError =>
  new FingerprintError('BAD_INPUT', `The metadata cannot be used: ${why}.`)

/** JSON with one text for every value (RFC 8785): names in the order of their UTF-16 units, numbers as ECMAScript writes them. */
export function canonicalJson(value: Json, depth = 0): string {
  if (depth > DEEPEST) throw bad(`it is nested more than ${DEEPEST} deep`)
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one, depth + 1)).join()}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1))
    const texts = entries.map(
      ([name, one]) => `${JSON.stringify(name)}:${canonicalJson(one, depth + 1)}`,
    )
    return `{${texts.join()}}`
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw bad(`${value} is no number of JSON`)
  const text = JSON.stringify(value)
  if (text === undefined) throw bad('it holds something that JSON has not')
  return text
}

/** The data in a data URL (RFC 2397). @throws FingerprintError BAD_INPUT */
export function dataOfUrl(url: string): Uint8Array {
  const parts = /^data:([^,]{0,1000}),(.*)$/su.exec(url)
  if (!parts) throw bad('it is no data URL')
  const [, type, data] = parts as unknown as [string, string, string]
  try {
    if (type.endsWith(';base64')) return Uint8Array.fromBase64(data)
    return utf8(decodeURIComponent(data))
  } catch (cause) {
    throw new FingerprintError('BAD_INPUT', 'The data URL of the metadata is damaged.', { cause })
  }
}
