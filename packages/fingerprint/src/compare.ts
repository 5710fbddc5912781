import { decodeIscc } from './codec.ts'
import { FingerprintError } from './errors.ts'

/** Bits that differ. @throws FingerprintError MISMATCH for different lengths */
export function hamming(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length)
    throw new FingerprintError(
      'MISMATCH',
      `Codes of ${8 * a.length} and ${8 * b.length} bits cannot be compared. Cut both to the shorter length.`,
    )
  let distance = 0
  for (let i = 0; i < a.length; i++)
    for (let bits = a[i]! ^ b[i]!; bits !== 0; bits &= bits - 1) distance++
  return distance
}

/**
 * Bits that differ between two units of one kind, over what both have, and how many those are.
 * @throws FingerprintError BAD_CODE, MISMATCH
 */
export function distance(
  one: string,
  other: string,
): { readonly differing: number; readonly bits: number } {
  const [a, b] = [decodeIscc(one), decodeIscc(other)]
  if (a.mainType !== b.mainType || a.subType !== b.subType || a.mainType === 'ISCC')
    throw new FingerprintError(
      'MISMATCH',
      `A ${a.mainType} code of ${a.subType} cannot be compared with a ${b.mainType} code of ${b.subType}. Compare units of one kind.`,
    )
  const length = Math.min(a.body.length, b.body.length)
  const differing = hamming(a.body.subarray(0, length), b.body.subarray(0, length))
  return { differing, bits: 8 * length }
}

/**
 * The share of bits that are equal in two units of one kind, over what both have: 1 for equal codes, about 0.5 for works
 * that have nothing in common. Of Instance units only 1 says something.
 * @throws FingerprintError BAD_CODE, MISMATCH
 */
export function similarity(one: string, other: string): number {
  const { differing, bits } = distance(one, other)
  return 1 - differing / bits
}
