import { type CodeShape, type ErasurePool, sharedShards } from '@cess/erasure'

/** An erasure code of 4 + 8 shards: `createReedSolomon(4, 8)` of @cess/erasure, or threads of a pool (`pooledErasure`). */
export interface ErasureCode {
  /** Parity of equally long data shards, written to `into` when it is given. */
  encode(
    data: readonly Uint8Array[],
    into?: readonly Uint8Array[],
  ): Uint8Array[] | Promise<Uint8Array[]>
  /** The `wanted` shards, which are missing, from any four that are there; in the arrays of `into` when it is given. */
  reconstruct(
    shards: readonly (Uint8Array | undefined)[],
    wanted?: readonly number[],
    into?: readonly Uint8Array[],
  ): Map<number, Uint8Array> | Promise<Map<number, Uint8Array>>
  /** Zeroed memory for shards, when the code wants a kind of its own. */
  allocate?(bytes: number): Uint8Array
}

/** The code as threads of a pool work it out. Fragments are then views of shared memory, which the threads read in place. */
export const pooledErasure = (pool: ErasurePool, code: CodeShape): ErasureCode => ({
  encode: (data, into) => pool.encode(code, data, into),
  reconstruct: (shards, wanted, into) => pool.reconstruct(code, shards, wanted, into),
  allocate: (bytes) => sharedShards(1, bytes)[0]!,
})
