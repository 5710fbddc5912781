import { bigintFromLe } from '@cess/bytes'
import { simd } from './fr-wasm.ts'
import { ROW_BYTES, SECTOR_BYTES, SECTORS } from './layout.ts'
import { reduce } from './scalar.ts'
import { instantiator, type WasmMemory } from './wasm.ts'

/** Sums over the sectors of rows. Coefficients are scalars below the order; results too. */
export interface SectorArithmetic {
  /** Prepares Σ_j coefficients[j] · row[j] for each of some rows, with 2048 coefficients. */
  evaluator(coefficients: readonly bigint[]): (rows: readonly Uint8Array[]) => bigint[]
  /** Σ_i coefficients[i] · rows[i], sector by sector: 2048 scalars. */
  combine(coefficients: readonly bigint[], rows: readonly Uint8Array[]): bigint[]
}

interface Kernel {
  readonly memory: WasmMemory
  dot(
    coefficients: number,
    a: number,
    b: number,
    c: number,
    d: number,
    count: number,
    stride: number,
    columns: number,
  ): void
}

const PAGE = 65_536
/** Sums that the kernel computes at a time, each in columns of 29 bits. */
const LANES = 4
const COLUMNS = 18
const COLUMN_BITS = 29
/** Bytes of a coefficient: 9 limbs of 29 bits. */
const LIMBS = 9
const COEFFICIENT_BYTES = 4 * LIMBS
/** Memory: columns, then coefficients, then rows. */
const COEFFICIENTS_AT = COLUMNS * LANES * 8
const ROWS_AT = COEFFICIENTS_AT + SECTORS * COEFFICIENT_BYTES
/** Rows that are combined at a time: 4 MiB. */
const RESIDENT_ROWS = 66

const sectorCount = (row: Uint8Array): number => Math.ceil(row.length / SECTOR_BYTES)

function limbsOf(coefficients: readonly bigint[]): Uint32Array {
  const limbs = new Uint32Array(coefficients.length * LIMBS)
  for (const [j, c] of coefficients.entries())
    for (let i = 0; i < LIMBS; i++)
      limbs[LIMBS * j + i] = Number(BigInt.asUintN(COLUMN_BITS, c >> BigInt(COLUMN_BITS * i)))
  return limbs
}

function kernelArithmetic(kernel: Kernel): SectorArithmetic {
  const { memory, dot } = kernel
  let bytes = new Uint8Array(memory.buffer)
  const reserve = (rows: number): void => {
    const missing = ROWS_AT + rows * ROW_BYTES - bytes.length
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
    bytes = new Uint8Array(memory.buffer)
  }
  const putCoefficients = (limbs: Uint32Array): void =>
    new Uint32Array(memory.buffer, COEFFICIENTS_AT, limbs.length).set(limbs)
  const putRow = (row: Uint8Array, place: number): void => {
    const at = ROWS_AT + place * ROW_BYTES
    bytes.set(row, at)
    bytes.fill(0, at + row.length, at + ROW_BYTES)
  }
  /** The four sums that start at these places of the row area. */
  const sums = (offsets: readonly number[], count: number, stride: number): bigint[] => {
    const [a, b, c, d] = offsets.map((offset) => ROWS_AT + offset) as [
      number,
      number,
      number,
      number,
    ]
    bytes.fill(0, 0, COEFFICIENTS_AT)
    dot(COEFFICIENTS_AT, a, b, c, d, count, stride, 0)
    const columns = new BigUint64Array(memory.buffer, 0, COLUMNS * LANES)
    return offsets.map((_, lane) => {
      let sum = 0n
      for (let i = COLUMNS - 1; i >= 0; i--)
        sum = (sum << BigInt(COLUMN_BITS)) + columns[LANES * i + lane]!
      return reduce(sum)
    })
  }

  return {
    evaluator(coefficients) {
      const limbs = limbsOf(coefficients)
      const offsets = Array.from({ length: LANES }, (_, place) => place * ROW_BYTES)
      return (rows) => {
        reserve(LANES)
        putCoefficients(limbs)
        const out: bigint[] = []
        for (let first = 0; first < rows.length; first += LANES) {
          const group = rows.slice(first, first + LANES)
          for (const [place, row] of group.entries()) putRow(row, place)
          const count = Math.max(...group.map(sectorCount))
          out.push(...sums(offsets, count, SECTOR_BYTES).slice(0, group.length))
        }
        return out
      }
    },
    combine(coefficients, rows) {
      const out = new Array<bigint>(SECTORS).fill(0n)
      for (let first = 0; first < rows.length; first += RESIDENT_ROWS) {
        const group = rows.slice(first, first + RESIDENT_ROWS)
        reserve(group.length)
        putCoefficients(limbsOf(coefficients.slice(first, first + RESIDENT_ROWS)))
        for (const [place, row] of group.entries()) putRow(row, place)
        const filled = Math.max(...group.map(sectorCount))
        for (let sector = 0; sector < filled; sector += LANES) {
          const offsets = [0, 1, 2, 3].map((lane) => (sector + lane) * SECTOR_BYTES)
          for (const [lane, sum] of sums(offsets, group.length, ROW_BYTES).entries())
            out[sector + lane] = reduce(out[sector + lane]! + sum)
        }
      }
      return out
    },
  }
}

const sectorsOf = (row: Uint8Array): bigint[] =>
  Array.from({ length: sectorCount(row) }, (_, j) =>
    bigintFromLe(row.subarray(j * SECTOR_BYTES, (j + 1) * SECTOR_BYTES)),
  )

/** The same without WebAssembly SIMD, ten times slower. */
export const plainArithmetic: SectorArithmetic = {
  evaluator: (coefficients) => (rows) =>
    rows.map((row) =>
      reduce(sectorsOf(row).reduce((sum, sector, j) => sum + sector * coefficients[j]!, 0n)),
    ),
  combine(coefficients, rows) {
    const out = new Array<bigint>(SECTORS).fill(0n)
    for (const [i, row] of rows.entries())
      for (const [j, sector] of sectorsOf(row).entries()) out[j]! += coefficients[i]! * sector
    return out.map(reduce)
  },
}

const instantiate = instantiator(simd)

/** Arithmetic with memory of its own, so that the secrets of a tagger stay in its instance. */
export const createSectorArithmetic = (): SectorArithmetic =>
  instantiate ? kernelArithmetic(instantiate() as Kernel) : plainArithmetic

let shared: SectorArithmetic | undefined
/** One for everything that is public. */
export const publicArithmetic = (): SectorArithmetic => {
  shared ??= createSectorArithmetic()
  return shared
}
