import { concat } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import { ristretto255_hasher } from '@noble/curves/ed25519.js'
import { ReencryptionError } from './errors.ts'
import {
  combine,
  ORDER,
  Point,
  pointOf,
  randomScalar,
  requirePoint,
  scalarBytes,
  scalarOf,
} from './group.ts'

/**
 * A key encapsulation whose ciphertext, the capsule, proxies can re-encrypt to somebody else (Umbral: Núñez 2018, §3.2).
 * The owner of secret a (public A = a·G) and the sender share K = KDF((r + u)·A) = KDF(a·(E + V)).
 *
 * E = r·G, V = u·G and s = u + r·H(A, E, V): only who knows r and u can make one, which anyone can check.
 */
export const capsule = struct('cess_content::Capsule', {
  e: fixedBytes(32),
  v: fixedBytes(32),
  s: fixedBytes(32),
})
export type Capsule = Infer<typeof capsule>

/** A delegating key pair, of one file: sharing re-encrypts its capsule, and can give away no more than this file. */
export interface DelegatingKey {
  /** Secret scalar, 32 bytes little-endian, never 0. */
  readonly secret: Uint8Array
  /** Point, 32 bytes. */
  readonly publicKey: Uint8Array
}

const challenge = (publicKey: Uint8Array, e: Uint8Array, v: Uint8Array): bigint =>
  ristretto255_hasher.hashToScalar(concat(publicKey, e, v), { DST: 'cess/content/capsule/1' })

/** The shared point and everything public as a 32-byte key. */
export const deriveKey = (shared: Point, publicKey: Uint8Array, { e, v, s }: Capsule): Uint8Array =>
  hkdfSha256(shared.toBytes(), concat(publicKey, e, v, s), 'cess/content/capsule-key/1', 32)

/**
 * E + V of a capsule that somebody who knew its secrets made for this public key; undefined for any other. What is
 * re-encrypted or decrypted has passed here: a capsule made up of someone's else would turn its owner into an oracle.
 */
export function capsulePoint(publicKey: Uint8Array, { e, v, s }: Capsule): Point | undefined {
  const [a, pointE, pointV, scalarS] = [pointOf(publicKey), pointOf(e), pointOf(v), scalarOf(s)]
  if (!a || !pointE || !pointV || scalarS === undefined) return undefined
  const sum = pointE.add(pointV)
  if (sum.is0()) return undefined
  const h = challenge(publicKey, e, v)
  return combine(scalarS, Point.BASE, -h, pointE).equals(pointV) ? sum : undefined
}

/** Whether somebody who knew its secrets made this capsule for this public key. */
export const verifyCapsule = (publicKey: Uint8Array, sealed: Capsule): boolean =>
  capsulePoint(publicKey, sealed) !== undefined

/** A fresh 32-byte key and the capsule that holds it. @throws ReencryptionError BAD_POINT */
export function encapsulate(
  publicKey: Uint8Array,
  random: Random,
): { readonly key: Uint8Array; readonly capsule: Capsule } {
  const a = requirePoint(publicKey, 'public key of the file')
  const r = randomScalar(random)
  const u = randomScalar(random)
  const sum = (r + u) % ORDER
  const e = Point.BASE.multiply(r).toBytes()
  const v = Point.BASE.multiply(u).toBytes()
  const s = (u + r * challenge(publicKey, e, v)) % ORDER
  // Both have a chance of 2^-252; failing loudly is right, since it means that the random source is broken.
  if (sum === 0n || s === 0n) throw new RangeError('the random source repeats itself')
  const made: Capsule = { e, v, s: scalarBytes(s) }
  return { key: deriveKey(a.multiply(sum), publicKey, made), capsule: made }
}

/** The key in a capsule. @throws ReencryptionError BAD_CAPSULE when it was not made for this key pair. */
export function decapsulate({ secret, publicKey }: DelegatingKey, sealed: Capsule): Uint8Array {
  const a = scalarOf(secret)
  if (a === undefined) throw new RangeError('a delegating secret is a scalar from 1 to order − 1')
  const sum = capsulePoint(publicKey, sealed)
  if (!sum) throw badCapsule()
  return deriveKey(sum.multiply(a), publicKey, sealed)
}

export const badCapsule = (): ReencryptionError =>
  new ReencryptionError(
    'BAD_CAPSULE',
    "The file's key capsule is damaged: its proof does not hold. Fetch the file again from another gateway.",
  )
