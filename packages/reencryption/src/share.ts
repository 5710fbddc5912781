import { concat } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import { badCapsule, type Capsule, capsulePoint } from './capsule.ts'
import { type Delegation, type OpenDelegation, openDelegation } from './delegation.ts'
import { ReencryptionError } from './errors.ts'
import { type KeyFragment, verifyKeyFragment } from './fragment.ts'
import {
  combine,
  Fn,
  hashToScalar,
  pointOf,
  scalarBytes,
  scalarOf,
  U,
  wideScalar,
} from './group.ts'

/** A capsule, re-encrypted by one proxy: 128 bytes. */
export const share = struct('cess_reencryption::Share', {
  /** Id of the key fragment that made it. */
  id: fixedBytes(32),
  /** W = rk·(E + V). */
  point: fixedBytes(32),
  /** Proof that W has the logarithm to E + V that the commitment has to U (Chaum and Pedersen 1992). */
  challenge: fixedBytes(32),
  response: fixedBytes(32),
})
export type Share = Infer<typeof share>

/** What is public of a key fragment: on chain, for each proxy of a grant. */
export interface Commitment {
  readonly id: Uint8Array
  readonly commitment: Uint8Array
}

/** Every value that the proof speaks of: with one left out, a proof could be moved to another statement. */
const proofChallenge = (
  open: OpenDelegation,
  { id, commitment }: Commitment,
  { e, v, s }: Capsule,
  values: readonly [point: Uint8Array, onU: Uint8Array, onCapsule: Uint8Array],
): bigint =>
  hashToScalar('cess/reencryption/share/1', ...open.parts, id, commitment, e, v, s, ...values)

/**
 * A proxy that is ready to work for a delegation: the fragment is checked once. Each capsule takes two multiplications of
 * its point and one of a fixed one.
 * @throws ReencryptionError BAD_FRAGMENT, BAD_POINT
 */
export function createProxy(given: Delegation, fragment: KeyFragment) {
  if (!verifyKeyFragment(given, fragment))
    throw new ReencryptionError(
      'BAD_FRAGMENT',
      'The key fragment does not belong to this grant: its owner sent another one, or it was changed on its way.',
    )
  const open = openDelegation(given)
  const rk = scalarOf(fragment.secret)!

  return {
    /**
     * Re-encrypts a capsule of the delegating key.
     * The nonce of the proof hangs on the secret and the capsule besides the random bytes, so that a random source that
     * repeats itself does not give the secret away.
     * @throws ReencryptionError BAD_CAPSULE
     */
    reencrypt(sealed: Capsule, random: Random): Share {
      const sum = capsulePoint(given.delegator, sealed)
      if (!sum) throw badCapsule()
      const point = sum.multiply(rk).toBytes()
      const salt = concat(random.bytes(32), sealed.e, sealed.v, sealed.s)
      const t = wideScalar(hkdfSha256(fragment.secret, salt, 'cess/reencryption/nonce/1', 64))
      const values = [point, U.multiply(t).toBytes(), sum.multiply(t).toBytes()] as const
      const challenge = proofChallenge(open, fragment, sealed, values)
      const response = Fn.create(t + challenge * rk)
      return {
        id: fragment.id,
        point,
        challenge: scalarBytes(challenge),
        response: scalarBytes(response),
      }
    },
  }
}
export type Proxy = ReturnType<typeof createProxy>

/**
 * Whether the proxy with this commitment made the share from this capsule. All of it is public: a share that fails here,
 * signed by its proxy, is proof of fraud.
 */
export function verifyShare(
  given: Delegation,
  committed: Commitment,
  sealed: Capsule,
  made: Share,
): boolean {
  let open: OpenDelegation
  try {
    open = openDelegation(given)
  } catch {
    return false
  }
  const sum = capsulePoint(given.delegator, sealed)
  return sum !== undefined && holds(open, committed, sealed, sum, made)
}

/** The proof alone, for a capsule that was checked. */
export function holds(
  open: OpenDelegation,
  committed: Commitment,
  sealed: Capsule,
  sum: NonNullable<ReturnType<typeof pointOf>>,
  made: Share,
): boolean {
  const [w, c] = [pointOf(made.point), pointOf(committed.commitment)]
  const [challenge, response] = [scalarOf(made.challenge), scalarOf(made.response)]
  if (!w || !c || challenge === undefined || response === undefined) return false
  if (committed.id.length !== 32 || !committed.id.every((byte, i) => byte === made.id[i]))
    return false
  const values = [
    made.point,
    combine(response, U, -challenge, c).toBytes(),
    combine(response, sum, -challenge, w).toBytes(),
  ] as const
  return proofChallenge(open, committed, sealed, values) === challenge
}
