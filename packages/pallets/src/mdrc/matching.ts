import { hamming } from '@cess/fingerprint/units'
import type { Codes } from './types.ts'

/** Most bits that may differ of the first 64, and of the first 128 (docs/rights.md has the odds of chance). */
export const NEAR_64 = 8
export const NEAR_128 = 24
/** A code with fewer bits of one kind among its first 64 says too little: flat pictures, silence, nothing but zeros. */
const LEAST_BITS = 10

/** Bits in which two codes differ among their first `bits`. */
export const differing = (a: Uint8Array, b: Uint8Array, bits: number): number =>
  hamming(a.subarray(0, bits / 8), b.subarray(0, bits / 8))
const NOTHING = new Uint8Array(8)
const says = (code: Uint8Array): boolean => {
  const count = differing(code, NOTHING, 64)
  return count >= LEAST_BITS && count <= 64 - LEAST_BITS
}

/**
 * Whether two works are near enough to be one: their Content-Codes where both have one of the same medium, their
 * Data-Codes where neither has any. Returns the distance of the first 64 bits; undefined when they are not.
 */
export function nearness(a: Codes, b: Codes): number | undefined {
  const [one, other] = [a.content, b.content]
  if ((one === undefined) !== (other === undefined) || one?.kind !== other?.kind) return undefined
  const [first, second] = [one?.body ?? a.data, other?.body ?? b.data]
  if (!says(first) || !says(second)) return undefined
  const distance = differing(first, second, 64)
  return distance <= NEAR_64 && differing(first, second, 128) <= NEAR_128 ? distance : undefined
}
