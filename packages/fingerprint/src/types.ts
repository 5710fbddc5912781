/** Main types (ISO 24138, MainTypes) that are made and read here, by their number. */
export const MAIN_TYPES = ['META', 'SEMANTIC', 'CONTENT', 'DATA', 'INSTANCE', 'ISCC'] as const
export type MainType = (typeof MAIN_TYPES)[number]

/** Subtypes of SEMANTIC, CONTENT and ISCC, by their number. META, DATA and INSTANCE have none: `NONE`, written as 0. */
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

/** Text of a code: `ISCC:` and base32. */
export type IsccCode = `ISCC:${string}`

/** What a code says. */
export interface DecodedIscc {
  readonly mainType: MainType
  /** `NONE` where the main type has no subtypes. */
  readonly subType: SubType
  /** Of the algorithm: 0. */
  readonly version: number
  /** Bits of the body: 32 to 320. */
  readonly length: number
  /** Which units a composite has besides Data and Instance; undefined for a unit. */
  readonly units: readonly MainType[] | undefined
  /** The digest, or those of the units of a composite. */
  readonly body: Uint8Array
}

/** Optional units of a composite, by the number in its header. */
export const UNITS: readonly (readonly MainType[])[] = [
  [],
  ['CONTENT'],
  ['SEMANTIC'],
  ['SEMANTIC', 'CONTENT'],
  ['META'],
  ['META', 'CONTENT'],
  ['META', 'SEMANTIC'],
  ['META', 'SEMANTIC', 'CONTENT'],
]

export const hasSubTypes = (type: MainType): boolean => type === 'SEMANTIC' || type === 'CONTENT'

/** Whether a code can be of this subtype, and a composite of these units. */
export function fits(type: MainType, subType: SubType, units: readonly MainType[] = []): boolean {
  const media = SUB_TYPES.indexOf(subType) <= SUB_TYPES.indexOf('MIXED')
  if (hasSubTypes(type)) return media
  if (type !== 'ISCC') return subType === 'NONE'
  if (subType === 'NONE') return units.join() === 'META'
  return media ? units.includes('CONTENT') || units.includes('SEMANTIC') : units.length === 0
}

/** Bytes of the body that a header announces; `field` is its fourth number. */
export function bodyBytes(type: MainType, sub: number, field: number): number {
  if (type !== 'ISCC') return 4 * (field + 1)
  return SUB_TYPES[sub] === 'WIDE' ? 32 : 8 * (UNITS[field]!.length + 2)
}
