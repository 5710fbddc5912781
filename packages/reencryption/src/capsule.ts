import { concat, equal } from '@cess/bytes'
import { type Combination, hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { fixedBytes, type Infer, struct } from '@cess/scale'
import { ristretto255_hasher } from '@noble/curves/ed25519.js'
import { ReencryptionError } from './errors.ts'
import {
  combinations,
  Fn,
  GENERATOR,
  randomScalar,
  scalarBytes,
  scalarOf,
  secretScalar,
  sums,
  times,
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
export const deriveKey = (
  shared: Uint8Array,
  publicKey: Uint8Array,
  { e, v, s }: Capsule,
): Uint8Array => hkdfSha256(shared, concat(publicKey, e, v, s), 'cess/content/capsule-key/1', 32)

/**
 * Works with R = E + V of a capsule, when somebody who knew its secrets made it for this public key; undefined for any
 * other. Whatever is re-encrypted or decrypted passes here: answering a capsule that was made up from someone else's
 * would make its owner an oracle. The check and `work` share the kernel's lanes.
 */
export function withCapsule(
  publicKey: Uint8Array,
  { e, v, s }: Capsule,
  work: (r: Uint8Array) => readonly Combination[] = () => [],
): { readonly r: Uint8Array; readonly results: (Uint8Array | undefined)[] } | undefined {
  const scalar = scalarOf(s)
  const [r, own] = sums([
    [e, v],
    [publicKey, publicKey],
  ])
  if (!r || !own || scalar === undefined) return undefined
  const proof = { a: scalar, p: GENERATOR, b: -challenge(publicKey, e, v), q: e }
  const [commitment, ...results] = combinations([proof, ...work(r)])
  return commitment && equal(commitment, v) ? { r, results } : undefined
}

/** Whether somebody who knew its secrets made this capsule for this public key. */
export const verifyCapsule = (publicKey: Uint8Array, sealed: Capsule): boolean =>
  withCapsule(publicKey, sealed) !== undefined

/** A fresh 32-byte key and the capsule that holds it. @throws ReencryptionError BAD_POINT */
export function encapsulate(
  publicKey: Uint8Array,
  random: Random,
): { readonly key: Uint8Array; readonly capsule: Capsule } {
  const [r, u] = [randomScalar(random), randomScalar(random)]
  const [e, v, shared] = combinations([
    times(r, GENERATOR),
    times(u, GENERATOR),
    times(r + u, publicKey),
  ])
  if (!shared)
    throw new ReencryptionError(
      'BAD_POINT',
      'The public key of the file is no valid point. Derive it again from its secret.',
    )
  const s = Fn.create(u + r * challenge(publicKey, e!, v!))
  // Both have a chance of 2^-252; failing loudly is right, since it means that the random source is broken.
  if (Fn.create(r + u) === 0n || s === 0n) throw new RangeError('the random source repeats itself')
  const made: Capsule = { e: e!, v: v!, s: scalarBytes(s) }
  return { key: deriveKey(shared, publicKey, made), capsule: made }
}

/** The key in a capsule. @throws ReencryptionError BAD_CAPSULE when it was not made for this key pair. */
export function decapsulate({ secret, publicKey }: DelegatingKey, sealed: Capsule): Uint8Array {
  const a = secretScalar(secret)
  const opened = withCapsule(publicKey, sealed, (r) => [times(a, r)])
  if (!opened) throw badCapsule()
  return deriveKey(opened.results[0]!, publicKey, sealed)
}

export const badCapsule = (): ReencryptionError =>
  new ReencryptionError(
    'BAD_CAPSULE',
    "The file's key capsule is damaged: its proof does not hold. Fetch the file again from another gateway.",
  )
