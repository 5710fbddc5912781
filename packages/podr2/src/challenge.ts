import { bigintFromLe, concat, u32le, utf8 } from '@cess/bytes'
import { blake2b256, blake2b512 } from '@cess/crypto/hashes'
import { type G1, hashToG1 } from './curve.ts'
import { MAX_ROWS } from './layout.ts'
import { hashToScalar } from './scalar.ts'
import { VERIFIER_BYTES } from './verifier-key.ts'

/** A row of a fragment, by number. */
export interface RowRef {
  /** BLAKE3-256 of the fragment. */
  readonly fragmentId: Uint8Array
  readonly row: number
}

/** What a proof answers: all rows of a challenge that have tags of one tagger. */
export interface Challenge {
  /** Of the tagger, as registered on chain. */
  readonly verifier: Uint8Array
  /** 32 bytes that nobody could predict when the rows were stored. */
  readonly seed: Uint8Array
  /** Number of the tagger on chain. */
  readonly tagger: number
  readonly rows: readonly RowRef[]
}

/** RFC 9380 §3.1: names application, version and suite. */
const ROW_DST = utf8('CESS-PODR2-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_')
const CHALLENGE = utf8('cess/podr2/challenge/1')
const COEFFICIENTS = utf8('cess/podr2/coefficients/1')
const POINT = utf8('cess/podr2/point/1')

/** H(id ‖ i), the point of a row. */
export const rowPoint = (fragmentId: Uint8Array, row: number): G1 =>
  hashToG1(ROW_DST, concat(fragmentId, u32le(row)))

const isU32 = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff

/** The hash of everything that a challenge consists of; undefined when it is not one. */
export function challengeRoot(challenge: Challenge): Uint8Array | undefined {
  const { verifier, seed, tagger, rows } = challenge
  if (verifier.length !== VERIFIER_BYTES || seed.length !== 32 || !isU32(tagger)) return undefined
  if (rows.length === 0 || rows.length > MAX_ROWS) return undefined
  if (rows.some(({ fragmentId, row }) => fragmentId.length !== 32 || !isU32(row))) return undefined
  const parts = rows.flatMap(({ fragmentId, row }) => [fragmentId, u32le(row)])
  return blake2b256(concat(CHALLENGE, seed, u32le(tagger), verifier, u32le(rows.length), ...parts))
}

/** `count` numbers of 128 bits from a root of 32 bytes. */
export function coefficients(root: Uint8Array, count: number): bigint[] {
  const out: bigint[] = []
  for (let block = 0; out.length < count; block++) {
    const bytes = blake2b512(concat(COEFFICIENTS, root, u32le(block)))
    for (let at = 0; at < 64 && out.length < count; at += 16)
      out.push(bigintFromLe(bytes.subarray(at, at + 16)))
  }
  return out
}

/** The point z at which the folded polynomial is opened. σ is in it: the prover has to commit before it learns z. */
export const openingPoint = (root: Uint8Array, sigma: Uint8Array): bigint =>
  hashToScalar(concat(POINT, root, sigma))
