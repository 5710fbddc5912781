import { concat } from '@cess/bytes'
import { fromBase32, toBase32 } from './base32.ts'
import { FingerprintError } from './errors.ts'

/** Main types (ISO 24138 §4.3) that are made and read here, by their number. */
export const MAIN_TYPES = ['META', 'SEMANTIC', 'CONTENT', 'DATA', 'INSTANCE', 'ISCC'] as const
export type MainType = (typeof MAIN_TYPES)[number]
/** Subtypes of SEMANTIC, CONTENT and ISCC; META, DATA and INSTANCE have none, which is 0. */
export const SUB_TYPES = [
  'TEXT',
  'IMAGE',
  'AUDIO',
  'VIDEO',
  'MIXED',
  'SUM',
  'NONE',
  'WIDE',
] as const
export type SubType = (typeof SUB_TYPES)[number]

/** Text of a code, `ISCC:` and base32. */
export type Iscc = `ISCC:${string}`

export interface IsccCode {
  readonly mainType: MainType
  /** `NONE` where the main type has no subtypes. */
  readonly subType: SubType
  readonly version: number
  /** Which optional units a composite has; undefined for a unit. */
  readonly units: readonly MainType[] | undefined
  /** Digest: 4 to 32 bytes. */
  readonly body: Uint8Array
}

/** Optional units of a composite, by the number in its header. */
const UNITS: readonly (readonly MainType[])[] = [
  [],
  ['CONTENT'],
  ['SEMANTIC'],
  ['SEMANTIC', 'CONTENT'],
  ['META'],
  ['META', 'CONTENT'],
  ['META', 'SEMANTIC'],
  ['META', 'SEMANTIC', 'CONTENT'],
]
const LONGEST = 80
const withSubTypes = (type: MainType): boolean =>
  type === 'SEMANTIC' || type === 'CONTENT' || type === 'ISCC'

const bad = (why: string): FingerprintError =>
  new FingerprintError('BAD_CODE', `This is no ISCC: ${why}. Copy it whole, from ISCC: on.`)

/** Four numbers below 8, a nibble each: all that version 0 has. */
const header = (main: number, sub: number, version: number, length: number): Uint8Array =>
  Uint8Array.of((main << 4) | sub, (version << 4) | length)

function lengthOf(main: MainType, sub: number, field: number): number {
  if (main !== 'ISCC') return 4 * (field + 1)
  return SUB_TYPES[sub] === 'WIDE' ? 32 : 8 * (UNITS[field]!.length + 2)
}

/** Text of a unit from a digest, cut to `bits`. @throws FingerprintError BAD_INPUT */
export function encodeUnit(
  mainType: Exclude<MainType, 'ISCC'>,
  subType: SubType,
  bits: number,
  digest: Uint8Array,
): Iscc {
  if (!Number.isInteger(bits / 32) || bits < 32 || bits > 256 || digest.length * 8 < bits)
    throw new FingerprintError(
      'BAD_INPUT',
      `A unit cannot have ${bits} bits here. Ask for 32 to 256, a multiple of 32.`,
    )
  const sub = withSubTypes(mainType) ? SUB_TYPES.indexOf(subType) : 0
  const head = header(MAIN_TYPES.indexOf(mainType), sub, 0, bits / 32 - 1)
  return `ISCC:${toBase32(concat(head, digest.subarray(0, bits / 8)))}`
}

/** Text of a composite code. */
export function encodeComposite(
  subType: SubType,
  units: readonly MainType[],
  body: Uint8Array,
): Iscc {
  const field = UNITS.findIndex((list) => list.join() === units.join())
  if (field < 0)
    throw new FingerprintError('MISMATCH', `There is no ISCC of these units: ${units.join(', ')}.`)
  const head = header(MAIN_TYPES.indexOf('ISCC'), SUB_TYPES.indexOf(subType), 0, field)
  return `ISCC:${toBase32(concat(head, body))}`
}

/** A code by the numbers of its header. */
export interface RawCode {
  readonly mainType: MainType
  readonly sub: number
  readonly version: number
  readonly length: number
  /** The first byte of the header: main type and subtype. */
  readonly kind: number
  readonly body: Uint8Array
}

/** Reads a code without asking whether its subtype is known. @throws FingerprintError BAD_CODE */
export function parseIscc(text: string): RawCode {
  const code = text.startsWith('ISCC:') ? text.slice(5) : text
  if (code.length < 10 || code.length > LONGEST) throw bad(`it has ${code.length} letters`)
  const bytes = fromBase32(code)
  const [kind, second] = [bytes[0]!, bytes[1]!]
  const [main, sub, version, length] = [kind >> 4, kind & 15, second >> 4, second & 15]
  const mainType = MAIN_TYPES[main]
  if (!mainType) throw bad(`${main} is no main type that is known`)
  if (version !== 0) throw bad(`version ${version} is not known`)
  if (sub > 7 || length > 7) throw bad('its header is not known')
  const body = bytes.subarray(2)
  const expected = lengthOf(mainType, sub, length)
  if (body.length !== expected)
    throw bad(`its header announces ${expected} bytes, not ${body.length}`)
  return { mainType, sub, version, length, kind, body }
}

/** Reads a code, with or without `ISCC:`. @throws FingerprintError BAD_CODE */
export function decodeIscc(text: string): IsccCode {
  const { mainType, sub, version, length, body } = parseIscc(text)
  const composite = mainType === 'ISCC'
  const last = composite ? 'WIDE' : withSubTypes(mainType) ? 'MIXED' : undefined
  if (sub > (last ? SUB_TYPES.indexOf(last) : 0)) throw bad(`${mainType} has no subtype ${sub}`)
  return {
    mainType,
    subType: last ? SUB_TYPES[sub]! : 'NONE',
    version,
    units: composite ? UNITS[length] : undefined,
    body,
  }
}
