import { concat } from '@cess/bytes'
import { decodeIscc, encodeIscc } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { type IsccCode, MAIN_TYPES } from './types.ts'

const mismatch = (why: string): FingerprintError =>
  new FingerprintError('MISMATCH', `These units make no ISCC: ${why}.`)

/**
 * ISCC-CODE (ISO 24138) of units in any order: Data and Instance, and at most one each of Meta, Semantic and
 * Content. Each gives its first 64 bits; with `wide`, Data and Instance alone give 128.
 * @throws FingerprintError BAD_CODE, MISMATCH
 */
export function genIsccCode(
  codes: readonly string[],
  { wide = false } = {},
): { readonly iscc: IsccCode } {
  if (codes.length < 2 || codes.length > 5) throw mismatch('it takes 2 to 5 of them')
  const order = (type: (typeof MAIN_TYPES)[number]): number => MAIN_TYPES.indexOf(type)
  const units = codes
    .map((code) => decodeIscc(code))
    .sort((a, b) => order(a.mainType) - order(b.mainType))
  const types = units.map(({ mainType }) => mainType)
  if (types.slice(-2).join() !== 'DATA,INSTANCE')
    throw mismatch('a Data and an Instance unit are needed')
  if (types.includes('ISCC') || new Set(types).size !== types.length)
    throw mismatch('one of a kind is needed')
  if (units.some(({ body }) => body.length < 8)) throw mismatch('one is shorter than 64 bits')
  const kinds = new Set(
    units
      .filter(({ mainType }) => mainType === 'CONTENT' || mainType === 'SEMANTIC')
      .map(({ subType }) => subType),
  )
  if (kinds.size > 1) throw mismatch('Semantic and Content are of different kinds')
  if (wide && units.length === 2 && units.every(({ body }) => body.length >= 16)) {
    const body = concat(...units.map((unit) => unit.body.subarray(0, 16)))
    return { iscc: encodeIscc({ mainType: 'ISCC', subType: 'WIDE', body }) }
  }
  const [subType = units.length === 2 ? 'SUM' : 'NONE'] = kinds
  const body = concat(...units.map((unit) => unit.body.subarray(0, 8)))
  return { iscc: encodeIscc({ mainType: 'ISCC', subType, units: types.slice(0, -2), body }) }
}
