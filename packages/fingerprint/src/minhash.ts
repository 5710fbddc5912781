import { MINHASH_A, MINHASH_B } from './tables.ts'

const PERMUTATIONS = 64
const WORD = 0xffffffffn
const halves = (all: readonly bigint[], part: (n: bigint) => bigint): Int32Array =>
  Int32Array.from(all, (n) => Number(BigInt.asIntN(32, part(n))))
const A_LOW = halves(MINHASH_A, (n) => n & WORD)
const A_HIGH = halves(MINHASH_A, (n) => n >> 32n)
const B_LOW = halves(MINHASH_B, (n) => n & WORD)
const B_HIGH = halves(MINHASH_B, (n) => n >> 32n)

/** Least values of 64 permutations over features as they come (ISO 24138 §5.9). */
export interface MinHash {
  /** A feature: an unsigned 32-bit number. */
  add(feature: number): void
  /** The four lowest bits of each value: 32 bytes. */
  digest(): Uint8Array
}

/** Makes unsigned numbers of signed ones comparable. */
const SIGN = 0x80000000 | 0

/**
 * ((a·f + b) mod 2^64) mod (2^61 − 1), of which the lower 32 bits count. All in 32-bit integers, which the engine keeps in
 * registers: a product of 32 by 32 bits comes from four of 16 by 16. Bigints would take a hundred times as long.
 */
export function createMinHash(): MinHash {
  const least = new Int32Array(PERMUTATIONS).fill(0x7fffffff)
  return {
    add(feature) {
      const f0 = feature & 0xffff
      const f1 = feature >>> 16
      for (let i = 0; i < PERMUTATIONS; i++) {
        const a0 = A_LOW[i]! & 0xffff
        const a1 = A_LOW[i]! >>> 16
        const p00 = Math.imul(a0, f0)
        const p10 = Math.imul(a1, f0)
        const p01 = Math.imul(a0, f1)
        const middle = ((p00 >>> 16) + (p10 & 0xffff) + (p01 & 0xffff)) | 0
        const low = (p00 & 0xffff) | (middle << 16)
        const sum = (low + B_LOW[i]!) | 0
        const carry = (sum ^ SIGN) < (low ^ SIGN) ? 1 : 0
        const product = (Math.imul(a1, f1) + (p10 >>> 16) + (p01 >>> 16) + (middle >>> 16)) | 0
        const high = (product + Math.imul(A_HIGH[i]!, feature) + B_HIGH[i]! + carry) | 0
        // Modulo 2^61 − 1: the upper three bits are added to the rest, which seldom reaches it.
        const top = high >>> 29
        let value = (sum + top) | 0
        if ((high & 0x1fffffff) === 0x1fffffff && (sum >>> 0) + top >= 0xffffffff)
          value = (value + 1) | 0
        const ordered = value ^ SIGN
        if (ordered < least[i]!) least[i] = ordered
      }
    },
    digest() {
      const bytes = new Uint8Array(32)
      for (let bit = 0; bit < 4; bit++)
        for (let i = 0; i < PERMUTATIONS; i++)
          if ((least[i]! >>> bit) & 1) {
            const at = bit * PERMUTATIONS + i
            bytes[at >> 3]! |= 128 >> (at & 7)
          }
      return bytes
    },
  }
}
