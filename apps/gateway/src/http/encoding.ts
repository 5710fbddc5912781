import { type AccountId, isHex, toHex } from '@cess/bytes'
import { ss58Decode } from '@cess/crypto'
import { GatewayError } from '../errors.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** Characters of 64 bytes in base58, at most. */
const MAX_BASE58 = 90

/** Bytes of base58 text (Bitcoin's alphabet); undefined when it is none. */
function fromBase58(text: string): Uint8Array | undefined {
  let value = 0n
  for (const character of text) {
    const digit = ALPHABET.indexOf(character)
    if (digit < 0) return undefined
    value = value * 58n + BigInt(digit)
  }
  const hex = value === 0n ? '' : value.toString(16)
  const body = Uint8Array.fromHex(hex.padStart(hex.length + (hex.length & 1), '0'))
  const zeros = /^1*/.exec(text)![0].length
  const bytes = new Uint8Array(zeros + body.length)
  bytes.set(body, zeros)
  return bytes
}

/** A signature of 64 bytes as hex (with or without 0x) or base58; undefined when it is neither. */
export function parseSignature(text: string): Uint8Array | undefined {
  const hex = text.startsWith('0x') ? text.slice(2) : text
  if (/^[0-9a-fA-F]{128}$/.test(hex)) return Uint8Array.fromHex(hex)
  const bytes = text.length <= MAX_BASE58 ? fromBase58(text) : undefined
  return bytes?.length === 64 ? bytes : undefined
}

/** An account as SS58 of any network or as 0x hex. @throws GatewayError ETH_ACCOUNT, BAD_HEADER */
export function parseAccount(text: string): AccountId {
  if (isHex(text, 20))
    throw new GatewayError(
      'ETH_ACCOUNT',
      'An Ethereum account cannot own files here: its signature proves nothing about an account of the chain. Use the SS58 address of a CESS account.',
    )
  if (isHex(text, 32)) return text.toLowerCase() as AccountId
  try {
    const { bytes } = ss58Decode(text)
    if (bytes.length === 32) return toHex(bytes) as AccountId
  } catch {
    // Said below, whatever it is.
  }
  throw new GatewayError(
    'BAD_HEADER',
    'The header Account must be the SS58 address of an account, or its public key as 0x and 64 hex characters. Check it for a mistyped character.',
  )
}
