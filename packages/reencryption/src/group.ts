import { bigintFromLe, bigintToLe, concat } from '@cess/bytes'
import { addPoints, type Combination, combinePoints } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { ed25519, ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'

/**
 * ristretto255 (RFC 9496): prime order, so there are no points of small order to fear, and one encoding for each point.
 * Points are their 32 bytes here. Multiplications are done by the kernel of @cess/crypto, four at a time, in the same
 * steps whatever the scalar is; arithmetic modulo the order is bigints, which are not constant-time: an attacker who can
 * time the machine to the microsecond is out of scope.
 */
export const { Fn } = ed25519.Point
export const { ORDER } = Fn
const { Point } = ristretto255

/** G */
export const GENERATOR: Uint8Array = Point.BASE.toBytes()
/** A second generator, whose discrete logarithm nobody knows: proxies' fragments are committed to on it. */
export const U: Uint8Array = ristretto255_hasher
  .hashToCurve(new Uint8Array(), { DST: 'cess/reencryption/generator/1' })
  .toBytes()

type Pair = readonly [Uint8Array, Uint8Array]

const usable = (bytes: Uint8Array): boolean =>
  bytes.length === 32 && bytes.some((byte) => byte !== 0)

/** The slow way, for machines without SIMD: noble, with the same results. */
export function combineSlowly({ a, p, b, q }: Combination): Uint8Array | undefined {
  const times = (bytes: Uint8Array, by: bigint) => {
    const point = Point.fromBytes(bytes)
    return by === 0n ? Point.ZERO : point.multiply(by)
  }
  try {
    return times(p, a).add(times(q, b)).toBytes()
  } catch {
    return undefined
  }
}

/**
 * a·P + b·Q of each, with any integers a and b. Undefined where a point is none, or the identity. The result may be the
 * identity.
 */
export function combinations(terms: readonly Combination[]): (Uint8Array | undefined)[] {
  const safe = terms.map(({ a, p, b, q }) =>
    usable(p) && usable(q) ? { a: Fn.create(a), p, b: Fn.create(b), q } : undefined,
  )
  const good = safe.filter((term) => term !== undefined)
  const results = (combinePoints?.(good) ?? good.map(combineSlowly)).values()
  return safe.map((term) => (term ? results.next().value : undefined))
}

/** P + Q of each; undefined where a point is none, or one of the three is the identity. */
export function sums(pairs: readonly Pair[]): (Uint8Array | undefined)[] {
  const good = pairs.filter(([p, q]) => usable(p) && usable(q)).map(([p, q]) => ({ p, q }))
  const added = addPoints?.(good) ?? good.map(({ p, q }) => combineSlowly({ a: 1n, p, b: 1n, q }))
  const results = added.values()
  return pairs.map(([p, q]) => {
    const result = usable(p) && usable(q) ? results.next().value : undefined
    return result && usable(result) ? result : undefined
  })
}

/** Whether all of these are points other than the identity. Twice a point of prime order is never the identity. */
export const arePoints = (...points: readonly Uint8Array[]): boolean =>
  sums(points.map((point) => [point, point])).every((sum) => sum !== undefined)

/** a·P */
export const times = (a: bigint, p: Uint8Array): Combination => ({ a, p, b: 0n, q: GENERATOR })

/** A scalar from 1 to order − 1 in 32 bytes, little-endian; undefined for anything else. */
export function scalarOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== 32) return undefined
  const value = bigintFromLe(bytes)
  return value > 0n && value < ORDER ? value : undefined
}

/** @throws RangeError for what is no scalar from 1 to order − 1 */
export function secretScalar(bytes: Uint8Array): bigint {
  const value = scalarOf(bytes)
  if (value === undefined) throw new RangeError('a secret is a scalar from 1 to order − 1')
  return value
}

/** 64 uniform bytes as a scalar from 1 to order − 1, with a bias below 2^-250. */
export const wideScalar = (wide: Uint8Array): bigint => (bigintFromLe(wide) % (ORDER - 1n)) + 1n

export const randomScalar = (random: Random): bigint => wideScalar(random.bytes(64))

export const scalarBytes = (value: bigint): Uint8Array => bigintToLe(value, 32)

/** The point of a secret scalar. @throws RangeError for what is no scalar from 1 to order − 1 */
export const publicKeyOf = (secret: Uint8Array): Uint8Array =>
  combinations([times(secretScalar(secret), GENERATOR)])[0]!

/** Each part behind its length in two bytes, so that no two lists of parts are one string. */
const framed = (parts: readonly Uint8Array[]): Uint8Array =>
  concat(...parts.flatMap((part) => [Uint8Array.of(part.length & 255, part.length >> 8), part]))

/** A scalar that depends on every byte of every part (RFC 9380 `hash_to_field`, expand_message_xmd with SHA-512). */
export const hashToScalar = (tag: string, ...parts: readonly Uint8Array[]): bigint =>
  ristretto255_hasher.hashToScalar(framed(parts), { DST: tag })

/** The same, and never 0 (a chance of 2^-252): for what is inverted or stands for a place. */
export const hashToNonZero = (tag: string, ...parts: readonly Uint8Array[]): bigint =>
  hashToScalar(tag, ...parts) || 1n
