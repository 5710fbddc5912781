import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'
import { concat, utf8 } from '@cess/bytes'

/** Whether two byte strings are equal, in time that depends on their lengths alone. */
export const constantTimeEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b)

/** HKDF-SHA256 (RFC 5869). `info` is a domain tag. */
export const hkdfSha256 = (
  secret: Uint8Array,
  salt: Uint8Array,
  info: string,
  length: number,
): Uint8Array => new Uint8Array(hkdfSync('sha256', secret, salt, utf8(info), length))

/** Bytes that sealing adds to each chunk. */
export const TAG_BYTES = 16
/** Bytes of the random prefix of a stream's nonces. */
export const NONCE_PREFIX_BYTES = 7

function nonce(prefix: Uint8Array, index: number, last: boolean): Uint8Array {
  if (prefix.length !== NONCE_PREFIX_BYTES) throw new RangeError('a nonce prefix has 7 bytes')
  if (!Number.isInteger(index) || index < 0 || index > 0xffff_ffff)
    throw new RangeError('a stream has 2^32 chunks at most')
  const out = new Uint8Array(12)
  out.set(prefix)
  new DataView(out.buffer).setUint32(7, index)
  out[11] = last ? 1 : 0
  return out
}

/**
 * Seals one chunk of a stream with AES-256-GCM: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015;
 * nonce = prefix ‖ index ‖ last). A key may be used with one prefix once. Returns ciphertext ‖ 16-byte tag.
 */
export function sealChunk(
  key: Uint8Array,
  prefix: Uint8Array,
  index: number,
  last: boolean,
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(prefix, index, last))
  const body = cipher.update(plaintext)
  cipher.final()
  return concat(body, cipher.getAuthTag())
}

/** Opens a chunk; `undefined` when it is not the chunk that was sealed with this key at this place. */
export function openChunk(
  key: Uint8Array,
  prefix: Uint8Array,
  index: number,
  last: boolean,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(prefix, index, last))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.length)
}

const X_PKCS8 = Uint8Array.fromHex('302e020100300506032b656e04220420')
const X_SPKI = Uint8Array.fromHex('302a300506032b656e032100')
const x25519Private = (secret: Uint8Array) =>
  createPrivateKey({ key: Buffer.from(concat(X_PKCS8, secret)), format: 'der', type: 'pkcs8' })

/** The X25519 public key (RFC 7748) of a 32-byte secret. */
export function x25519Public(secret: Uint8Array): Uint8Array {
  const der = createPublicKey(x25519Private(secret)).export({ format: 'der', type: 'spki' })
  return new Uint8Array(der.subarray(-32))
}

/** The shared secret of X25519; `undefined` for public keys of small order. */
export function x25519Shared(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== 32) return undefined
  try {
    const shared = diffieHellman({
      privateKey: x25519Private(secret),
      publicKey: createPublicKey({
        key: Buffer.from(concat(X_SPKI, publicKey)),
        format: 'der',
        type: 'spki',
      }),
    })
    return shared.every((b) => b === 0) ? undefined : new Uint8Array(shared)
  } catch {
    return undefined
  }
}
