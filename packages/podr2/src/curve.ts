import { equal, fromHex } from '@cess/bytes'
import {
  type G1,
  G1_SIZE,
  type G2,
  G2_SIZE,
  g1At,
  g2At,
  places,
  put,
  putScalar,
  TEXT,
  take,
  withRoom,
} from './curve-memory.ts'
import { curveModule } from './mcl.ts'
import { reduce, SCALAR_BYTES } from './scalar.ts'

export type { G1, G2 } from './curve-memory.ts'

/** Bytes of the compressed encodings (the ZCash format, big-endian with three flag bits). */
export const G1_BYTES = 48
export const G2_BYTES = 96

/** Zeros for all coordinates are the identity. */
export const IDENTITY_G1: G1 = new Uint8Array(G1_SIZE) as G1

/**
 * The point that 48 bytes encode; undefined unless they are the one encoding of a point of the subgroup. The identity is one.
 * mcl takes several encodings of some points and points of every order, so both are checked here.
 */
export function decodeG1(bytes: Uint8Array): G1 | undefined {
  const mod = curveModule()
  const { a, text } = places()
  if (bytes.length !== G1_BYTES) return undefined
  put(text, bytes)
  if (mod._mclBnG1_deserialize(a, text, G1_BYTES) !== G1_BYTES) return undefined
  if (mod._mclBnG1_isValidOrder(a) !== 1) return undefined
  const point = g1At(a)
  return equal(encodeG1(point), bytes) ? point : undefined
}

/** The same for 96 bytes. */
export function decodeG2(bytes: Uint8Array): G2 | undefined {
  const mod = curveModule()
  const { a, text } = places()
  if (bytes.length !== G2_BYTES) return undefined
  put(text, bytes)
  if (mod._mclBnG2_deserialize(a, text, G2_BYTES) !== G2_BYTES) return undefined
  if (mod._mclBnG2_isValidOrder(a) !== 1) return undefined
  const point = g2At(a)
  return equal(encodeG2(point), bytes) ? point : undefined
}

export function encodeG1(point: G1): Uint8Array {
  const { a, text } = places()
  put(a, point)
  curveModule()._mclBnG1_serialize(text, TEXT, a)
  return take(text, G1_BYTES)
}

export function encodeG2(point: G2): Uint8Array {
  const { a, text } = places()
  put(a, point)
  curveModule()._mclBnG2_serialize(text, TEXT, a)
  return take(text, G2_BYTES)
}

/** The encodings of many points, with one inversion for all of them. */
export function encodeAllG1(points: readonly G1[]): Uint8Array {
  const mod = curveModule()
  const out = new Uint8Array(points.length * G1_BYTES)
  if (points.length === 0) return out
  return withRoom(points.length * G1_SIZE, (at) => {
    const { text } = places()
    for (const [i, point] of points.entries()) put(at + i * G1_SIZE, point)
    mod._mclBnG1_normalizeVec(at, at, points.length)
    for (let i = 0; i < points.length; i++) {
      mod._mclBnG1_serialize(text, TEXT, at + i * G1_SIZE)
      out.set(take(text, G1_BYTES), i * G1_BYTES)
    }
    return out
  })
}

export function isIdentityG1(point: G1): boolean {
  const { a } = places()
  put(a, point)
  return curveModule()._mclBnG1_isZero(a) === 1
}

export function isIdentityG2(point: G2): boolean {
  const { a } = places()
  put(a, point)
  return curveModule()._mclBnG2_isZero(a) === 1
}

/** Hash to G1: RFC 9380's suite BLS12381G1_XMD:SHA-256_SSWU_RO_ with this DST. Both inputs have at most 256 bytes. */
export function hashToG1(dst: Uint8Array, message: Uint8Array): G1 {
  const { out, text, dst: dstAt } = places()
  if (dst.length > 255 || message.length > TEXT) throw new RangeError('message or DST is too long')
  put(text, message)
  put(dstAt, dst)
  curveModule()._mclBnG1_hashAndMapToWithDst(out, text, message.length, dstAt, dst.length)
  return g1At(out)
}

export function addG1(x: G1, y: G1): G1 {
  const { a, b, out } = places()
  put(a, x)
  put(b, y)
  curveModule()._mclBnG1_add(out, a, b)
  return g1At(out)
}

export function negateG1(x: G1): G1 {
  const { a, out } = places()
  put(a, x)
  curveModule()._mclBnG1_neg(out, a)
  return g1At(out)
}

/** scalar · point, in a time that depends on the scalar: for public scalars. */
export function multiplyG1(point: G1, scalar: bigint): G1 {
  const { a, out, scalar: s } = places()
  put(a, point)
  putScalar(s, reduce(scalar))
  curveModule()._mclBnG1_mul(out, a, s)
  return g1At(out)
}

/** The same with mcl's constant-time ladder: for secret scalars. */
export function multiplySecretG1(point: G1, scalar: bigint): G1 {
  const { a, out, scalar: s } = places()
  put(a, point)
  putScalar(s, reduce(scalar))
  curveModule()._mclBnG1_mulCT(out, a, s)
  return g1At(out)
}

/** scalar · point with mcl's constant-time ladder. */
export function multiplySecretG2(point: G2, scalar: bigint): G2 {
  const { a, out, scalar: s } = places()
  put(a, point)
  putScalar(s, reduce(scalar))
  curveModule()._mclBnG2_mulCT(out, a, s)
  return g2At(out)
}

/** s · x − t · y, for public scalars. */
export function combineG2(x: G2, s: bigint, y: G2, t: bigint): G2 {
  const mod = curveModule()
  const { a, b, out, scalar } = places()
  put(a, x)
  putScalar(scalar, reduce(s))
  mod._mclBnG2_mul(out, a, scalar)
  put(a, y)
  putScalar(scalar, reduce(t))
  mod._mclBnG2_mul(b, a, scalar)
  mod._mclBnG2_sub(out, out, b)
  return g2At(out)
}

/** Σ scalar · point; the identity for none. Scalars are public and not negative. */
export function sumG1(points: readonly G1[], scalars: readonly bigint[]): G1 {
  const mod = curveModule()
  const count = points.length
  if (scalars.length !== count) throw new RangeError(`${scalars.length} scalars, ${count} points`)
  if (count === 0) return IDENTITY_G1
  return withRoom(count * (G1_SIZE + SCALAR_BYTES), (at) => {
    const scalarsAt = at + count * G1_SIZE
    for (let i = 0; i < count; i++) {
      put(at + i * G1_SIZE, points[i]!)
      putScalar(scalarsAt + i * SCALAR_BYTES, reduce(scalars[i]!))
    }
    const { out } = places()
    mod._mclBnG1_mulVec(out, at, scalarsAt, count)
    return g1At(out)
  })
}

/** Whether the product of the pairings e(p, q) is one. */
export function pairsToOne(pairs: readonly (readonly [G1, G2])[]): boolean {
  const mod = curveModule()
  const { out } = places()
  return withRoom(pairs.length * (G1_SIZE + G2_SIZE), (at) => {
    const g2 = at + pairs.length * G1_SIZE
    for (const [i, [p, q]] of pairs.entries()) {
      put(at + i * G1_SIZE, p)
      put(g2 + i * G2_SIZE, q)
    }
    mod._mclBn_millerLoopVec(out, at, g2, pairs.length)
    mod._mclBn_finalExp(out, out)
    return mod._mclBnGT_isOne(out) === 1
  })
}

const GENERATOR_G1 = fromHex(
  '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
)
const GENERATOR_G2 = fromHex(
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
)
let generators: { readonly g1: G1; readonly g2: G2 } | undefined

/** The standard generators. */
export function base(): { readonly g1: G1; readonly g2: G2 } {
  generators ??= { g1: decodeG1(GENERATOR_G1)!, g2: decodeG2(GENERATOR_G2)! }
  return generators
}
