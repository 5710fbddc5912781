/** The erasure code of a profile, 4 + 8 unless a deal says otherwise: one of @cess/erasure, on this thread or in a pool. */
export interface ErasureCode {
  /** Parity of equally long data shards, written to `into` when it is given. */
  encode(
    data: readonly Uint8Array[],
    into?: readonly Uint8Array[],
  ): Uint8Array[] | Promise<Uint8Array[]>
  /** The `wanted` shards, which are missing, from any four that are there. */
  reconstruct(
    shards: readonly (Uint8Array | undefined)[],
    wanted?: readonly number[],
  ): Map<number, Uint8Array> | Promise<Map<number, Uint8Array>>
}
