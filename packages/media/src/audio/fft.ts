/** Squares of the absolute values of a Fourier transform, for real input of one length, a power of two. */
export function createPowerSpectrum(size: number): (input: Float64Array) => Float64Array {
  const [re, im, power] = [
    new Float64Array(size),
    new Float64Array(size),
    new Float64Array(size / 2 + 1),
  ]
  const cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const sin = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size))
  const bits = Math.log2(size)
  const order = Uint32Array.from({ length: size }, (_, i) => {
    let reversed = 0
    for (let b = 0; b < bits; b++) reversed |= ((i >> b) & 1) << (bits - 1 - b)
    return reversed
  })
  return (input) => {
    for (let i = 0; i < size; i++) re[i] = input[order[i]!]!
    im.fill(0)
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half)
      for (let start = 0; start < size; start += 2 * half)
        for (let k = 0; k < half; k++) {
          const [a, b, turn] = [start + k, start + k + half, k * step]
          const x = re[b]! * cos[turn]! + im[b]! * sin[turn]!
          const y = im[b]! * cos[turn]! - re[b]! * sin[turn]!
          re[b] = re[a]! - x
          im[b] = im[a]! - y
          re[a]! += x
          im[a]! += y
        }
    }
    for (let i = 0; i <= size / 2; i++) power[i] = re[i]! * re[i]! + im[i]! * im[i]!
    return power
  }
}
