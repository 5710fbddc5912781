// The scheme once more, from its definition, on @noble/curves and bigint: shares no code with src/.
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

export const G1 = bls12_381.G1.Point
export const G2 = bls12_381.G2.Point
export type P1 = typeof G1.BASE
export type P2 = typeof G2.BASE
export const { Fp, Fp2, Fp12, Fr } = bls12_381.fields
export const R: bigint = Fr.ORDER

const le32 = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer)
export const fromLe = (b: Uint8Array): bigint => BigInt(`0x${b.toReversed().toHex() || '0'}`)
export const toLe = (n: bigint, length = 32): Uint8Array =>
  Uint8Array.fromHex(n.toString(16).padStart(2 * length, '0')).reverse()
const toScalar = (...parts: Uint8Array[]): bigint =>
  fromLe(blake2b(concatBytes(...parts), { dkLen: 64 })) % R

export const mul1 = (p: P1, n: bigint): P1 => (n % R === 0n ? G1.ZERO : p.multiplyUnsafe(n % R))

export const ROW_DST = 'CESS-PODR2-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_'
export const rowPoint = (id: Uint8Array, row: number): P1 =>
  bls12_381.G1.hashToCurve(concatBytes(id, le32(row)), { DST: ROW_DST })

export const sectors = (row: Uint8Array): bigint[] =>
  Array.from({ length: Math.ceil(row.length / 31) }, (_, j) =>
    fromLe(row.subarray(31 * j, 31 * j + 31)),
  )
export const evaluate = (coefficients: readonly bigint[], at: bigint): bigint =>
  coefficients.reduceRight((sum, c) => (sum * at + c) % R, 0n)

export interface Secret {
  readonly x: bigint
  readonly alpha: bigint
}
export const verifierOf = ({ x, alpha }: Secret): Uint8Array =>
  concatBytes(G2.BASE.multiply(x).toBytes(), G2.BASE.multiply((x * alpha) % R).toBytes())
/** What a seed becomes. */
export const secretOf = (seed: Uint8Array): Secret => ({
  x: toScalar(utf8ToBytes('cess/podr2/secret x/1'), seed),
  alpha: toScalar(utf8ToBytes('cess/podr2/secret alpha/1'), seed),
})
export const tag = ({ x, alpha }: Secret, id: Uint8Array, row: number, data: Uint8Array): P1 =>
  mul1(rowPoint(id, row).add(mul1(G1.BASE, evaluate(sectors(data), alpha))), x)

export interface Asked {
  readonly verifier: Uint8Array
  readonly seed: Uint8Array
  readonly tagger: number
  readonly rows: readonly { readonly fragmentId: Uint8Array; readonly row: number }[]
}
export const rootOf = ({ verifier, seed, tagger, rows }: Asked): Uint8Array =>
  blake2b(
    concatBytes(
      utf8ToBytes('cess/podr2/challenge/1'),
      seed,
      le32(tagger),
      verifier,
      le32(rows.length),
      ...rows.flatMap(({ fragmentId, row }) => [fragmentId, le32(row)]),
    ),
    { dkLen: 32 },
  )
export const coefficientsOf = (root: Uint8Array, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => {
    const block = blake2b(
      concatBytes(utf8ToBytes('cess/podr2/coefficients/1'), root, le32(i >> 2)),
      { dkLen: 64 },
    )
    return fromLe(block.subarray(16 * (i & 3), 16 * (i & 3) + 16))
  })
export const pointOf = (root: Uint8Array, sigma: Uint8Array): bigint =>
  toScalar(utf8ToBytes('cess/podr2/point/1'), root, sigma)

export const hashSum = (asked: Asked): P1 => {
  const v = coefficientsOf(rootOf(asked), asked.rows.length)
  return asked.rows.reduce(
    (sum, { fragmentId, row }, i) => sum.add(mul1(rowPoint(fragmentId, row), v[i]!)),
    G1.ZERO,
  )
}

/** e(σ, g2) = e(Σ v·H + y·g − z·ψ, x·g2) · e(ψ, x·α·g2) */
export function verify(asked: Asked, proof: Uint8Array): boolean {
  const sigma = G1.fromBytes(proof.slice(0, 48))
  const y = fromLe(proof.subarray(48, 80))
  const psi = G1.fromBytes(proof.slice(80))
  const z = pointOf(rootOf(asked), proof.subarray(0, 48))
  const inner = hashSum(asked).add(mul1(G1.BASE, y)).subtract(mul1(psi, z))
  const product = bls12_381.pairingBatch([
    { g1: sigma.negate(), g2: G2.BASE },
    { g1: inner, g2: G2.fromBytes(asked.verifier.slice(0, 96)) },
    { g1: psi, g2: G2.fromBytes(asked.verifier.slice(96)) },
  ])
  return Fp12.eql(product, Fp12.ONE)
}

/** A proof by the holder of the secret, without any data or tag: y and ψ are free, and σ follows from them. */
export function forgeWithoutData({ x, alpha }: Secret, asked: Asked): Uint8Array {
  // z depends on σ, so σ comes first: it belongs to an f(α) that is made up, and ψ = (f(α) − y) / (α − z).
  const value = 123456789n
  const sigma = mul1(hashSum(asked).add(mul1(G1.BASE, value)), x).toBytes()
  const z = pointOf(rootOf(asked), sigma)
  const y = 42n
  const psi = mul1(G1.BASE, Fr.mul(Fr.create(value - y), Fr.inv(Fr.create(alpha - z))))
  return concatBytes(sigma, toLe(y), psi.toBytes())
}

/** The encoding of any point of the first curve, also outside the subgroup, which noble refuses to encode. */
export function compress({ x, y }: { readonly x: bigint; readonly y: bigint }): Uint8Array {
  const out = Uint8Array.fromHex(x.toString(16).padStart(96, '0'))
  out[0]! |= 0x80 | (2n * y > Fp.ORDER ? 0x20 : 0)
  return out
}
/** A point of order 3: the curve is y² = x³ + 4. */
export const ORDER_3: P1 = G1.fromAffine({ x: 0n, y: 2n })

/** Points of the first curve by ascending x that are not in the subgroup. */
export function outsideG1(count: number): P1[] {
  const out: P1[] = []
  for (let x = 1n; out.length < count; x++) {
    const square = Fp.create(x * x * x + 4n)
    if (!Fp.isValid(square) || !isSquare(square)) continue
    const point = G1.fromAffine({ x, y: Fp.sqrt(square) })
    if (!point.isTorsionFree()) out.push(point)
  }
  return out
}
const isSquare = (n: bigint): boolean => Fp.eql(Fp.pow(n, (Fp.ORDER - 1n) / 2n), Fp.ONE)

/** The encoding of a point of the second curve, y² = x³ + 4(1 + i), that is not in the subgroup. */
export function outsideG2(): Uint8Array {
  for (let n = 1n; ; n++) {
    const x = Fp2.fromBigTuple([n, 0n])
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.fromBigTuple([4n, 4n]))
    let y: typeof x
    try {
      y = Fp2.sqrt(square)
    } catch {
      continue
    }
    const point = G2.fromAffine({ x, y })
    if (point.isTorsionFree()) continue
    const out = Uint8Array.fromHex(`${'0'.repeat(96)}${n.toString(16).padStart(96, '0')}`)
    out[0]! |= 0x80
    return out
  }
}
