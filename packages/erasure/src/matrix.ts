import { invert, multiply, power } from './field.ts'

/** Coefficients over GF(2^8), row by row. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly at: Uint8Array
}

/** target += factor * source, row by row. */
function addScaled(target: Uint8Array, source: Uint8Array, factor: number): void {
  if (factor === 0) return
  for (let i = 0; i < target.length; i++) target[i]! ^= multiply(factor, source[i]!)
}

export function product(a: Matrix, b: Matrix): Matrix {
  const at = new Uint8Array(a.rows * b.columns)
  for (let r = 0; r < a.rows; r++) {
    const row = at.subarray(r * b.columns, (r + 1) * b.columns)
    for (let i = 0; i < a.columns; i++)
      addScaled(row, b.at.subarray(i * b.columns, (i + 1) * b.columns), a.at[r * a.columns + i]!)
  }
  return { rows: a.rows, columns: b.columns, at }
}

/** The inverse of a square matrix, by Gauss–Jordan elimination. The matrix must have one. */
export function inverse({ rows: n, at }: Matrix): Matrix {
  const rows = Array.from({ length: n }, (_, r) => {
    const row = new Uint8Array(2 * n)
    row.set(at.subarray(r * n, (r + 1) * n))
    row[n + r] = 1
    return row
  })
  for (let c = 0; c < n; c++) {
    const pivot = rows.findIndex((row, r) => r >= c && row[c] !== 0)
    if (pivot < 0) throw new RangeError('The matrix has no inverse.')
    const row = rows[pivot]!
    rows[pivot] = rows[c]!
    rows[c] = row
    const scale = invert(row[c]!)
    if (scale !== 1) for (let i = 0; i < 2 * n; i++) row[i] = multiply(row[i]!, scale)
    for (let r = 0; r < n; r++) if (r !== c) addScaled(rows[r]!, row, rows[r]![c]!)
  }
  const out = new Uint8Array(n * n)
  for (const [r, row] of rows.entries()) out.set(row.subarray(n), r * n)
  return { rows: n, columns: n, at: out }
}

/** The rows with these numbers, in this order. */
export function pickRows({ columns, at }: Matrix, rows: readonly number[]): Matrix {
  const out = new Uint8Array(rows.length * columns)
  for (const [i, r] of rows.entries())
    out.set(at.subarray(r * columns, (r + 1) * columns), i * columns)
  return { rows: rows.length, columns, at: out }
}

/**
 * The code of klauspost/reedsolomon, reed-solomon-erasure and Backblaze: the Vandermonde matrix
 * V[r][c] = r^c times the inverse of its top square. The first `data` rows become the identity, and any
 * `data` rows have an inverse.
 */
export function codeMatrix(data: number, parity: number): Matrix {
  const total = data + parity
  const at = new Uint8Array(total * data)
  for (let r = 0; r < total; r++) for (let c = 0; c < data; c++) at[r * data + c] = power(r, c)
  const top = { rows: data, columns: data, at: at.subarray(0, data * data) }
  return product({ rows: total, columns: data, at }, inverse(top))
}
