/**
 * 2 * cos((i + 1/2) * pi / n) for n of 2, 4, … 32, by which one level divides. Written out, since `Math.cos` differs in the
 * last bit between engines and from the reference; these are the correctly rounded ones, which the reference has.
 */
const FACTORS = new Map<number, readonly number[]>([
  [2, [Math.SQRT2]],
  [4, [1.8477590650225735, 0.7653668647301797]],
  [8, [1.9615705608064609, 1.6629392246050905, 1.1111404660392046, 0.39018064403225666]],
  [
    16,
    [
      1.9903694533443939, 1.9138806714644176, 1.76384252869671, 1.546020906725474,
      1.268786568327291, 0.9427934736519956, 0.5805693545089247, 0.19603428065912154,
    ],
  ],
  [
    32,
    [
      1.9975909124103448, 1.978353019929562, 1.940062506389088, 1.8830881303660416,
      1.8079785862468867, 1.7154572200005442, 1.6064150629612899, 1.4819022507099182,
      1.3431179096940367, 1.191398608984867, 1.0282054883864433, 0.8551101868605644,
      0.6737797067844401, 0.48596035980652796, 0.2934609489107235, 0.09813534865483625,
    ],
  ],
])

/** Discrete cosine transform, type II, not scaled, of 1, 2, 4, … 32 values (Lee 1984; ISO 24138, algorithm DCT). */
export function dct(values: readonly number[]): number[] {
  const n = values.length
  if (n === 1) return [...values]
  const half = n / 2
  const by = FACTORS.get(n)!
  const first = values.slice(0, half)
  const alpha = dct(first.map((value, i) => value + values[n - 1 - i]!))
  const beta = dct(first.map((value, i) => (value - values[n - 1 - i]!) / by[i]!))
  const result: number[] = []
  for (let i = 0; i < half - 1; i++) result.push(alpha[i]!, beta[i]! + beta[i + 1]!)
  result.push(alpha[half - 1]!, beta[half - 1]!)
  return result
}
