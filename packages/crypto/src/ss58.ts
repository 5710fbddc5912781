import { type AccountId, concat, equal, fromHex, utf8 } from '@cess/bytes'
import { blake2b512 } from './hash.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const DIGITS = new Map([...ALPHABET].map((c, i) => [c, BigInt(i)]))
/** CESS's address prefix. */
export const CESS_PREFIX = 11330
/** Longest address text: two prefix bytes, 33 of key, two of checksum. */
const MAX_TEXT = 60

function base58(bytes: Uint8Array): string {
  let n = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`)
  let text = ''
  for (; n > 0n; n /= 58n) text = ALPHABET[Number(n % 58n)]! + text
  for (const byte of bytes) {
    if (byte !== 0) break
    text = `1${text}`
  }
  return text
}
function fromBase58(text: string): Uint8Array {
  let n = 0n
  for (const c of text) {
    const digit = DIGITS.get(c)
    if (digit === undefined)
      throw new RangeError(`an address has no character ${JSON.stringify(c)}`)
    n = n * 58n + digit
  }
  const hex = n.toString(16)
  const body =
    n === 0n
      ? new Uint8Array()
      : Uint8Array.fromHex(hex.padStart(hex.length + (hex.length & 1), '0'))
  return concat(new Uint8Array(/^1*/.exec(text)![0].length), body)
}

const isReserved = (prefix: number): boolean => prefix === 46 || prefix === 47
const prefixBytes = (prefix: number): Uint8Array => {
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > 16_383 || isReserved(prefix))
    throw new RangeError('an address prefix is a number up to 16383, but not 46 or 47')
  if (prefix < 64) return Uint8Array.of(prefix)
  return Uint8Array.of(((prefix & 0xfc) >> 2) | 64, (prefix >> 8) | ((prefix & 3) << 6))
}
const checksum = (data: Uint8Array): Uint8Array =>
  blake2b512(concat(utf8('SS58PRE'), data)).slice(0, 2)

/** The SS58 address of a 32- or 33-byte public key. */
export function ss58Encode(key: Uint8Array | AccountId, prefix: number = CESS_PREFIX): string {
  const bytes = typeof key === 'string' ? fromHex(key) : key
  if (bytes.length !== 32 && bytes.length !== 33)
    throw new RangeError('an address is made of 32 or 33 bytes')
  const data = concat(prefixBytes(prefix), bytes)
  return base58(concat(data, checksum(data)))
}

/** Reads an SS58 address of any network. @throws RangeError saying what is wrong with it. */
export function ss58Decode(text: string): { readonly prefix: number; readonly bytes: Uint8Array } {
  if (text.length > MAX_TEXT) throw new RangeError('an address is shorter than this')
  const raw = fromBase58(text)
  const first = raw[0] ?? 0
  if (first >= 128) throw new RangeError('the address has a prefix that is not in use')
  const skip = first < 64 ? 1 : 2
  const bytes = raw.slice(skip, -2)
  if (bytes.length !== 32 && bytes.length !== 33)
    throw new RangeError('the address has the wrong length')
  if (!equal(checksum(raw.slice(0, -2)), raw.slice(-2)))
    throw new RangeError('the checksum of the address is wrong; a character may be mistyped')
  const second = raw[1] ?? 0
  const prefix = skip === 1 ? first : ((first & 0x3f) << 2) | (second >> 6) | ((second & 0x3f) << 8)
  // One key and network have one address: a short prefix in the long form would be another.
  if (isReserved(prefix) || (skip === 2 && prefix < 64))
    throw new RangeError('the address has a prefix that is not in use')
  return { prefix, bytes }
}
