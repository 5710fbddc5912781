/** Factors of one level: 1 / (2·cos((i + ½)·π / n)) is divided by, as the reference does, so that no bit differs. */
const cosines = new Map<number, readonly number[]>(
  [2, 4, 8, 16, 32].map((n) => [
    n,
    Array.from({ length: n / 2 }, (_, i) => Math.cos(((i + 0.5) * Math.PI) / n) * 2),
  ]),
)

/** Discrete cosine transform, type II, not scaled, of 1, 2, 4, … 32 values (Lee 1984). */
export function dct(values: readonly number[]): number[] {
  const n = values.length
  if (n === 1) return [...values]
  const half = n / 2
  const by = cosines.get(n)!
  const first = values.slice(0, half)
  const alpha = dct(first.map((value, i) => value + values[n - 1 - i]!))
  const beta = dct(first.map((value, i) => (value - values[n - 1 - i]!) / by[i]!))
  const result: number[] = []
  for (let i = 0; i < half - 1; i++) result.push(alpha[i]!, beta[i]! + beta[i + 1]!)
  result.push(alpha[half - 1]!, beta[half - 1]!)
  return result
}
