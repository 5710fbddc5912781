import { concat } from '@cess/bytes'
import { encodeUnit, parseIscc } from './codec.ts'
import { FingerprintError } from './errors.ts'
import { simhash } from './simhash.ts'
import type { IsccCode } from './types.ts'

const MOST = 10_000

/** Mixed-Code (ISO 24138, Mixed-Code): of the content codes of a work with several parts. @throws FingerprintError */
export function genMixedCode(
  codes: readonly string[],
  bits = 64,
): { readonly iscc: IsccCode; readonly parts: readonly string[] } {
  if (codes.length < 2 || codes.length > MOST)
    throw new FingerprintError(
      'BAD_INPUT',
      `A Mixed-Code is of 2 to ${MOST} content codes, not ${codes.length}.`,
    )
  const digests = codes.map((code) => {
    const { mainType, kind, body } = parseIscc(code)
    if (mainType !== 'CONTENT' || 8 * body.length < bits)
      throw new FingerprintError(
        'MISMATCH',
        `${code} is no content code of ${bits} bits or more. Make it again, longer.`,
      )
    // What kind of content it is counts too.
    return concat(Uint8Array.of(kind), body.subarray(0, bits / 8 - 1))
  })
  return { iscc: encodeUnit('CONTENT', 'MIXED', bits, simhash(digests)), parts: [...codes] }
}
