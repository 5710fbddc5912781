import { equal } from '@cess/bytes'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import type { DelegatingKey } from './capsule.ts'
import { type Delegation, type OpenDelegation, openDelegation } from './delegation.ts'
import { ReencryptionError } from './errors.ts'
import {
  combine,
  Fn,
  hashToNonZero,
  hashToScalar,
  Point,
  type Point as PointOf,
  pointOf,
  randomScalar,
  requirePoint,
  scalarBytes,
  scalarOf,
  U,
} from './group.ts'

/** Most fragments of a grant. */
export const MAX_FRAGMENTS = 64

/** A re-encryption key fragment: what one proxy holds. With all of them proxies still cannot read anything. */
export const keyFragment = struct('cess_reencryption::KeyFragment', {
  /** Random name; where on the polynomial the fragment lies follows from it, for owner and grantee alone. */
  id: fixedBytes(32),
  /** rk = f(index): the only secret here. */
  secret: fixedBytes(32),
  /** rk·U, which is on chain: what shares are proven against. */
  commitment: fixedBytes(32),
  /** Schnorr signature of the delegating key over all of it: Y and z. */
  nonce: fixedBytes(32),
  response: fixedBytes(32),
})
export type KeyFragment = Infer<typeof keyFragment>

/** Where on the polynomial a fragment lies: only the grantee and the owner can tell. */
export const indexOf = (open: OpenDelegation, shared: PointOf, id: Uint8Array): bigint =>
  hashToNonZero('cess/reencryption/index/1', ...open.parts, shared.toBytes(), id)

/** d, which owner (x·B) and grantee (b·X) share in this grant alone. */
export const blindingOf = (open: OpenDelegation, shared: PointOf): bigint =>
  hashToNonZero('cess/reencryption/blinding/1', ...open.parts, shared.toBytes())

const signatureChallenge = (
  open: OpenDelegation,
  id: Uint8Array,
  commitment: Uint8Array,
  nonce: Uint8Array,
): bigint => hashToScalar('cess/reencryption/fragment/1', ...open.parts, id, commitment, nonce)

export interface DelegateOptions {
  readonly delegating: DelegatingKey
  /** Public key of whom it is shared with: a point, 32 bytes. */
  readonly grantee: Uint8Array
  /** 32 bytes that stand for this grant and no other. */
  readonly context: Uint8Array
  /** Shares that open a capsule: m of n. */
  readonly threshold: number
  /** Fragments, one for each proxy: n. */
  readonly fragments: number
  readonly random: Random
}

/**
 * Shares what a delegating key opens with a grantee, through proxies: Umbral's ReKeyGen (Núñez 2018, §3.2.2).
 * f is a random polynomial of degree m − 1 with f(0) = a/d; a proxy gets one of its values. Who has m values and the
 * grantee's secret has a: it is a key of one file, which the grantee may open anyway.
 * @throws ReencryptionError BAD_POINT, THRESHOLD
 */
export function delegate(options: DelegateOptions): {
  readonly delegation: Delegation
  readonly fragments: readonly KeyFragment[]
} {
  const { delegating, threshold, random } = options
  const count = options.fragments
  const whole = Number.isInteger(threshold) && Number.isInteger(count)
  if (!whole || threshold < 1 || threshold > count || count > MAX_FRAGMENTS)
    throw new ReencryptionError(
      'THRESHOLD',
      `${threshold} of ${count} proxies is no threshold: name 1 to ${MAX_FRAGMENTS} proxies, and how many of them it takes.`,
    )
  const a = scalarOf(delegating.secret)
  if (a === undefined) throw new RangeError('a delegating secret is a scalar from 1 to order − 1')
  const grantee = requirePoint(options.grantee, 'key of whom it is shared with')
  const x = randomScalar(random)
  const made: Delegation = {
    context: options.context,
    delegator: delegating.publicKey,
    grantee: options.grantee,
    precursor: Point.BASE.multiply(x).toBytes(),
  }
  const open = openDelegation(made)
  const d = blindingOf(open, grantee.multiply(x))
  const shared = grantee.multiply(a)
  const polynomial = [Fn.mul(a, Fn.inv(d))]
  while (polynomial.length < threshold) polynomial.push(randomScalar(random))
  const at = (index: bigint): bigint =>
    polynomial.reduceRight((sum, coefficient) => Fn.create(sum * index + coefficient), 0n)

  const fragments = Array.from({ length: count }, (): KeyFragment => {
    const id = random.bytes(32)
    const rk = at(indexOf(open, shared, id))
    // A chance of 2^-252: a proxy that holds 0 would answer with the identity.
    if (rk === 0n) throw new RangeError('the random source repeats itself')
    const commitment = U.multiply(rk).toBytes()
    const y = randomScalar(random)
    const nonce = Point.BASE.multiply(y).toBytes()
    const z = Fn.create(y + a * signatureChallenge(open, id, commitment, nonce))
    return { id, secret: scalarBytes(rk), commitment, nonce, response: scalarBytes(z) }
  })
  return { delegation: made, fragments }
}

/**
 * Whether the owner of the delegating key made this fragment for this delegation, and its secret is the one that is
 * committed to. A proxy checks it before it acknowledges.
 */
export function verifyKeyFragment(given: Delegation, fragment: KeyFragment): boolean {
  const rk = scalarOf(fragment.secret)
  const nonce = pointOf(fragment.nonce)
  const response = scalarOf(fragment.response)
  if (rk === undefined || !nonce || response === undefined || fragment.id.length !== 32)
    return false
  let open: OpenDelegation
  try {
    open = openDelegation(given)
  } catch {
    return false
  }
  if (!equal(U.multiply(rk).toBytes(), fragment.commitment)) return false
  const c = signatureChallenge(open, fragment.id, fragment.commitment, fragment.nonce)
  return combine(response, Point.BASE, -c, open.delegator).equals(nonce)
}
