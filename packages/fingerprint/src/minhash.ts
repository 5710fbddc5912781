import { MINHASH_A, MINHASH_B } from './tables.ts'

const PERMUTATIONS = 64
/** Adding 2^31 modulo 2^32 makes unsigned numbers of signed ones comparable. */
const SIGN = 0x80000000 | 0
/** Reducing modulo 2^61 - 1 adds at most 7, and then 1, to the low word. */
const MOST_ADDED = 8
/** Features that each permutation takes in one go. */
const TOGETHER = 1024

const signed = (n: bigint): number => Number(BigInt.asIntN(32, n))
const A_LOW = Int32Array.from(MINHASH_A, signed)
const A_HIGH = Int32Array.from(MINHASH_A, (n) => signed(n >> 32n))
const B_LOW = Int32Array.from(MINHASH_B, signed)
const B_HIGH = Int32Array.from(MINHASH_B, (n) => signed(n >> 32n))
const B_TEST = B_LOW.map((low) => low + MOST_ADDED + SIGN)

/** Least values of 64 permutations over features as they come (ISO 24138, algorithm MinHash). */
export interface MinHash {
  /** A feature: a 32-bit number, signed or not. */
  add(feature: number): void
  /** The four lowest bits of each value, bit by bit: 32 bytes. */
  digest(): Uint8Array
}

/**
 * ((a * f + b) mod 2^64) mod (2^61 - 1), lower 32 bits, with 2^31 added: exactly, in 32-bit integers. A product of 32 by
 * 32 bits comes from four of 16 by 16.
 */
function permute(i: number, feature: number): number {
  const [f0, f1] = [feature & 0xffff, feature >>> 16]
  const [a0, a1] = [A_LOW[i]! & 0xffff, A_LOW[i]! >>> 16]
  const p00 = Math.imul(a0, f0)
  const p10 = Math.imul(a1, f0)
  const p01 = Math.imul(a0, f1)
  const middle = (p00 >>> 16) + (p10 & 0xffff) + (p01 & 0xffff)
  const low = (p00 & 0xffff) | (middle << 16)
  const sum = (low + B_LOW[i]!) | 0
  const carry = (sum ^ SIGN) < (low ^ SIGN) ? 1 : 0
  const product = (Math.imul(a1, f1) + (p10 >>> 16) + (p01 >>> 16) + (middle >>> 16)) | 0
  const high = (product + Math.imul(A_HIGH[i]!, feature) + B_HIGH[i]! + carry) | 0
  // The upper three bits are added to the 61 below, which seldom reaches the modulus.
  const top = high >>> 29
  const wraps = (high & 0x1fffffff) === 0x1fffffff && (sum >>> 0) + top >= 0xffffffff
  return (sum + top + (wraps ? 1 : 0) + SIGN) | 0
}

/** The next feature from `at` on of which the value may be less than the least. The loop that all time goes to. */
function next(i: number, features: Int32Array, at: number, count: number, limit: number): number {
  const a = A_LOW[i]!
  const b = B_TEST[i]!
  let j = at
  while (j < count && ((Math.imul(a, features[j]!) + b) | 0) > limit) j++
  return j
}

/**
 * A value is the low word of a * f + b and at most 8 more. Only where that could be less than the least so far is it
 * worked out whole, so nearly all of it is one multiplication of 32-bit words: hundreds of times as fast as bigints.
 */
function lower(least: Int32Array, features: Int32Array, count: number): void {
  for (let i = 0; i < PERMUTATIONS; i++) {
    let best = least[i]!
    for (let j = 0; j < count; j++) {
      j = next(i, features, j, count, Math.min(best + MOST_ADDED - 1, 0x7fffffff))
      if (j < count) best = Math.min(best, permute(i, features[j]!))
    }
    least[i] = best
  }
}

export function createMinHash(): MinHash {
  // Unsigned numbers, 2^31 added.
  const least = new Int32Array(PERMUTATIONS).fill(0x7fffffff)
  const waiting = new Int32Array(TOGETHER)
  let count = 0
  return {
    add(feature) {
      waiting[count++] = feature
      if (count < TOGETHER) return
      lower(least, waiting, count)
      count = 0
    },
    digest() {
      lower(least, waiting, count)
      count = 0
      const bytes = new Uint8Array(32)
      for (let at = 0; at < 4 * PERMUTATIONS; at++)
        if ((least[at % PERMUTATIONS]! >>> Math.floor(at / PERMUTATIONS)) & 1)
          bytes[at >> 3]! |= 128 >> (at & 7)
      return bytes
    },
  }
}
