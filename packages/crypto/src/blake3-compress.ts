/** Initialization vector: SHA-256's (BLAKE3 paper §2.2). */
export const IV: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]
export const CHUNK_START = 1
export const CHUNK_END = 2
export const PARENT = 4
export const ROOT = 8

const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
/** Message words of all seven rounds, 16 each. */
const m = new Int32Array(7 * 16)
const rotr = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

/**
 * BLAKE3's compression function (paper §2.2) on `words`, from `at`: 16 message words. Writes the 8 words of the new
 * chaining value to `cv`. Counters stay below 2^32 chunks. Kernel: straight-line code, no allocation.
 */
export function compress(
  cv: Int32Array,
  words: Int32Array,
  at: number,
  counter: number,
  length: number,
  flags: number,
): void {
  for (let i = 0; i < 16; i++) m[i] = words[at + i]!
  for (let r = 1; r < 7; r++)
    for (let i = 0; i < 16; i++) m[r * 16 + i] = m[(r - 1) * 16 + PERMUTATION[i]!]!
  let v0 = cv[0]!
  let v1 = cv[1]!
  let v2 = cv[2]!
  let v3 = cv[3]!
  let v4 = cv[4]!
  let v5 = cv[5]!
  let v6 = cv[6]!
  let v7 = cv[7]!
  let v8 = 0x6a09e667
  let v9 = 0xbb67ae85 | 0
  let v10 = 0x3c6ef372
  let v11 = 0xa54ff53a | 0
  let v12 = counter | 0
  let v13 = 0
  let v14 = length
  let v15 = flags
  for (let p = 0; p < 112; p += 16) {
    v0 = (v0 + v4 + m[p + 0]!) | 0
    v12 = rotr(v12 ^ v0, 16)
    v8 = (v8 + v12) | 0
    v4 = rotr(v4 ^ v8, 12)
    v0 = (v0 + v4 + m[p + 1]!) | 0
    v12 = rotr(v12 ^ v0, 8)
    v8 = (v8 + v12) | 0
    v4 = rotr(v4 ^ v8, 7)
    v1 = (v1 + v5 + m[p + 2]!) | 0
    v13 = rotr(v13 ^ v1, 16)
    v9 = (v9 + v13) | 0
    v5 = rotr(v5 ^ v9, 12)
    v1 = (v1 + v5 + m[p + 3]!) | 0
    v13 = rotr(v13 ^ v1, 8)
    v9 = (v9 + v13) | 0
    v5 = rotr(v5 ^ v9, 7)
    v2 = (v2 + v6 + m[p + 4]!) | 0
    v14 = rotr(v14 ^ v2, 16)
    v10 = (v10 + v14) | 0
    v6 = rotr(v6 ^ v10, 12)
    v2 = (v2 + v6 + m[p + 5]!) | 0
    v14 = rotr(v14 ^ v2, 8)
    v10 = (v10 + v14) | 0
    v6 = rotr(v6 ^ v10, 7)
    v3 = (v3 + v7 + m[p + 6]!) | 0
    v15 = rotr(v15 ^ v3, 16)
    v11 = (v11 + v15) | 0
    v7 = rotr(v7 ^ v11, 12)
    v3 = (v3 + v7 + m[p + 7]!) | 0
    v15 = rotr(v15 ^ v3, 8)
    v11 = (v11 + v15) | 0
    v7 = rotr(v7 ^ v11, 7)
    v0 = (v0 + v5 + m[p + 8]!) | 0
    v15 = rotr(v15 ^ v0, 16)
    v10 = (v10 + v15) | 0
    v5 = rotr(v5 ^ v10, 12)
    v0 = (v0 + v5 + m[p + 9]!) | 0
    v15 = rotr(v15 ^ v0, 8)
    v10 = (v10 + v15) | 0
    v5 = rotr(v5 ^ v10, 7)
    v1 = (v1 + v6 + m[p + 10]!) | 0
    v12 = rotr(v12 ^ v1, 16)
    v11 = (v11 + v12) | 0
    v6 = rotr(v6 ^ v11, 12)
    v1 = (v1 + v6 + m[p + 11]!) | 0
    v12 = rotr(v12 ^ v1, 8)
    v11 = (v11 + v12) | 0
    v6 = rotr(v6 ^ v11, 7)
    v2 = (v2 + v7 + m[p + 12]!) | 0
    v13 = rotr(v13 ^ v2, 16)
    v8 = (v8 + v13) | 0
    v7 = rotr(v7 ^ v8, 12)
    v2 = (v2 + v7 + m[p + 13]!) | 0
    v13 = rotr(v13 ^ v2, 8)
    v8 = (v8 + v13) | 0
    v7 = rotr(v7 ^ v8, 7)
    v3 = (v3 + v4 + m[p + 14]!) | 0
    v14 = rotr(v14 ^ v3, 16)
    v9 = (v9 + v14) | 0
    v4 = rotr(v4 ^ v9, 12)
    v3 = (v3 + v4 + m[p + 15]!) | 0
    v14 = rotr(v14 ^ v3, 8)
    v9 = (v9 + v14) | 0
    v4 = rotr(v4 ^ v9, 7)
  }
  cv[0] = v0 ^ v8
  cv[1] = v1 ^ v9
  cv[2] = v2 ^ v10
  cv[3] = v3 ^ v11
  cv[4] = v4 ^ v12
  cv[5] = v5 ^ v13
  cv[6] = v6 ^ v14
  cv[7] = v7 ^ v15
}
