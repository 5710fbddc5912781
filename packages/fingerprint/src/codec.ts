import { concat } from '@cess/bytes'
import { fromBase32, toBase32 } from './base32.ts'
import { FingerprintError } from './errors.ts'
import {
  bodyBytes,
  type DecodedIscc,
  fits,
  hasSubTypes,
  type IsccCode,
  MAIN_TYPES,
  type MainType,
  SUB_TYPES,
  type SubType,
  UNITS,
} from './types.ts'

/** Letters: the longest code, of five units, has 68. */
const [SHORTEST, LONGEST] = [10, 68]

const bad = (why: string): FingerprintError =>
  new FingerprintError('BAD_CODE', `This is no ISCC: ${why}. Copy it whole, from ISCC: on.`)
const refused = (why: string): FingerprintError =>
  new FingerprintError('BAD_INPUT', `No ISCC can be made of this: ${why}.`)

/** A code by the numbers of its header. */
interface RawCode {
  readonly mainType: MainType
  readonly sub: number
  readonly version: number
  /** Fourth number of the header: words of the body less one, or the units of a composite. */
  readonly field: number
  /** The first byte of the header: main type and subtype. */
  readonly kind: number
  readonly body: Uint8Array
}

/** Reads a code without asking whether its subtype is known. @throws FingerprintError BAD_CODE */
export function parseIscc(text: string): RawCode {
  if (typeof text !== 'string') throw bad('it is no text')
  const code = text.startsWith('ISCC:') ? text.slice(5) : text
  if (code.length < SHORTEST || code.length > LONGEST) throw bad(`it has ${code.length} letters`)
  const bytes = fromBase32(code)
  const [kind, second] = [bytes[0]!, bytes[1]!]
  const [main, sub, version, field] = [kind >> 4, kind & 15, second >> 4, second & 15]
  const mainType = MAIN_TYPES[main]
  if (!mainType) throw bad(`its main type, ${main}, is not known`)
  if (version !== 0) throw bad(`its version, ${version}, is not known`)
  if (sub > 7 || field > 7) throw bad('its header is not known')
  const body = bytes.slice(2)
  const expected = bodyBytes(mainType, sub, field)
  if (body.length !== expected)
    throw bad(`its header announces ${expected} bytes, not ${body.length}`)
  return { mainType, sub, version, field, kind, body }
}

/** Reads a code (ISO 24138, Header), with or without `ISCC:`, in capital letters. @throws FingerprintError BAD_CODE */
export function decodeIscc(text: string): DecodedIscc {
  const { mainType, sub, version, field, body } = parseIscc(text)
  const composite = mainType === 'ISCC'
  const alone = !composite && !hasSubTypes(mainType)
  const subType = alone ? 'NONE' : SUB_TYPES[sub]!
  const units = composite ? UNITS[field]! : undefined
  if ((alone && sub !== 0) || !fits(mainType, subType, units))
    throw bad(`its subtype, ${sub}, is none of ${mainType}${units ? ' with these units' : ''}`)
  return { mainType, subType, version, length: 8 * body.length, units, body }
}

/**
 * Text of what `decodeIscc` reads. `length` may be left out: it is that of the body.
 * @throws FingerprintError BAD_INPUT for what `decodeIscc` would refuse
 */
export function encodeIscc(
  code: Pick<DecodedIscc, 'mainType' | 'body'> & Partial<DecodedIscc>,
): IsccCode {
  const { mainType, subType = 'NONE', version = 0, units = [], body } = code
  const main = MAIN_TYPES.indexOf(mainType)
  if (main < 0 || !SUB_TYPES.includes(subType) || !fits(mainType, subType, units))
    throw refused(`a ${mainType} code of ${subType} is not known, or not of these units`)
  if (version !== 0) throw refused(`version ${version} is not known; leave it out`)
  const composite = mainType === 'ISCC'
  const field = composite
    ? UNITS.findIndex((list) => list.join() === units.join())
    : body.length / 4 - 1
  const sub = composite || hasSubTypes(mainType) ? SUB_TYPES.indexOf(subType) : 0
  const known = Number.isInteger(field) && field >= 0 && field <= 7
  const { length = 8 * body.length } = code
  if (!known || body.length !== bodyBytes(mainType, sub, field) || length !== 8 * body.length)
    throw refused(`a body of ${body.length} bytes does not fit its type, units or length`)
  return `ISCC:${toBase32(concat(Uint8Array.of((main << 4) | sub, field), body))}`
}

/** Text of a unit from a digest, cut to `bits`. @throws FingerprintError BAD_INPUT */
export function encodeUnit(
  mainType: Exclude<MainType, 'ISCC'>,
  subType: SubType,
  bits: number,
  digest: Uint8Array,
): IsccCode {
  if (!Number.isInteger(bits / 32) || bits < 32 || bits > 256 || digest.length * 8 < bits)
    throw refused(`it cannot have ${bits} bits; ask for 32 to 256, a multiple of 32`)
  return encodeIscc({ mainType, subType, body: digest.subarray(0, bits / 8) })
}
