import { utf8 } from '@cess/bytes'
import { type SchnorrEquation, schnorrHolds } from './ristretto.ts'
import { Transcript } from './transcript.ts'

/** For machines without SIMD only: it takes 45 MB of every thread. */
const rust = schnorrHolds ? undefined : await import('./rust.ts')

/** A signature, what it is of, and whose. */
export interface Signed {
  readonly signature: Uint8Array
  readonly message: Uint8Array
  readonly publicKey: Uint8Array
}

/** Order of ristretto255. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

/** Substrate signs in the context "substrate" (schnorrkel context.rs). */
const context = new Transcript('SigningContext')
context.append('', utf8('substrate'))
const PROTOCOL = utf8('Schnorr-sig')

/** Little-endian, whole words of 8 bytes. */
function number(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let n = 0n
  for (let at = bytes.length - 8; at >= 0; at -= 8) n = (n << 64n) | view.getBigUint64(at, true)
  return n
}

/**
 * The equation that a signature claims; undefined for what is no signature. The high bit marks schnorrkel: without
 * it old, malleable signatures would be accepted. So would they with an s that is not below the order.
 */
function equation({ signature, message, publicKey }: Signed): SchnorrEquation | undefined {
  if (signature.length !== 64 || publicKey.length !== 32 || (signature[63]! & 128) === 0)
    return undefined
  const response = signature.slice(32)
  response[31]! &= 127
  if (number(response) >= ORDER) return undefined
  const commitment = signature.subarray(0, 32)
  const t = context.clone()
  t.append('sign-bytes', message)
  t.append('proto-name', PROTOCOL)
  t.append('sign:pk', publicKey)
  t.append('sign:R', commitment)
  const challenge = number(t.challenge('sign:c', 64)) % ORDER
  return { publicKey, commitment, response, challenge }
}

/** Which of these are sr25519 signatures of their messages in Substrate's signing context (schnorrkel sign.rs). */
export function sr25519VerifyMany(all: readonly Signed[]): boolean[] {
  const equations = all.map(equation)
  if (!schnorrHolds)
    return all.map(
      (s, i) =>
        equations[i] !== undefined && rust!.sr25519Verify(s.signature, s.message, s.publicKey),
    )
  const holds = schnorrHolds(equations.filter((e) => e !== undefined)).values()
  return equations.map((e) => e !== undefined && holds.next().value === true)
}

/** Whether `signature` is an sr25519 signature of `message` in Substrate's signing context. */
export const sr25519Verify = (
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean => sr25519VerifyMany([{ signature, message, publicKey }])[0]!
