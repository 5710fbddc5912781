import { concat, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto/hashes'
import {
  type Challenge,
  challengeRoot,
  coefficients,
  openingPoint,
  type RowRef,
  rowPoint,
} from './challenge.ts'
import {
  addG1,
  base,
  decodeG1,
  type G1,
  G1_BYTES,
  type G2,
  isIdentityG1,
  multiplyG1,
  negateG1,
  pairsToOne,
  sumG1,
} from './curve.ts'
import { PROOF_BYTES } from './layout.ts'
import { curveModule } from './mcl.ts'
import { SCALAR_BYTES, scalarFromBytes } from './scalar.ts'
import { decodeVerifier, type VerifierKey } from './verifier-key.ts'

/** A challenge and the 128 bytes that answer it. */
export interface Answer extends Challenge {
  readonly proof: Uint8Array
}

/** What of an answer goes into its equation e(σ, g2) = e(inner, x·g2) · e(ψ, x·α·g2). */
interface Equation {
  readonly root: Uint8Array
  readonly key: VerifierKey
  readonly sigma: G1
  /** Σ v_i·H(id_i ‖ i) + y·g − z·ψ */
  readonly inner: G1
  readonly psi: G1
}

/** Undefined when something is not well-formed. */
function equationOf(answer: Answer): Equation | undefined {
  const { verifier, rows, proof } = answer
  const key = decodeVerifier(verifier)
  const root = challengeRoot(answer)
  if (!key || !root || proof.length !== PROOF_BYTES) return undefined
  const sigmaBytes = proof.subarray(0, G1_BYTES)
  const sigma = decodeG1(sigmaBytes)
  const y = scalarFromBytes(proof.subarray(G1_BYTES, G1_BYTES + SCALAR_BYTES))
  // The identity is right here when the folded polynomial is constant: rows of zeros, as padding makes them.
  const psi = decodeG1(proof.subarray(G1_BYTES + SCALAR_BYTES))
  if (!sigma || !psi || y === undefined || isIdentityG1(sigma)) return undefined
  const hashed = sumG1(
    rows.map(({ fragmentId, row }) => rowPoint(fragmentId, row)),
    coefficients(root, rows.length),
  )
  const z = openingPoint(root, sigmaBytes)
  const opened = addG1(multiplyG1(base().g1, y), negateG1(multiplyG1(psi, z)))
  return { root, key, sigma, inner: addG1(hashed, opened), psi }
}

const holds = ({ key, sigma, inner, psi }: Equation): boolean =>
  pairsToOne([
    [negateG1(sigma), base().g2],
    [inner, key.x],
    [psi, key.xAlpha],
  ])

/**
 * Whether `proof` shows that its maker holds all these rows, tagged with the key behind `verifier`.
 * Never throws for what the arguments contain. 30 ms for 100 rows.
 * @throws Podr2Error NOT_READY
 */
export function verify(
  verifier: Uint8Array,
  seed: Uint8Array,
  tagger: number,
  rows: readonly RowRef[],
  proof: Uint8Array,
): boolean {
  curveModule()
  const equation = equationOf({ verifier, seed, tagger, rows, proof })
  return equation !== undefined && holds(equation)
}

const BATCH = utf8('cess/podr2/batch/1')

interface Weighted extends Equation {
  readonly rho: bigint
}

/** Whether the sum of equations, each times its ρ, holds. Terms under one key share two pairings. */
function sumHolds(terms: readonly Weighted[]): boolean {
  const rho = terms.map((term) => term.rho)
  const byKey = Map.groupBy(terms, ({ key }) => concat(key.x, key.xAlpha).toHex())
  const pairs: [G1, G2][] = [
    [
      negateG1(
        sumG1(
          terms.map(({ sigma }) => sigma),
          rho,
        ),
      ),
      base().g2,
    ],
  ]
  for (const group of byKey.values()) {
    const own = group.map((term) => term.rho)
    const sum = (points: readonly G1[]): G1 => sumG1(points, own)
    const { x, xAlpha } = group[0]!.key
    pairs.push(
      [sum(group.map(({ inner }) => inner)), x],
      [sum(group.map(({ psi }) => psi)), xAlpha],
    )
  }
  return pairsToOne(pairs)
}

/** The wrong ones among the terms, found by halving. */
function wrongOnes(terms: readonly Weighted[]): Weighted[] {
  if (terms.length === 0 || sumHolds(terms)) return []
  if (terms.length === 1) return [...terms]
  const half = terms.length >> 1
  return [...wrongOnes(terms.slice(0, half)), ...wrongOnes(terms.slice(half))]
}

/**
 * `verify` of many answers at a time, which saves most of the pairings: one result for each. The coefficients ρ come from a
 * hash of all challenges and proofs, so everybody who runs this gets the same; a wrong proof passes with a probability of 2^-128.
 * @throws Podr2Error NOT_READY
 */
export function verifyBatch(answers: readonly Answer[]): boolean[] {
  curveModule()
  const equations = answers.map(equationOf)
  const bound = equations.flatMap((equation, i) =>
    equation ? [equation.root, answers[i]!.proof] : [],
  )
  const rho = coefficients(blake2b256(concat(BATCH, ...bound)), answers.length)
  const terms = equations.map((equation, i) => equation && { ...equation, rho: rho[i]! })
  const wrong = new Set(wrongOnes(terms.filter((term) => term !== undefined)))
  return terms.map((term) => term !== undefined && !wrong.has(term))
}
