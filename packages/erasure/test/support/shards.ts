/** Repeatable bytes that no code treats specially (xorshift32). */
export function bytes(length: number, seed: number): Uint8Array {
  let x = (seed * 0x9e3779b1) >>> 0 || 1
  return Uint8Array.from({ length }, () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 24
  })
}

export const dataShards = (count: number, length: number, seed = 1): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => bytes(length, seed * 1000 + i))

/** The shards without those for which `lost` says so. */
export const without = (
  shards: readonly Uint8Array[],
  lost: (index: number) => boolean,
): (Uint8Array | undefined)[] => shards.map((shard, i) => (lost(i) ? undefined : shard))
