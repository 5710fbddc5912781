import { type AccountId, fromHex, type Hash, toHex } from '@cess/bytes'
import { ss58Decode } from '@cess/crypto'
import { invalidParams } from './errors.ts'

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/

/** Bytes of a hex parameter. @throws RpcError −32602 */
export function parseHex(value: unknown, name: string, max: number): Uint8Array {
  if (typeof value !== 'string' || !HEX.test(value))
    throw invalidParams(`${name} must be bytes in hex, such as 0x0102`)
  if ((value.length - 2) / 2 > max) throw invalidParams(`${name} may have ${max} bytes at most`)
  return fromHex(value as Hash)
}

/** The positional parameters of a call, each read once into a type that says what it is. */
export interface Params {
  readonly raw: readonly unknown[]
  has(index: number): boolean
  bytes(index: number, name: string, max?: number): Uint8Array
  optionalBytes(index: number, name: string, max?: number): Uint8Array | undefined
  hash(index: number, name: string): Hash
  /** A hash inside another parameter. */
  toHash(value: unknown, name: string): Hash
  optionalHash(index: number, name: string): Hash | undefined
  integer(index: number, name: string, max: number): number
  string(index: number, name: string, max?: number): string
  array(index: number, name: string, max: number): readonly unknown[]
  account(index: number, name: string): AccountId
  subscriptionId(index: number): string
}

/** Bytes of a parameter unless told otherwise: those of the largest extrinsic. */
export const MAX_BYTES = 5 * 1024 * 1024

export function readParams(raw: readonly unknown[]): Params {
  const present = (index: number): boolean => raw[index] !== undefined && raw[index] !== null
  const bytes = (index: number, name: string, max = MAX_BYTES): Uint8Array =>
    parseHex(raw[index], name, max)
  const toHash = (value: unknown, name: string): Hash => {
    const found = parseHex(value, name, 32)
    if (found.length !== 32) throw invalidParams(`${name} must be a hash of 32 bytes`)
    return toHex(found) as Hash
  }
  const hash = (index: number, name: string): Hash => toHash(raw[index], name)
  return {
    raw,
    has: present,
    bytes,
    hash,
    toHash,
    optionalBytes: (index, name, max) => (present(index) ? bytes(index, name, max) : undefined),
    optionalHash: (index, name) => (present(index) ? hash(index, name) : undefined),
    integer(index, name, max) {
      const value = raw[index]
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max)
        throw invalidParams(`${name} must be a whole number up to ${max}`)
      return value as number
    },
    string(index, name, max = 1024) {
      const value = raw[index]
      if (typeof value !== 'string' || value.length > max)
        throw invalidParams(`${name} must be a text of ${max} characters at most`)
      return value
    },
    array(index, name, max) {
      const value = raw[index]
      if (!Array.isArray(value) || value.length > max)
        throw invalidParams(`${name} must be a list of ${max} entries at most`)
      return value
    },
    account(index, name) {
      const value = raw[index]
      if (typeof value !== 'string' || value.length > 128)
        throw invalidParams(`${name} must be an account address`)
      if (HEX.test(value) && value.length === 66) return value.toLowerCase() as AccountId
      try {
        const { bytes: raw32 } = ss58Decode(value)
        if (raw32.length !== 32) throw new RangeError('32 bytes')
        return toHex(raw32) as AccountId
      } catch {
        throw invalidParams(`${name} is not a valid account address`)
      }
    },
    subscriptionId(index) {
      const value = raw[index]
      if (typeof value === 'number') return String(value)
      if (typeof value !== 'string' || value.length > 64)
        throw invalidParams('the subscription id is missing')
      return value
    },
  }
}
