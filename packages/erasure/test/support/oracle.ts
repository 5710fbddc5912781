import { concat } from '@cess/bytes'
import { ReedSolomonErasure } from '@subspace/reed-solomon-erasure.wasm'

const rust = await ReedSolomonErasure.fromCurrentDirectory()

/** Parity by the Rust crate reed-solomon-erasure, whose matrix is klauspost's. At least one parity shard. */
export function rustParity(data: readonly Uint8Array[], parityShards: number): Uint8Array[] {
  const length = data[0]!.length
  const all = concat(...data, new Uint8Array(parityShards * length))
  const result = rust.encode(all, data.length, parityShards)
  if (result !== ReedSolomonErasure.RESULT_OK) throw new Error(`the oracle refused: ${result}`)
  return Array.from({ length: parityShards }, (_, i) =>
    all.slice((data.length + i) * length, (data.length + i + 1) * length),
  )
}
