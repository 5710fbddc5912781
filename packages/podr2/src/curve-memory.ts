import { curveModule, heap } from './mcl.ts'
import { SCALAR_BYTES, scalarToBytes } from './scalar.ts'

declare const group: unique symbol
/** A point of the prime-order subgroup of BLS12-381's first curve, as mcl keeps it in memory. Never changed in place. */
export type G1 = Uint8Array & { readonly [group]: 'G1' }
/** The same on the second curve. */
export type G2 = Uint8Array & { readonly [group]: 'G2' }

/** Bytes of the Jacobian coordinates and of GT in memory. */
export const G1_SIZE = 144
export const G2_SIZE = 288
const GT_SIZE = 576
/** Longest message and DST of a hash. */
export const TEXT = 256

/** Places in the module's memory for the operands of one call. */
interface Slots {
  readonly a: number
  readonly b: number
  readonly out: number
  readonly scalar: number
  readonly text: number
  readonly dst: number
}

let slots: Slots | undefined
export function places(): Slots {
  if (slots) return slots
  const a = curveModule()._malloc(3 * GT_SIZE + SCALAR_BYTES + 2 * TEXT)
  const scalar = a + 3 * GT_SIZE
  const text = scalar + SCALAR_BYTES
  slots = { a, b: a + GT_SIZE, out: a + 2 * GT_SIZE, scalar, text, dst: text + TEXT }
  return slots
}

export const put = (at: number, bytes: Uint8Array): void => heap().set(bytes, at)
export const take = (at: number, size: number): Uint8Array => heap().slice(at, at + size)
export const g1At = (at: number): G1 => take(at, G1_SIZE) as G1
export const g2At = (at: number): G2 => take(at, G2_SIZE) as G2

/** Runs with room for `bytes` in the module's memory. */
export function withRoom<T>(bytes: number, run: (at: number) => T): T {
  const at = curveModule()._malloc(bytes)
  if (at === 0) throw new RangeError(`there is no memory for ${bytes} bytes of curve points`)
  try {
    return run(at)
  } finally {
    curveModule()._free(at)
  }
}

/** Puts a scalar below the order in mcl's form. */
export function putScalar(at: number, scalar: bigint): void {
  put(at, scalarToBytes(scalar))
  curveModule()._mclBnFr_setLittleEndian(at, at, SCALAR_BYTES)
}
