import { concat, utf8 } from '@cess/bytes'
import {
  base,
  combineG2,
  decodeG2,
  encodeG2,
  type G2,
  G2_BYTES,
  isIdentityG2,
  multiplySecretG2,
} from './curve.ts'
import { curveModule } from './mcl.ts'
import { hashToScalar, reduce, SCALAR_BYTES, scalarFromBytes, scalarToBytes } from './scalar.ts'

/** The public key of a tagger: x · g2 and x · α · g2. */
export interface VerifierKey {
  readonly x: G2
  readonly xAlpha: G2
}

/** What only the tagger knows. */
export interface TaggerSecret {
  readonly seed: Uint8Array
  readonly x: bigint
  readonly alpha: bigint
}

/** Bytes of an encoded verifier. */
export const VERIFIER_BYTES: number = 2 * G2_BYTES
/** Challenge and two answers. */
const POSSESSION_BYTES = 3 * SCALAR_BYTES

export const encodeVerifier = ({ x, xAlpha }: VerifierKey): Uint8Array =>
  concat(encodeG2(x), encodeG2(xAlpha))

/** Undefined unless both are canonical encodings of points of G2 other than the identity. */
export function decodeVerifier(verifier: Uint8Array): VerifierKey | undefined {
  if (verifier.length !== VERIFIER_BYTES) return undefined
  const x = decodeG2(verifier.subarray(0, G2_BYTES))
  const xAlpha = decodeG2(verifier.subarray(G2_BYTES))
  if (!x || !xAlpha || isIdentityG2(x) || isIdentityG2(xAlpha)) return undefined
  return { x, xAlpha }
}

const CONTEXT = utf8('cess/podr2/possession/1')
const NONCE = utf8('cess/podr2/possession nonce/1')
const CHALLENGE = utf8('cess/podr2/possession challenge/1')

/** What a proof of possession is made for: the chain, by its genesis hash, and the account that registers the key. */
export const possessionContext = (genesis: Uint8Array, owner: Uint8Array): Uint8Array =>
  concat(CONTEXT, genesis, owner)

const challengeOf = (context: Uint8Array, verifier: Uint8Array, r1: G2, r2: G2): bigint =>
  // All but the context have a fixed length, so no two inputs run into each other.
  hashToScalar(concat(CHALLENGE, verifier, encodeG2(r1), encodeG2(r2), context))

/**
 * Proves knowledge of x and α: two Schnorr proofs under one challenge (Fiat–Shamir). Without it a key could be
 * computed from another tagger's, whose tags would then count under it.
 */
export function provePossession(
  { seed, x, alpha }: TaggerSecret,
  key: VerifierKey,
  context: Uint8Array,
): Uint8Array {
  const verifier = encodeVerifier(key)
  // Nonces depend on all that the challenge depends on, so none is ever used for two challenges.
  const nonce = (n: number): bigint =>
    hashToScalar(concat(NONCE, Uint8Array.of(n), seed, verifier, context))
  const [k1, k2] = [nonce(1), nonce(2)]
  const c = challengeOf(
    context,
    verifier,
    multiplySecretG2(base().g2, k1),
    multiplySecretG2(key.x, k2),
  )
  return concat(
    scalarToBytes(c),
    scalarToBytes(reduce(k1 + c * x)),
    scalarToBytes(reduce(k2 + c * alpha)),
  )
}

/** Whether somebody who knows the secrets behind `verifier` made `possession` for this context. Never throws for what they contain. @throws Podr2Error NOT_READY */
export function verifyPossession(
  verifier: Uint8Array,
  context: Uint8Array,
  possession: Uint8Array,
): boolean {
  curveModule()
  const key = decodeVerifier(verifier)
  if (!key || possession.length !== POSSESSION_BYTES) return false
  const [c, s1, s2] = [0, 1, 2].map((i) =>
    scalarFromBytes(possession.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES)),
  )
  if (c === undefined || s1 === undefined || s2 === undefined) return false
  const r1 = combineG2(base().g2, s1, key.x, c)
  const r2 = combineG2(key.x, s2, key.xAlpha, c)
  return challengeOf(context, verifier, r1, r2) === c
}
