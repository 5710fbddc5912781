import { bigintFromLe, bigintToLe, concat } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import { ed25519, ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { ContentError } from './errors.ts'

/**
 * A key encapsulation whose ciphertext, the capsule, proxies can re-encrypt to somebody else (Umbral: Núñez 2018, §3.2),
 * on ristretto255: prime order, so there are no points of small order to fear, and one encoding for each point.
 * The owner of secret x (public X = x·G) and the sender share K = KDF((r + u)·X) = KDF(x·(E + V)).
 *
 * noble's scalar multiplication takes the same steps for every secret, but bigints are not constant-time: an attacker
 * who can time the owner's machine to the microsecond is out of scope.
 */
const { Point } = ristretto255
type Point = InstanceType<typeof Point>
const ORDER = ed25519.Point.Fn.ORDER

/** E = r·G, V = u·G and s = u + r·H(X, E, V): only who knows r and u can make one, which anyone can check. */
export const capsule = struct('cess_content::Capsule', {
  e: fixedBytes(32),
  v: fixedBytes(32),
  s: fixedBytes(32),
})
export type Capsule = Infer<typeof capsule>

/** A file's delegating key pair: sharing the file re-encrypts its capsule, and can give away no more than this file. */
export interface DelegatingKey {
  /** Secret scalar, 32 bytes little-endian, never 0. */
  readonly secret: Uint8Array
  /** Point, 32 bytes. */
  readonly publicKey: Uint8Array
}

/** The secret that all files of an account hang on: HKDF of the account's seed. @throws RangeError for seeds under 16 bytes. */
export function contentSecretOf(seed: Uint8Array): Uint8Array {
  if (seed.length < 16) throw new RangeError('a seed has 16 bytes at least')
  return hkdfSha256(seed, new Uint8Array(), 'cess/content/secret/1', 32)
}

/** 64 uniform bytes as a scalar from 1 to order − 1, with a bias below 2^-250. */
const scalarOf = (wide: Uint8Array): bigint => (bigintFromLe(wide) % (ORDER - 1n)) + 1n

/**
 * The delegating key of the file with this salt.
 * @param contentSecret 32 bytes, from `contentSecretOf`.
 * @param salt 32 random bytes, other ones for every file.
 */
export function delegatingKey(contentSecret: Uint8Array, salt: Uint8Array): DelegatingKey {
  if (contentSecret.length !== 32) throw new RangeError('a content secret has 32 bytes')
  const secret = scalarOf(hkdfSha256(contentSecret, salt, 'cess/content/delegating-key/1', 64))
  return { secret: bigintToLe(secret, 32), publicKey: Point.BASE.multiply(secret).toBytes() }
}

/** @returns undefined for what is no canonical encoding of a point, or the identity. */
function point(bytes: Uint8Array): Point | undefined {
  try {
    const found = Point.fromBytes(bytes)
    return found.is0() ? undefined : found
  } catch {
    return undefined
  }
}

const scalar = (bytes: Uint8Array): bigint | undefined => {
  const value = bigintFromLe(bytes)
  return bytes.length === 32 && value > 0n && value < ORDER ? value : undefined
}

const challenge = (publicKey: Uint8Array, e: Uint8Array, v: Uint8Array): bigint =>
  ristretto255_hasher.hashToScalar(concat(publicKey, e, v), { DST: 'cess/content/capsule/1' })

/** The shared point and everything public as a 32-byte key. */
const derive = (shared: Point, publicKey: Uint8Array, { e, v, s }: Capsule): Uint8Array =>
  hkdfSha256(shared.toBytes(), concat(publicKey, e, v, s), 'cess/content/capsule-key/1', 32)

/** Whether somebody who knew its secrets made this capsule for this public key. Proxies check it before they work on one. */
export function verifyCapsule(publicKey: Uint8Array, { e, v, s }: Capsule): boolean {
  const [x, pointE, pointV, scalarS] = [point(publicKey), point(e), point(v), scalar(s)]
  if (!x || !pointE || !pointV || scalarS === undefined || pointE.add(pointV).is0()) return false
  const h = challenge(publicKey, e, v)
  return Point.BASE.multiplyUnsafe(scalarS).equals(pointV.add(pointE.multiplyUnsafe(h)))
}

/** A fresh 32-byte key and the capsule that holds it. @throws ContentError CORRUPT when the public key is no point. */
export function encapsulate(
  publicKey: Uint8Array,
  random: Random,
): { readonly key: Uint8Array; readonly capsule: Capsule } {
  const x = point(publicKey)
  if (!x) throw new ContentError('CORRUPT', 'The public key of the file is not a valid point.')
  const r = scalarOf(random.bytes(64))
  const u = scalarOf(random.bytes(64))
  const sum = (r + u) % ORDER
  const e = Point.BASE.multiply(r).toBytes()
  const v = Point.BASE.multiply(u).toBytes()
  const s = (u + r * challenge(publicKey, e, v)) % ORDER
  // Both have a chance of 2^-252; failing loudly is right, since it means that the random source is broken.
  if (sum === 0n || s === 0n) throw new RangeError('the random source repeats itself')
  const made: Capsule = { e, v, s: bigintToLe(s, 32) }
  return { key: derive(x.multiply(sum), publicKey, made), capsule: made }
}

/** The key in a capsule. @throws ContentError CORRUPT when the capsule was not made for this key pair. */
export function decapsulate({ secret, publicKey }: DelegatingKey, sealed: Capsule): Uint8Array {
  const x = scalar(secret)
  if (x === undefined) throw new RangeError('a delegating secret is a scalar from 1 to order − 1')
  if (!verifyCapsule(publicKey, sealed))
    throw new ContentError(
      'CORRUPT',
      "The file's key capsule is damaged: its proof does not hold. Fetch the file again from another gateway.",
    )
  const sum = Point.fromBytes(sealed.e).add(Point.fromBytes(sealed.v))
  return derive(sum.multiply(x), publicKey, sealed)
}
