import { concat } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto/hashes'
import { coefficients } from './challenge.ts'
import {
  base,
  decodeG1,
  type G1,
  G1_BYTES,
  isIdentityG1,
  negateG1,
  pairsToOne,
  sumG1,
} from './curve.ts'
import { SECTORS } from './layout.ts'
import { curveModule } from './mcl.ts'
import { decodeVerifier } from './verifier-key.ts'

/** Bytes of the prover parameters of a tagger: α¹·g to α²⁰⁴⁷·g. */
export const PARAMETERS_BYTES: number = (SECTORS - 1) * G1_BYTES

/** Taggers whose parameters are kept decoded (0.5 MB each). */
const KEPT = 8

interface Loaded {
  /** α⁰·g to α²⁰⁴⁷·g if they are what they should be; `checkedFor` says for which verifier that is known. */
  readonly points: readonly G1[]
  readonly checkedFor: Set<string>
}
/** By hash, the least recently used first. Decoding takes 0.4 s, so it happens once for each tagger. */
const loaded = new Map<string, Loaded>()

function decodePoints(parameters: Uint8Array): G1[] | undefined {
  if (parameters.length !== PARAMETERS_BYTES) return undefined
  const points = [base().g1]
  for (let at = 0; at < parameters.length; at += G1_BYTES) {
    const point = decodeG1(parameters.subarray(at, at + G1_BYTES))
    if (!point || isIdentityG1(point)) return undefined
    points.push(point)
  }
  return points
}

function load(parameters: Uint8Array): Loaded | undefined {
  const name = blake2b256(parameters).toHex()
  let entry = loaded.get(name)
  if (!entry) {
    const points = decodePoints(parameters)
    if (!points) return undefined
    entry = { points, checkedFor: new Set() }
    if (loaded.size >= KEPT) loaded.delete(loaded.keys().next().value!)
  }
  loaded.delete(name)
  loaded.set(name, entry)
  return entry
}

/** The 2048 points α^j·g; undefined when the bytes are no such points. Says nothing about whether they belong together. */
export const parameterPoints = (parameters: Uint8Array): readonly G1[] | undefined =>
  load(parameters)?.points

/**
 * Whether prover parameters are the powers of the α that is in the verifier. One equation for all of them, with
 * coefficients ρ_j drawn from both: e(Σ ρ_j·u_{j+1}, x·g2) = e(Σ ρ_j·u_j, x·α·g2). Takes 0.6 s; the result is kept.
 */
export function checkParameters(verifier: Uint8Array, parameters: Uint8Array): boolean {
  curveModule()
  const key = decodeVerifier(verifier)
  const entry = key && load(parameters)
  if (!key || !entry) return false
  const name = verifier.toHex()
  if (entry.checkedFor.has(name)) return true
  const { points, checkedFor } = entry
  const rho = coefficients(blake2b256(concat(verifier, parameters)), SECTORS - 1)
  const shifted = sumG1(points.slice(1), rho)
  const straight = sumG1(points.slice(0, -1), rho)
  const right = pairsToOne([
    [shifted, key.x],
    [negateG1(straight), key.xAlpha],
  ])
  if (right) checkedFor.add(name)
  return right
}
