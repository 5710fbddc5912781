import { chooseKernel, type KernelName } from './kernel.ts'
import { checkShape, checkShards, outputsFor, planRepair, range } from './shards.ts'
import { createSolver } from './solver.ts'

/**
 * A systematic Reed–Solomon code over GF(2^8), polynomial 0x11d, with the Vandermonde matrix of
 * klauspost/reedsolomon: the same parity bytes as CESS's Go code.
 */
export interface ReedSolomon {
  readonly dataShards: number
  readonly parityShards: number
  /**
   * Parity of `dataShards` shards of one equal length, which must not be 0: new arrays, or `into`, which
   * must not overlap the data.
   * @throws ErasureError BAD_LENGTH
   */
  encode(data: readonly Uint8Array[], into?: readonly Uint8Array[]): Uint8Array[]
  /**
   * The missing shards, or those of them that are wanted, by index. Any `dataShards` of all shards are
   * enough; missing ones are undefined. Shards are believed: check them by their hashes first.
   * `into` has one array for each shard of the result, in its order: fresh memory costs more than the code.
   * @throws ErasureError TOO_FEW_SHARDS, BAD_LENGTH, BAD_INDEX
   */
  reconstruct(
    shards: readonly (Uint8Array | undefined)[],
    wanted?: readonly number[],
    into?: readonly Uint8Array[],
  ): Map<number, Uint8Array>
  /**
   * Whether the parity shards belong to the data shards. All shards, in order.
   * @throws ErasureError BAD_LENGTH
   */
  verify(shards: readonly Uint8Array[]): boolean
}

export interface ReedSolomonOptions {
  /** `simd` or `js`; by default the fastest one that runs here. Both give the same bytes. */
  readonly kernel?: KernelName
}

/** Bytes of each shard that `verify` compares at a time: it stops at the first difference. */
const VERIFY_CHUNK = 32 * 1024

const newShards = (count: number, length: number): Uint8Array[] =>
  range(0, count).map(() => new Uint8Array(length))

/**
 * The code of these numbers of shards, at most 256 together.
 * @throws ErasureError BAD_PARAMETER; UNSUPPORTED when the `simd` kernel is asked for and cannot run
 */
export function createReedSolomon(
  dataShards: number,
  parityShards: number,
  options: ReedSolomonOptions = {},
): ReedSolomon {
  const shape = { dataShards, parityShards }
  checkShape(shape)
  const total = dataShards + parityShards
  const solve = createSolver(dataShards, parityShards, chooseKernel(options.kernel))
  const [data, parity] = [range(0, dataShards), range(dataShards, total)]

  return {
    ...shape,
    encode(shards, into) {
      const length = checkShards(shards, dataShards, 'data')
      const outputs = outputsFor(into, parityShards, length, newShards)
      if (parityShards > 0) solve(data, parity)(shards, outputs)
      return outputs
    },
    reconstruct(shards, wanted, into) {
      const { have, want, sources, length } = planRepair(shape, shards, wanted)
      const outputs = outputsFor(into, want.length, length, newShards)
      if (want.length > 0) solve(have, want)(sources, outputs)
      return new Map(want.map((index, i) => [index, outputs[i]!]))
    },
    verify(shards) {
      const length = checkShards(shards, total, 'data and parity')
      const multiply = solve(data, parity)
      const compare = createComparison(VERIFY_CHUNK)
      const expected = parity.map(() => new Uint8Array(Math.min(length, VERIFY_CHUNK)))
      for (let from = 0; from < length && parityShards > 0; from += VERIFY_CHUNK) {
        const parts = shards.map((shard) => shard.subarray(from, from + VERIFY_CHUNK))
        const computed = expected.map((chunk) => chunk.subarray(0, parts[0]!.length))
        multiply(parts.slice(0, dataShards), computed)
        if (!computed.every((part, i) => compare(part, parts[dataShards + i]!))) return false
      }
      return true
    },
  }
}

/**
 * Compares arrays of at most `size` bytes, four at a time: copying both into aligned words costs less than
 * a comparison byte by byte.
 */
function createComparison(size: number): (a: Uint8Array, b: Uint8Array) => boolean {
  const words = [new Int32Array(size / 4), new Int32Array(size / 4)] as const
  const bytes = [new Uint8Array(words[0].buffer), new Uint8Array(words[1].buffer)] as const
  return (a, b) => {
    bytes[0].fill(0, a.length)
    bytes[1].fill(0, b.length)
    bytes[0].set(a)
    bytes[1].set(b)
    for (let i = 0; i < words[0].length; i++) if (words[0][i] !== words[1][i]) return false
    return true
  }
}
