// GF(2^8) with polynomial x^8 + x^4 + x^3 + x^2 + 1 and generator 2.
const POLYNOMIAL = 0x11d

const exp = new Uint8Array(510)
const log = new Uint8Array(256)
for (let i = 0, x = 1; i < 255; i++) {
  exp[i] = x
  exp[i + 255] = x
  log[x] = i
  x <<= 1
  if (x > 255) x ^= POLYNOMIAL
}

export const multiply = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : exp[log[a]! + log[b]!]!

/** 1 / a; `a` is not 0. */
export const invert = (a: number): number => exp[255 - log[a]!]!

/** a^n with 0^0 = 1. */
export const power = (a: number, n: number): number =>
  n === 0 ? 1 : a === 0 ? 0 : exp[(log[a]! * n) % 255]!
