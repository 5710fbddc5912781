import { multiply } from './field.ts'
import type { Matrix } from './matrix.ts'

/** Of each coefficient its products with the 16 low and then with the 16 high nibbles. */
function tablesOf(coefficients: readonly number[]): Uint8Array {
  const out = new Uint8Array(coefficients.length * 32)
  for (const [i, c] of coefficients.entries())
    for (let n = 0; n < 16; n++) {
      out[i * 32 + n] = multiply(c, n)
      out[i * 32 + 16 + n] = multiply(c, n << 4)
    }
  return out
}

/** Outputs that the kernel computes together when so many rows are left. */
const groupOf = (left: number): number => (left >= 4 ? 4 : left >= 2 ? 2 : 1)

/** The tables that the kernel's `multiply` reads, in its order. */
export function nibbleTables({ rows, columns, at }: Matrix): Uint8Array {
  const order: number[] = []
  for (let first = 0; first < rows; first += groupOf(rows - first))
    for (let c = 0; c < columns; c++)
      for (let r = first; r < first + groupOf(rows - first); r++) order.push(at[r * columns + c]!)
  return tablesOf(order)
}

/**
 * The tables that the kernel's `multiplyFourfold` reads, when the matrix consists of 4x4 blocks whose
 * coefficients depend on row ^ column alone. The parity of every code with four data shards does: the
 * coefficient of the Vandermonde code is Z(r) / ((r - c) Z'(c)) with Z(x) the product of x - c over the
 * data rows c, and over the subgroup {0, 1, 2, 3} Z(r) is the same for a whole coset and Z' is constant.
 */
export function fourfoldTables({ rows, columns, at }: Matrix): Uint8Array | undefined {
  if (columns !== 4 || rows % 4 !== 0) return undefined
  const order: number[] = []
  for (let first = 0; first < rows; first += 4) {
    const [a, b, c, d] = at.subarray(first * 4) as unknown as [number, number, number, number]
    const row = [a, b, c, d]
    for (let r = 0; r < 4; r++)
      for (let i = 0; i < 4; i++) if (at[(first + r) * 4 + i] !== row[r ^ i]) return undefined
    order.push(a, b, a ^ b, c, d, c ^ d, a ^ c, b ^ d, a ^ b ^ c ^ d)
  }
  return tablesOf(order)
}
