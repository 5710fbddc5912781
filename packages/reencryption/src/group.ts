import { bigintFromLe, bigintToLe, concat } from '@cess/bytes'
import type { Random } from '@cess/ports'
import { ed25519, ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { ReencryptionError } from './errors.ts'

/**
 * ristretto255 (RFC 9496): prime order, so there are no points of small order to fear, and one encoding for each point.
 *
 * `multiply` takes the same steps for every scalar and is for secrets; but bigints are not constant-time: an attacker who
 * can time the machine to the microsecond is out of scope. `multiplyUnsafe` is for public values alone.
 */
export const { Point } = ristretto255
export type Point = InstanceType<typeof Point>
export const ORDER = ed25519.Point.Fn.ORDER
export const { Fn } = ed25519.Point

/** A second generator, whose discrete logarithm nobody knows: proxies' fragments are committed to on it. */
export const U: Point = ristretto255_hasher.hashToCurve(new Uint8Array(), {
  DST: 'cess/reencryption/generator/1',
}) as Point

/** @returns undefined for what is no canonical encoding of a point, or the identity. */
export function pointOf(bytes: Uint8Array): Point | undefined {
  try {
    const found = Point.fromBytes(bytes)
    return found.is0() ? undefined : found
  } catch {
    return undefined
  }
}

/** @throws ReencryptionError BAD_POINT */
export function requirePoint(bytes: Uint8Array, what: string): Point {
  const found = pointOf(bytes)
  if (!found)
    throw new ReencryptionError(
      'BAD_POINT',
      `The ${what} is no valid public key. Ask whom it is from for the right one.`,
    )
  return found
}

/** A scalar from 1 to order − 1 in 32 bytes, little-endian; undefined for anything else. */
export function scalarOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== 32) return undefined
  const value = bigintFromLe(bytes)
  return value > 0n && value < ORDER ? value : undefined
}

/** 64 uniform bytes as a scalar from 1 to order − 1, with a bias below 2^-250. */
export const wideScalar = (wide: Uint8Array): bigint => (bigintFromLe(wide) % (ORDER - 1n)) + 1n

/** The point of a secret scalar, as 32 bytes. @throws RangeError for what is no scalar from 1 to order − 1 */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  const value = scalarOf(secret)
  if (value === undefined) throw new RangeError('a secret is a scalar from 1 to order − 1')
  return Point.BASE.multiply(value).toBytes()
}

export const randomScalar = (random: Random): bigint => wideScalar(random.bytes(64))

export const scalarBytes = (value: bigint): Uint8Array => bigintToLe(value, 32)

/** Each part behind its length in two bytes, so that no two lists of parts are one string. */
const framed = (parts: readonly Uint8Array[]): Uint8Array =>
  concat(...parts.flatMap((part) => [Uint8Array.of(part.length & 255, part.length >> 8), part]))

/** A scalar that depends on every byte of every part (RFC 9380 `hash_to_field`, expand_message_xmd with SHA-512). */
export const hashToScalar = (tag: string, ...parts: readonly Uint8Array[]): bigint =>
  ristretto255_hasher.hashToScalar(framed(parts), { DST: tag })

/** The same, and never 0: for what is inverted or stands for a place. */
export const hashToNonZero = (tag: string, ...parts: readonly Uint8Array[]): bigint => {
  const value = hashToScalar(tag, ...parts)
  // A chance of 2^-252.
  return value === 0n ? 1n : value
}

/** scalar·point + scalar·point of public values. Scalars are reduced here; 0 is fine. */
export function combine(a: bigint, p: Point, b: bigint, q: Point): Point {
  const [x, y] = [Fn.create(a), Fn.create(b)]
  const left = x === 0n ? Point.ZERO : p.multiplyUnsafe(x)
  return y === 0n ? left : left.add(q.multiplyUnsafe(y))
}
