import { SeededRandom } from '@cess/ports'
import { scalarBytes } from '../src/group.ts'
import {
  createProxy,
  type DelegateOptions,
  type DelegatingKey,
  delegate,
  encapsulate,
  publicKeyOf,
  wideScalar,
} from '../src/index.ts'

/** A key pair from a number. */
export function keyPair(n: number): DelegatingKey {
  const secret = scalarBytes(wideScalar(new SeededRandom(n).bytes(64)))
  return { secret, publicKey: publicKeyOf(secret) }
}

export const OWNER = keyPair(1)
export const GRANTEE = keyPair(2)
export const STRANGER = keyPair(3)
export const CONTEXT = new Uint8Array(32).fill(7)

/** A file's capsule that was shared with the grantee, 3 of 5 unless told. */
export function grant(more: Partial<DelegateOptions> = {}, seed = 10) {
  const random = new SeededRandom(seed)
  const { key, capsule } = encapsulate(OWNER.publicKey, random)
  const threshold = more.threshold ?? 3
  const { delegation, fragments } = delegate({
    delegating: OWNER,
    grantee: GRANTEE.publicKey,
    context: CONTEXT,
    threshold,
    fragments: 5,
    random,
    ...more,
  })
  const shares = fragments.map((one) => createProxy(delegation, one).reencrypt(capsule, random))
  return { key, capsule, delegation, fragments, commitments: fragments, shares, threshold, random }
}

/** A copy with one bit of one field changed. */
export function flipped<T extends object>(value: T, field: keyof T, bit: number): T {
  const bytes = (value[field] as unknown as Uint8Array).slice()
  bytes[bit >> 3]! ^= 1 << (bit & 7)
  return { ...value, [field]: bytes }
}

/** Encodings that are no point that may be used: the identity, not canonical, negative, off the curve (RFC 9496, A.2). */
export const BAD_POINTS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20',
  'c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562',
  'c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78',
  '47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24',
  'f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72',
  '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
  '4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f',
].map((hex) => Uint8Array.fromHex(hex))
