import { WINNER_PAIRS } from './tables.ts'

/**
 * For each pair of places, whether the second sum is larger (ISO 24138, algorithm WTA-Hash: winner takes all): 32 bytes.
 * `sums` has 380 values.
 */
export function winners(sums: Float64Array): Uint8Array {
  const bytes = new Uint8Array(WINNER_PAIRS.length / 16)
  for (let i = 0; i < WINNER_PAIRS.length / 2; i++)
    if (sums[WINNER_PAIRS[2 * i + 1]!]! > sums[WINNER_PAIRS[2 * i]!]!)
      bytes[i >> 3]! |= 128 >> (i & 7)
  return bytes
}
