import { base, type G1 } from './curve.ts'
import { G1_SIZE, g1At, places, put } from './curve-memory.ts'
import { curveModule } from './mcl.ts'
import { scalarToBytes } from './scalar.ts'

/** Windows of 8 bits of a scalar, and multiples of the base in each. */
const WINDOWS = 32
const DIGITS = 255

let table: number | undefined

/** Multiples 1 to 255 of 2^(8w) · g1 for every window w, in the module's memory (1.2 MB, made once in 15 ms). */
function multiples(): number {
  if (table !== undefined) return table
  const mod = curveModule()
  const at = mod._malloc(WINDOWS * DIGITS * G1_SIZE)
  if (at === 0) throw new RangeError('there is no memory for the multiples of the generator')
  put(at, base().g1)
  for (let w = 0; w < WINDOWS; w++) {
    const first = at + w * DIGITS * G1_SIZE
    // The last sum of a window, 256 times its first entry, is the first entry of the next one.
    const sums = w + 1 < WINDOWS ? DIGITS : DIGITS - 1
    for (let i = 1; i <= sums; i++)
      mod._mclBnG1_add(first + i * G1_SIZE, first + (i - 1) * G1_SIZE, first)
  }
  mod._mclBnG1_normalizeVec(at, at, WINDOWS * DIGITS)
  table = at
  return at
}

/** x + scalar · g1, four times faster than a multiplication. Which entries are read depends on the scalar. */
export function addMultipleOfBase(x: G1, scalar: bigint): G1 {
  const mod = curveModule()
  const at = multiples()
  const { out } = places()
  const digits = scalarToBytes(scalar)
  put(out, x)
  for (let w = 0; w < WINDOWS; w++) {
    const digit = digits[w]!
    if (digit > 0) mod._mclBnG1_add(out, out, at + (w * DIGITS + digit - 1) * G1_SIZE)
  }
  return g1At(out)
}
