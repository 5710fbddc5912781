/** Rotation of each lane and its next place, in the order of the combined rho and pi steps (FIPS 202 §3.2). */
const ROTATIONS = [
  1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
]
const PLACES = [
  10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
]

/** Round constants as (low, high) words, from the LFSR x⁸+x⁶+x⁵+x⁴+1 of FIPS 202 §3.2.5. */
const ROUND_CONSTANTS: readonly (readonly [number, number])[] = (() => {
  let register = 1
  const bit = (): number => {
    const out = register & 1
    register = (register << 1) ^ ((register >> 7) * 0x171)
    return out
  }
  return Array.from({ length: 24 }, () => {
    let low = 0
    let high = 0
    for (let j = 0; j < 7; j++) {
      const at = (1 << j) - 1
      if (bit() === 0) continue
      if (at < 32) low |= 1 << at
      else high |= 1 << (at - 32)
    }
    return [low, high] as const
  })
})()

/** The permutation Keccak-f[1600] on 25 lanes as 50 little-endian words, in place. */
export function keccakF1600(s: Uint32Array): void {
  const c = new Uint32Array(10)
  for (const [low, high] of ROUND_CONSTANTS) {
    for (let x = 0; x < 10; x++) c[x] = s[x]! ^ s[x + 10]! ^ s[x + 20]! ^ s[x + 30]! ^ s[x + 40]!
    for (let x = 0; x < 5; x++) {
      const left = ((x + 4) % 5) * 2
      const right = ((x + 1) % 5) * 2
      const dl = c[left]! ^ ((c[right]! << 1) | (c[right + 1]! >>> 31))
      const dh = c[left + 1]! ^ ((c[right + 1]! << 1) | (c[right]! >>> 31))
      for (let y = 0; y < 50; y += 10) {
        s[x * 2 + y]! ^= dl
        s[x * 2 + y + 1]! ^= dh
      }
    }
    let l = s[2]!
    let h = s[3]!
    for (let i = 0; i < 24; i++) {
      const r = ROTATIONS[i]!
      const at = PLACES[i]! * 2
      const nl = s[at]!
      const nh = s[at + 1]!
      if (r < 32) {
        s[at] = (l << r) | (h >>> (32 - r))
        s[at + 1] = (h << r) | (l >>> (32 - r))
      } else {
        s[at] = (h << (r - 32)) | (l >>> (64 - r))
        s[at + 1] = (l << (r - 32)) | (h >>> (64 - r))
      }
      l = nl
      h = nh
    }
    for (let y = 0; y < 50; y += 10) {
      for (let x = 0; x < 10; x++) c[x] = s[y + x]!
      for (let x = 0; x < 10; x++) s[y + x] = c[x]! ^ (~c[(x + 2) % 10]! & c[(x + 4) % 10]!)
    }
    s[0]! ^= low
    s[1]! ^= high
  }
}
