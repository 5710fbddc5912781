// What the verifier takes of @cess/crypto, for browsers, which have no node:crypto: the audited noble libraries instead.
import { concat, fromHex } from '@cess/bytes'
import { ed25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'

export { blake3 } from '@noble/hashes/blake3.js'

export const blake2b256 = (data: Uint8Array): Uint8Array => blake2b(data, { dkLen: 32 })
export const blake2b512 = (data: Uint8Array): Uint8Array => blake2b(data, { dkLen: 64 })

/**
 * RFC 8032 with cofactor: it takes signatures with parts of small order that nodes (OpenSSL, without cofactor) refuse.
 * Nobody but who has the key can make such ones.
 */
export function ed25519Verify(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

const MASK = (1n << 64n) - 1n
const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
]
const turn = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK
const round = (sum: bigint, lane: bigint): bigint =>
  (turn((sum + lane * P2) & MASK, 31n) * P1) & MASK
const number = (bytes: Uint8Array, at: number, length: number): bigint =>
  fromLittleEndian(bytes.subarray(at, at + length))
const fromLittleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n)

/** XXH64 (its specification, version 0.1.1) of the few short names that storage keys are made of. */
function xxh64(data: Uint8Array, seed: bigint): bigint {
  let at = 0
  let hash = (seed + P5) & MASK
  if (data.length >= 32) {
    const lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map((lane) => lane & MASK)
    for (; at + 32 <= data.length; at += 32)
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i]!, number(data, at + 8 * i, 8))
    const turns = [1n, 7n, 12n, 18n]
    hash = lanes.reduce((sum, lane, i) => (sum + turn(lane, turns[i]!)) & MASK, 0n)
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK
  }
  hash = (hash + BigInt(data.length)) & MASK
  for (; at + 8 <= data.length; at += 8)
    hash = (turn(hash ^ round(0n, number(data, at, 8)), 27n) * P1 + P4) & MASK
  if (at + 4 <= data.length) {
    hash = (turn(hash ^ ((number(data, at, 4) * P1) & MASK), 23n) * P2 + P3) & MASK
    at += 4
  }
  for (; at < data.length; at++)
    hash = (turn(hash ^ ((BigInt(data[at]!) * P5) & MASK), 11n) * P1) & MASK
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK
  return hash ^ (hash >> 32n)
}
const xx64 = (data: Uint8Array, seed: bigint): Uint8Array =>
  fromHex(`0x${xxh64(data, seed).toString(16).padStart(16, '0')}`).reverse()
export const twox64 = (data: Uint8Array): Uint8Array => xx64(data, 0n)
export const twox128 = (data: Uint8Array): Uint8Array => concat(xx64(data, 0n), xx64(data, 1n))
