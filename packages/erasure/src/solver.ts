import type { Kernel, Multiply } from './kernel.ts'
import { codeMatrix, inverse, pickRows, product } from './matrix.ts'

/** Bytes of prepared tables that one solver keeps, about. */
const KEPT_BYTES = 4 * 1024 * 1024
const KEPT_PATTERNS = 64

/**
 * How to compute some shards of a code from `dataShards` others: the coefficients of what is wanted times
 * the inverse of the coefficients of what is there.
 */
export type Solver = (have: readonly number[], want: readonly number[]) => Multiply

/** Keeps what it prepared for the patterns that were asked for last. */
export function createSolver(dataShards: number, parityShards: number, kernel: Kernel): Solver {
  const code = codeMatrix(dataShards, parityShards)
  const kept = new Map<string, Multiply>()
  const size = (dataShards + parityShards) * dataShards * 32
  const limit = Math.max(2, Math.min(KEPT_PATTERNS, Math.floor(KEPT_BYTES / size)))

  return (have, want) => {
    const pattern = `${have} ${want}`
    const multiply =
      kept.get(pattern) ?? kernel(product(pickRows(code, want), inverse(pickRows(code, have))))
    kept.delete(pattern)
    if (kept.size >= limit) kept.delete(kept.keys().next().value!)
    kept.set(pattern, multiply)
    return multiply
  }
}
