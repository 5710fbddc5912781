import { equal } from '@cess/bytes'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import type { DelegatingKey } from './capsule.ts'
import { type Delegation, isDelegation, transcriptOf } from './delegation.ts'
import { ReencryptionError } from './errors.ts'
import {
  combinations,
  Fn,
  GENERATOR,
  hashToNonZero,
  hashToScalar,
  randomScalar,
  scalarBytes,
  scalarOf,
  secretScalar,
  times,
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

/** Where on the polynomial a fragment lies. `shared` is a·B = b·A: only owner and grantee can tell. */
export const indexOf = (given: Delegation, shared: Uint8Array, id: Uint8Array): bigint =>
  hashToNonZero('cess/reencryption/index/1', ...transcriptOf(given), shared, id)

/** d, of x·B = b·X: a secret of owner and grantee in this grant alone. */
export const blindingOf = (given: Delegation, shared: Uint8Array): bigint =>
  hashToNonZero('cess/reencryption/blinding/1', ...transcriptOf(given), shared)

const signatureChallenge = (
  given: Delegation,
  id: Uint8Array,
  commitment: Uint8Array,
  nonce: Uint8Array,
): bigint =>
  hashToScalar('cess/reencryption/fragment/1', ...transcriptOf(given), id, commitment, nonce)

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

function checkThreshold(threshold: number, count: number): void {
  const whole = Number.isInteger(threshold) && Number.isInteger(count)
  if (!whole || threshold < 1 || threshold > count || count > MAX_FRAGMENTS)
    throw new ReencryptionError(
      'THRESHOLD',
      `${threshold} of ${count} proxies is no threshold: name 1 to ${MAX_FRAGMENTS} proxies, and how many of them it takes.`,
    )
}

/**
 * Shares what a delegating key opens with a grantee, through proxies: Umbral's ReKeyGen (Núñez 2018, §3.2.2).
 * f is a random polynomial of degree m − 1 with f(0) = a/d; a proxy gets one of its values. Who has m values and the
 * grantee's secret has a: it is a key of one file, which the grantee may open anyway.
 * @throws ReencryptionError BAD_POINT, THRESHOLD
 */
export function delegate({ delegating, grantee, context, random, ...how }: DelegateOptions): {
  readonly delegation: Delegation
  readonly fragments: readonly KeyFragment[]
} {
  checkThreshold(how.threshold, how.fragments)
  const a = secretScalar(delegating.secret)
  const x = randomScalar(random)
  const [delegator, precursor, blinding, shared] = combinations([
    times(a, GENERATOR),
    times(x, GENERATOR),
    times(x, grantee),
    times(a, grantee),
  ])
  if (!blinding || !shared)
    throw new ReencryptionError(
      'BAD_POINT',
      'The key of whom it is to be shared with is none. Ask them for their address again; it must be of an sr25519 account.',
    )
  if (!equal(delegator!, delegating.publicKey) || context.length !== 32)
    throw new RangeError('the delegating key is no pair, or the context has not 32 bytes')
  const made: Delegation = { context, delegator: delegator!, grantee, precursor: precursor! }
  const polynomial = [Fn.mul(a, Fn.inv(blindingOf(made, blinding)))]
  while (polynomial.length < how.threshold) polynomial.push(randomScalar(random))
  const at = (index: bigint): bigint =>
    polynomial.reduceRight((sum, coefficient) => Fn.create(sum * index + coefficient), 0n)

  const drawn = Array.from({ length: how.fragments }, () => {
    const id = random.bytes(32)
    return { id, rk: at(indexOf(made, shared, id)), y: randomScalar(random) }
  })
  // A chance of 2^-252: a proxy that holds 0 would answer with the identity.
  if (drawn.some(({ rk }) => rk === 0n)) throw new RangeError('the random source repeats itself')
  const points = combinations(drawn.flatMap(({ rk, y }) => [times(rk, U), times(y, GENERATOR)]))
  const fragments = drawn.map(({ id, rk, y }, i): KeyFragment => {
    const [commitment, nonce] = [points[2 * i]!, points[2 * i + 1]!]
    const z = Fn.create(y + a * signatureChallenge(made, id, commitment, nonce))
    return { id, secret: scalarBytes(rk), commitment, nonce, response: scalarBytes(z) }
  })
  return { delegation: made, fragments }
}

/**
 * Whether the owner of the delegating key made this fragment for this delegation, and its secret is the one that is
 * committed to. A proxy checks it before it acknowledges.
 */
export function verifyKeyFragment(given: Delegation, fragment: KeyFragment): boolean {
  const { id, commitment, nonce } = fragment
  const [rk, response] = [scalarOf(fragment.secret), scalarOf(fragment.response)]
  if (rk === undefined || response === undefined || id.length !== 32) return false
  if (!isDelegation(given)) return false
  const c = signatureChallenge(given, id, commitment, nonce)
  const [committed, signed] = combinations([
    times(rk, U),
    { a: response, p: GENERATOR, b: -c, q: given.delegator },
  ])
  return equal(committed!, commitment) && equal(signed!, nonce)
}
