import { coefficients, rowPoint } from './challenge.ts'
import { base, decodeG1, type G1, isIdentityG1, negateG1, pairsToOne, sumG1 } from './curve.ts'
import { Podr2Error } from './errors.ts'
import { isFragmentSize, rowsOf, TAG_BYTES } from './layout.ts'
import { curveModule } from './mcl.ts'
import { checkParameters, parameterPoints } from './parameters.ts'
import { publicArithmetic } from './sectors.ts'
import { decodeVerifier } from './verifier-key.ts'

export interface TaggedFragment {
  readonly fragmentId: Uint8Array
  readonly fragment: Uint8Array
  /** 48 bytes a row. */
  readonly tags: Uint8Array
}

export interface TagCheck {
  readonly verifier: Uint8Array
  readonly parameters: Uint8Array
  /** Any number; many at a time cost less each. They are judged together. */
  readonly fragments: readonly TaggedFragment[]
  /** 32 fresh random bytes that the tagger could not know. */
  readonly entropy: Uint8Array
}

function decodeTags(tags: Uint8Array, rows: number): G1[] | undefined {
  if (tags.length !== rows * TAG_BYTES) return undefined
  const points: G1[] = []
  for (let at = 0; at < tags.length; at += TAG_BYTES) {
    const point = decodeG1(tags.subarray(at, at + TAG_BYTES))
    if (!point || isIdentityG1(point)) return undefined
    points.push(point)
  }
  return points
}

/**
 * Whether all tags are right for the fragments they came with, so that a miner who holds both can prove. One equation
 * with a random coefficient for each row: e(Σ ρ_i·σ_i, g2) = e(Σ ρ_i·H_i + Σ_j (Σ_i ρ_i·m_ij)·α^j·g, x·g2).
 * Wrong tags pass with a probability of 2^-128. Checks the parameters as well, once for each tagger.
 * @throws Podr2Error NOT_READY, BAD_LENGTH for an entropy of the wrong length
 */
export function checkTags({ verifier, parameters, fragments, entropy }: TagCheck): boolean {
  curveModule()
  const key = decodeVerifier(verifier)
  if (entropy.length !== 32)
    throw new Podr2Error(
      'BAD_LENGTH',
      `Checking tags takes 32 random bytes, not ${entropy.length}. Draw fresh ones for each check.`,
    )
  if (!key || fragments.length === 0 || !checkParameters(verifier, parameters)) return false
  const powers = parameterPoints(parameters)!
  const rows: Uint8Array[] = []
  const hashes: G1[] = []
  const tags: G1[] = []
  for (const { fragmentId, fragment, tags: encoded } of fragments) {
    if (fragmentId.length !== 32 || !isFragmentSize(fragment.length)) return false
    const parts = rowsOf(fragment)
    const points = decodeTags(encoded, parts.length)
    if (!points) return false
    for (const [row, part] of parts.entries()) {
      rows.push(part)
      hashes.push(rowPoint(fragmentId, row))
      tags.push(points[row]!)
    }
  }
  const rho = coefficients(entropy, rows.length)
  const folded = publicArithmetic().combine(rho, rows)
  // Short fragments leave most sectors empty.
  const used = folded.findLastIndex((sector) => sector !== 0n) + 1
  const inner = sumG1([...hashes, ...powers.slice(0, used)], [...rho, ...folded.slice(0, used)])
  return pairsToOne([
    [negateG1(sumG1(tags, rho)), base().g2],
    [inner, key.x],
  ])
}
