import { encodeUnit, genIsccCode, type IsccCode } from '@cess/fingerprint/units'
import type { Codes } from '@cess/pallets/rights'

type Upper = 'TEXT' | 'IMAGE' | 'AUDIO' | 'VIDEO' | 'MIXED'

/** The ISCC units of codes on chain, and the ISCC-CODE of their first 64 bits. */
export interface IsccUnits {
  readonly iscc: IsccCode
  readonly meta: IsccCode
  readonly content: IsccCode | undefined
  readonly data: IsccCode
  readonly instance: IsccCode
}
export function isccOf({ meta, content, data, instance }: Codes): IsccUnits {
  const upper = content?.kind.toUpperCase() as Upper | undefined
  const units = {
    meta: encodeUnit('META', 'NONE', 64, meta),
    content: content && upper && encodeUnit('CONTENT', upper, 256, content.body),
    data: encodeUnit('DATA', 'NONE', 256, data),
    instance: encodeUnit('INSTANCE', 'NONE', 256, instance),
  }
  const all = [units.meta, units.content, units.data, units.instance]
  return { iscc: genIsccCode(all.filter((one) => one !== undefined)).iscc, ...units }
}
