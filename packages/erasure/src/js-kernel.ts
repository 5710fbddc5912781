import { multiply as times } from './field.ts'
import type { Kernel } from './kernel.ts'
import type { Matrix } from './matrix.ts'

/** Bytes of a column that are finished before the next ones. */
const BLOCK = 8192

/** Four products in one word, for each byte that a source can hold: row `first` is the lowest byte. */
function packedTable({ rows, columns, at }: Matrix, first: number, column: number): Uint32Array {
  const table = new Uint32Array(256)
  for (let r = 0; r < Math.min(4, rows - first); r++)
    for (let x = 0; x < 256; x++)
      table[x]! |= times(at[(first + r) * columns + column]!, x) << (8 * r)
  return table
}

function add(sums: Uint32Array, table: Uint32Array, source: Uint8Array): void {
  for (let i = 0; i < source.length; i++) sums[i]! ^= table[source[i]!]!
}

/** The bytes of each word, lowest first, to four outputs: storing into bytes drops the higher ones. */
function unpack(sums: Uint32Array, [a, b, c, d]: readonly Uint8Array[], length: number): void {
  for (let i = 0; i < length; i++) {
    const word = sums[i]!
    a![i] = word
    b![i] = word >>> 8
    c![i] = word >>> 16
    d![i] = word >>> 24
  }
}

/** The kernel where there is no WebAssembly SIMD: one table look-up for four outputs. */
export const jsKernel: Kernel = (matrix) => {
  const groups: { readonly first: number; readonly tables: readonly Uint32Array[] }[] = []
  for (let first = 0; first < matrix.rows; first += 4)
    groups.push({
      first,
      tables: Array.from({ length: matrix.columns }, (_, c) => packedTable(matrix, first, c)),
    })
  const sums = new Uint32Array(BLOCK)
  // Takes the outputs that the last group does not have.
  const nowhere = new Uint8Array(BLOCK)

  return (sources, outputs) => {
    const length = sources[0]!.length
    for (let from = 0; from < length; from += BLOCK) {
      const to = Math.min(from + BLOCK, length)
      for (const { first, tables } of groups) {
        sums.fill(0)
        for (const [c, table] of tables.entries()) add(sums, table, sources[c]!.subarray(from, to))
        const targets = [0, 1, 2, 3].map((r) => outputs[first + r]?.subarray(from, to) ?? nowhere)
        unpack(sums, targets, to - from)
      }
    }
  }
}
