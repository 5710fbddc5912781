import { equal } from '@cess/bytes'
import { badCapsule, type Capsule, capsulePoint, deriveKey } from './capsule.ts'
import { type Delegation, openDelegation } from './delegation.ts'
import { ReencryptionError } from './errors.ts'
import { blindingOf, indexOf } from './fragment.ts'
import { Fn, Point, pointOf, scalarOf } from './group.ts'
import { type Commitment, holds, type Share } from './share.ts'

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

/**
 * The key in a capsule, from shares of at least `threshold` proxies. Every share is verified before it counts; what the
 * proxies and the gateway see does not help them to the key.
 * @throws ReencryptionError WRONG_KEY, BAD_CAPSULE, BAD_SHARE (as BadShares), DUPLICATE_SHARE, THRESHOLD, BAD_POINT
 */
export function openShares(options: OpenOptions): Uint8Array {
  const { delegation, capsule, threshold, commitments, shares } = options
  const open = openDelegation(delegation)
  const b = scalarOf(options.secret)
  if (b === undefined || !equal(Point.BASE.multiply(b).toBytes(), delegation.grantee))
    throw new ReencryptionError(
      'WRONG_KEY',
      'This file was shared with another key. Use the account that it was shared with.',
    )
  const sum = capsulePoint(delegation.delegator, capsule)
  if (!sum) throw badCapsule()
  const ids = new Set(shares.map(({ id }) => id.toHex()))
  if (ids.size !== shares.length)
    throw new ReencryptionError(
      'DUPLICATE_SHARE',
      'A proxy answered twice, and its share counts once. Ask another one.',
    )
  const bad = shares.filter((made) => {
    const committed = commitments.find(({ id }) => equal(id, made.id))
    return !committed || !holds(open, committed, capsule, sum, made)
  })
  if (bad.length > 0) throw new BadShares(bad.map(({ id }) => id))
  if (!(threshold >= 1) || shares.length < threshold)
    throw new ReencryptionError(
      'THRESHOLD',
      `${shares.length} shares came, and it takes ${threshold}. Ask more of the proxies.`,
    )
  const used = shares.slice(0, threshold)
  const shared = open.delegator.multiply(b)
  const factors = lagrange(used.map(({ id }) => indexOf(open, shared, id)))
  const blinded = used.reduce(
    (total, { point }, i) => total.add(pointOf(point)!.multiply(factors[i]!)),
    Point.ZERO,
  )
  const d = blindingOf(open, open.precursor.multiply(b))
  return deriveKey(blinded.multiply(d), delegation.delegator, capsule)
}
