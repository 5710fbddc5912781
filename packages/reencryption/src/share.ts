import { concat, equal } from '@cess/bytes'
import { type Combination, hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import { badCapsule, type Capsule, withCapsule } from './capsule.ts'
import { type Delegation, isDelegation, transcriptOf } from './delegation.ts'
import { ReencryptionError } from './errors.ts'
import { type KeyFragment, verifyKeyFragment } from './fragment.ts'
import {
  Fn,
  hashToScalar,
  scalarBytes,
  scalarOf,
  secretScalar,
  times,
  U,
  wideScalar,
} from './group.ts'

/** A capsule, re-encrypted by one proxy: 128 bytes. */
export const share = struct('cess_reencryption::Share', {
  /** Id of the key fragment that made it. */
  id: fixedBytes(32),
  /** W = rk·R of the capsule's R = E + V. */
  point: fixedBytes(32),
  /** Proof that W has the logarithm to R that the commitment has to U (Chaum and Pedersen 1992). */
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
  given: Delegation,
  { id, commitment }: Commitment,
  { e, v, s }: Capsule,
  values: readonly [point: Uint8Array, onU: Uint8Array, onR: Uint8Array],
): bigint => {
  const parts = [...transcriptOf(given), id, commitment, e, v, s, ...values]
  return hashToScalar('cess/reencryption/share/1', ...parts)
}

/**
 * A proxy that is ready to work for a delegation; the fragment is checked here, once.
 * @throws ReencryptionError BAD_FRAGMENT
 */
export function createProxy(given: Delegation, fragment: KeyFragment) {
  if (!verifyKeyFragment(given, fragment))
    throw new ReencryptionError(
      'BAD_FRAGMENT',
      'The key fragment does not belong to this grant: its owner sent another one, or it was changed on its way.',
    )
  const rk = secretScalar(fragment.secret)

  return {
    /**
     * Re-encrypts a capsule of the delegating key.
     * The nonce of the proof hangs on the secret and the capsule besides the random bytes, so that a random source that
     * repeats itself does not give the secret away.
     * @throws ReencryptionError BAD_CAPSULE
     */
    reencrypt(sealed: Capsule, random: Random): Share {
      const salt = concat(random.bytes(32), sealed.e, sealed.v, sealed.s)
      const t = wideScalar(hkdfSha256(fragment.secret, salt, 'cess/reencryption/nonce/1', 64))
      const done = withCapsule(given.delegator, sealed, (r) => [
        times(rk, r),
        times(t, U),
        times(t, r),
      ])
      if (!done) throw badCapsule()
      const [point, onU, onR] = done.results as [Uint8Array, Uint8Array, Uint8Array]
      const challenge = proofChallenge(given, fragment, sealed, [point, onU, onR])
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
export type Reencryptor = ReturnType<typeof createProxy>

/** A share's proof: what is to be multiplied for it, and whether the results make it hold. */
export interface ShareProof {
  terms(r: Uint8Array): readonly [Combination, Combination]
  holds(results: readonly (Uint8Array | undefined)[]): boolean
}

/** @returns undefined for a share that is malformed or of another fragment. */
export function proofOf(
  given: Delegation,
  committed: Commitment,
  sealed: Capsule,
  made: Share,
): ShareProof | undefined {
  const [challenge, response] = [scalarOf(made.challenge), scalarOf(made.response)]
  if (challenge === undefined || response === undefined) return undefined
  if (committed.id.length !== 32 || !equal(committed.id, made.id)) return undefined
  return {
    terms: (r) => [
      { a: response, p: U, b: -challenge, q: committed.commitment },
      { a: response, p: r, b: -challenge, q: made.point },
    ],
    holds([onU, onR]) {
      if (!onU || !onR) return false
      return proofChallenge(given, committed, sealed, [made.point, onU, onR]) === challenge
    },
  }
}

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
  const proof = proofOf(given, committed, sealed, made)
  if (!proof || !isDelegation(given)) return false
  const done = withCapsule(given.delegator, sealed, proof.terms)
  return done !== undefined && proof.holds(done.results)
}
