import { createPrivateKey, sign as nodeSign } from 'node:crypto'
import { concat, equal } from '@cess/bytes'
import { ed25519Verify } from './ed25519.ts'
import { blake2b256 } from './hash.ts'
import {
  ed25519KeypairFromSeed,
  secp256k1Compress,
  secp256k1FromSeed,
  secp256k1Recover,
  secp256k1Sign,
  sr25519KeypairFromSeed,
  sr25519Sign as wasmSr25519Sign,
} from './rust.ts'
import { sr25519Verify } from './sr25519.ts'

export type Scheme = 'sr25519' | 'ed25519' | 'ecdsa'

/** A key that signs. Its secret stays inside. */
export interface KeyPair {
  readonly scheme: Scheme
  /** 32 bytes, or 33 (compressed) for ecdsa. */
  readonly publicKey: Uint8Array
  /** The 32 bytes by which the chain knows the key's owner: the public key, or for ecdsa its BLAKE2b-256. */
  readonly accountId: Uint8Array
  /** 64 bytes, or 65 with the recovery id for ecdsa. */
  sign(message: Uint8Array): Uint8Array
}

/** An sr25519 key, which can also claim slots. The expanded secret: 32 bytes of scalar, 32 of nonce seed. */
export interface Sr25519Pair extends KeyPair {
  readonly scheme: 'sr25519'
  readonly secret: Uint8Array
}

const SCHEME_BYTES = 32
const need = (bytes: Uint8Array, length: number, what: string): void => {
  if (bytes.length !== length) throw new RangeError(`${what} must have ${length} bytes`)
}

/** From the 96 bytes of secret and public key, as derivations give them. */
export function sr25519FromPair(pair: Uint8Array): Sr25519Pair {
  const secret = pair.slice(0, 64)
  const publicKey = pair.slice(64, 96)
  return {
    scheme: 'sr25519',
    publicKey,
    accountId: publicKey,
    secret,
    sign: (message) => wasmSr25519Sign(publicKey, secret, message),
  }
}
/** Expands a 32-byte mini secret (Ed25519 expansion, as Substrate does). */
export function sr25519FromSeed(seed: Uint8Array): Sr25519Pair {
  need(seed, SCHEME_BYTES, 'an sr25519 seed')
  return sr25519FromPair(sr25519KeypairFromSeed(seed))
}

const PKCS8 = Uint8Array.fromHex('302e020100300506032b657004220420')

/** An Ed25519 key (RFC 8032) from its 32-byte seed. */
export function ed25519FromSeed(seed: Uint8Array): KeyPair & { readonly scheme: 'ed25519' } {
  need(seed, SCHEME_BYTES, 'an ed25519 seed')
  const publicKey = ed25519KeypairFromSeed(seed).slice(32)
  const key = createPrivateKey({
    key: Buffer.from(concat(PKCS8, seed)),
    format: 'der',
    type: 'pkcs8',
  })
  return {
    scheme: 'ed25519',
    publicKey,
    accountId: publicKey,
    sign: (message) => new Uint8Array(nodeSign(null, message, key)),
  }
}

/** A secp256k1 key whose signatures are over BLAKE2b-256 of the message, as Substrate's ecdsa. */
export function ecdsaFromSeed(seed: Uint8Array): KeyPair & { readonly scheme: 'ecdsa' } {
  need(seed, SCHEME_BYTES, 'an ecdsa seed')
  const pair = secp256k1FromSeed(seed)
  const secret = pair.slice(0, 32)
  const publicKey = secp256k1Compress(pair.slice(32))
  return {
    scheme: 'ecdsa',
    publicKey,
    accountId: blake2b256(publicKey),
    sign: (message) => secp256k1Sign(blake2b256(message), secret),
  }
}

/**
 * Whether the 65-byte recoverable signature comes from this signer: a compressed public key (33 bytes), or the
 * account id that Substrate makes of one (32 bytes, its BLAKE2b-256), which is all that a transaction tells.
 */
export function ecdsaVerify(
  signature: Uint8Array,
  message: Uint8Array,
  signer: Uint8Array,
): boolean {
  if (signature.length !== 65 || signature[64]! > 3) return false
  try {
    const found = secp256k1Recover(blake2b256(message), signature.slice(0, 64), signature[64]!)
    const key = found.length === 33 ? found : secp256k1Compress(found)
    return equal(signer.length === 32 ? blake2b256(key) : key, signer)
  } catch {
    return false
  }
}

/** Verifies by scheme. Never throws: malformed input is a wrong signature. */
export function verifySignature(
  scheme: Scheme,
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (scheme === 'sr25519') return sr25519Verify(signature, message, publicKey)
  if (scheme === 'ed25519') return ed25519Verify(signature, message, publicKey)
  return ecdsaVerify(signature, message, publicKey)
}
