/** Codes as text, without what makes them: small enough for pages. */

export { decodeIscc, encodeIscc, encodeUnit } from './codec.ts'
export { hamming } from './compare.ts'
export { genIsccCode } from './composite.ts'
export type { DecodedIscc, IsccCode, MainType, SubType } from './types.ts'
