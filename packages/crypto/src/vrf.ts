import { randomBytes } from 'node:crypto'
import { concat, utf8 } from '@cess/bytes'
import { ed25519, ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { blake2b512 } from './hash.ts'
import type { Sr25519Pair } from './keys.ts'
import { Transcript } from './transcript.ts'

const { Point } = ristretto255
type Point = InstanceType<typeof Point>
const ORDER = ed25519.Point.Fn.ORDER

const fromLe = (bytes: Uint8Array): bigint => {
  let n = 0n
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i]!)
  return n
}
const toLe = (value: bigint): Uint8Array => {
  const out = new Uint8Array(32)
  let rest = value
  for (let i = 0; i < 32; i++) {
    out[i] = Number(rest & 255n)
    rest >>= 8n
  }
  return out
}
const mod = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER

/** A VRF's input and output points, encoded: what `vrfBytes` hashes. */
export interface VrfInOut {
  readonly input: Uint8Array
  readonly output: Uint8Array
}

/** The input point of a key for a transcript (schnorrkel's malleable `vrf_hash`, bound to the key). */
function inputPoint(publicKey: Uint8Array, transcript: Transcript): Point {
  const bound = transcript.clone()
  bound.append('vrf-nm-pk', publicKey)
  return ristretto255_hasher.deriveToCurve!(bound.challenge('VRFHash', 64)) as Point
}

/** @returns undefined for what is no canonical point, or the identity. */
function point(bytes: Uint8Array): Point | undefined {
  try {
    const found = Point.fromBytes(bytes)
    return found.is0() ? undefined : found
  } catch {
    return undefined
  }
}

/** The discrete-log-equality transcript up to the challenge, in the order of Kusama's variant. */
function challenge(
  input: Uint8Array,
  r: Uint8Array,
  hr: Uint8Array,
  publicKey: Uint8Array,
  output: Uint8Array,
): bigint {
  const t = new Transcript('VRF')
  t.append('proto-name', utf8('DLEQProof'))
  t.append('vrf:h', input)
  t.append('vrf:R=g^r', r)
  t.append('vrf:h^r', hr)
  t.append('vrf:pk', publicKey)
  t.append('vrf:h^sk', output)
  return mod(fromLe(t.challenge('prove', 64)))
}

/**
 * Evaluates the VRF of an sr25519 key on a transcript. Output 32 bytes, proof 64 (c ‖ s).
 * noble's scalar multiplication takes the same steps for every secret, but bigints are not constant-time:
 * an attacker who can time a validator to the microsecond is out of scope. Source: w3f/schnorrkel vrf.rs.
 */
export function vrfSign(
  pair: Sr25519Pair,
  transcript: Transcript,
): { readonly output: Uint8Array; readonly proof: Uint8Array } {
  // Stored as Ed25519 keys are: times the cofactor 8 (schnorrkel's half-Ed25519 form).
  const secret = mod(fromLe(pair.secret.subarray(0, 32)) >> 3n)
  const input = inputPoint(pair.publicKey, transcript)
  const encoded = input.toBytes()
  const output = input.multiply(secret).toBytes()
  // Nonce from the key's nonce seed, fresh randomness and what is signed: safe if either source is good.
  const r = mod(
    fromLe(
      blake2b512(
        concat(utf8('cess/vrf-nonce/1'), pair.secret.subarray(32), encoded, randomBytes(32)),
      ),
    ),
  )
  const c = challenge(
    encoded,
    Point.BASE.multiply(r).toBytes(),
    input.multiply(r).toBytes(),
    pair.publicKey,
    output,
  )
  return { output, proof: concat(toLe(c), toLe(mod(r - c * secret))) }
}

/** Input and output of a VRF whose proof was checked before, or need not be. `undefined` when a point is malformed. */
export function vrfAttach(
  publicKey: Uint8Array,
  transcript: Transcript,
  output: Uint8Array,
): VrfInOut | undefined {
  if (!point(output)) return undefined
  return { input: inputPoint(publicKey, transcript).toBytes(), output }
}

/** Checks a VRF proof; `undefined` when it is wrong in any way. */
export function vrfVerify(
  publicKey: Uint8Array,
  transcript: Transcript,
  output: Uint8Array,
  proof: Uint8Array,
): VrfInOut | undefined {
  const key = point(publicKey)
  const out = point(output)
  if (!key || !out || proof.length !== 64) return undefined
  const c = fromLe(proof.subarray(0, 32))
  const s = fromLe(proof.subarray(32))
  if (c >= ORDER || s >= ORDER || c === 0n || s === 0n) return undefined
  const input = inputPoint(publicKey, transcript)
  const encoded = input.toBytes()
  const r = key.multiplyUnsafe(c).add(Point.BASE.multiplyUnsafe(s)).toBytes()
  const hr = out.multiplyUnsafe(c).add(input.multiplyUnsafe(s)).toBytes()
  if (challenge(encoded, r, hr, publicKey, output) !== c) return undefined
  return { input: encoded, output }
}

/** `length` uniform bytes of a VRF result for a purpose (schnorrkel `make_bytes`). */
export function vrfBytes(inOut: VrfInOut, context: string, length: number): Uint8Array {
  const t = new Transcript('VRFResult')
  t.append('', utf8(context))
  t.append('vrf-in', inOut.input)
  t.append('vrf-out', inOut.output)
  return t.challenge('', length)
}
