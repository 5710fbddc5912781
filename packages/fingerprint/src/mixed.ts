import { concat } from '@cess/bytes'
import { encodeUnit, type Iscc, parseIscc } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { simhash } from './simhash.ts'

const MOST = 10_000

/** Mixed-Code (ISO 24138 §5.7): of the content codes of a work with several parts. @throws FingerprintError */
export function genMixedCode(
  codes: readonly string[],
  bits = 64,
): { readonly iscc: Iscc; readonly parts: readonly string[] } {
  if (codes.length < 2 || codes.length > MOST)
    throw new FingerprintError('BAD_INPUT', `A mixed code is of 2 to ${MOST} content codes.`)
  const digests = codes.map((code) => {
    const { mainType, kind, body } = parseIscc(code)
    if (mainType !== 'CONTENT' || 8 * body.length < bits)
      throw new FingerprintError(
        'MISMATCH',
        `${code.slice(0, 80)} is no content code of ${bits} bits or more.`,
      )
    // What kind of content it is counts too.
    return concat(Uint8Array.of(kind), body.subarray(0, bits / 8 - 1))
  })
  return { iscc: encodeUnit('CONTENT', 'MIXED', bits, simhash(digests)), parts: [...codes] }
}
