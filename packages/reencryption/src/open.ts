import { equal } from '@cess/bytes'
import { badCapsule, type Capsule, deriveKey, withCapsule } from './capsule.ts'
import { type Delegation, requireDelegation } from './delegation.ts'
import { ReencryptionError } from './errors.ts'
import { blindingOf, indexOf } from './fragment.ts'
import { combinations, Fn, GENERATOR, scalarOf, sums, times } from './group.ts'
import { type Commitment, proofOf, type Share } from './share.ts'

export interface OpenOptions {
  readonly delegation: Delegation
  readonly capsule: Capsule
  /** Secret scalar of the grantee, 32 bytes little-endian. */
  readonly secret: Uint8Array
  /** How many shares it takes. */
  readonly threshold: number
  /** Those of the grant, as the chain has them. */
  readonly commitments: readonly Commitment[]
  readonly shares: readonly Share[]
}

/** Shares that are not what their proxies should have made, so that others can be asked and these be charged. */
export class BadShares extends ReencryptionError {
  /** Ids of the fragments. */
  readonly ids: readonly Uint8Array[]
  constructor(ids: readonly Uint8Array[]) {
    super(
      'BAD_SHARE',
      `${ids.length} of the shares are not what their proxies should have made of this file. Ask other proxies; the chain takes these as proof of fraud.`,
    )
    this.ids = ids
  }
}

/** Shares whose proofs do not hold, all worked out together. */
function badShares(options: OpenOptions, r: Uint8Array): Share[] {
  const { delegation, capsule, commitments, shares } = options
  const proofs = shares.map((made) => {
    const committed = commitments.find(({ id }) => equal(id, made.id))
    return committed && proofOf(delegation, committed, capsule, made)
  })
  const results = combinations(proofs.flatMap((proof) => proof?.terms(r) ?? [])).values()
  const take = (): Uint8Array | undefined => results.next().value
  return shares.filter((_, i) => !proofs[i]?.holds([take(), take()]))
}

/** λ of each index, such that Σ λ·f(index) = f(0) (Shamir 1979). Indices must differ. */
function lagrange(indices: readonly bigint[]): bigint[] {
  return indices.map((own) => {
    let [above, below] = [1n, 1n]
    for (const other of indices)
      if (other !== own) {
        above = Fn.mul(above, other)
        below = Fn.mul(below, Fn.sub(other, own))
      }
    return Fn.mul(above, Fn.inv(below))
  })
}

/** Σ factor·point */
function weighted(points: readonly Uint8Array[], factors: readonly bigint[]): Uint8Array {
  const terms = []
  for (let i = 0; i < points.length; i += 2)
    terms.push({
      a: factors[i]!,
      p: points[i]!,
      b: factors[i + 1] ?? 0n,
      q: points[i + 1] ?? GENERATOR,
    })
  return combinations(terms).reduce((sum, part) => sums([[sum!, part!]])[0]!) as Uint8Array
}

/**
 * The key in a capsule, from shares of at least `threshold` proxies. Every share is verified before it counts; what the
 * proxies and the gateway see does not help them to the key.
 * @throws ReencryptionError WRONG_KEY, BAD_CAPSULE, BAD_SHARE (as BadShares), DUPLICATE_SHARE, THRESHOLD, BAD_POINT
 */
export function openShares(options: OpenOptions): Uint8Array {
  const { delegation, capsule, threshold, shares } = options
  requireDelegation(delegation)
  const b = scalarOf(options.secret)
  const opened =
    b === undefined
      ? undefined
      : withCapsule(delegation.delegator, capsule, () => [
          times(b, GENERATOR),
          times(b, delegation.delegator),
          times(b, delegation.precursor),
        ])
  if (b !== undefined && !opened) throw badCapsule()
  const [own, shared, blinding] = opened?.results ?? []
  if (!opened || !equal(own!, delegation.grantee))
    throw new ReencryptionError(
      'WRONG_KEY',
      'This file was shared with another key. Use the account that it was shared with.',
    )
  if (new Set(shares.map(({ id }) => id.toHex())).size !== shares.length)
    throw new ReencryptionError(
      'DUPLICATE_SHARE',
      'A proxy answered twice, and its share counts once. Ask another one.',
    )
  const bad = badShares(options, opened.r)
  if (bad.length > 0) throw new BadShares(bad.map(({ id }) => id))
  if (!(threshold >= 1) || shares.length < threshold)
    throw new ReencryptionError(
      'THRESHOLD',
      `${shares.length} shares came, and it takes ${threshold}. Ask more of the proxies.`,
    )
  const used = shares.slice(0, threshold)
  const d = blindingOf(delegation, blinding!)
  const factors = lagrange(used.map(({ id }) => indexOf(delegation, shared!, id)))
  const key = weighted(
    used.map(({ point }) => point),
    factors.map((factor) => Fn.mul(factor, d)),
  )
  return deriveKey(key, delegation.delegator, capsule)
}
