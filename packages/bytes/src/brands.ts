import { type Hex, isHex } from './hex.ts'

declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

/** 32-byte hash as `0x` + 64 lower-case hex characters. */
export type Hash = Brand<Hex, 'Hash'>
/** 32-byte account id (public key or derived) as `0x` + 64 lower-case hex characters. */
export type AccountId = Brand<Hex, 'AccountId'>
/** Id of a file, segment or fragment: 64 lower-case hex characters without `0x` (CESS's `[u8; 64]` Hash). */
export type FileId = Brand<string, 'FileId'>

export const ZERO_HASH = `0x${'00'.repeat(32)}` as Hash

/** @throws RangeError when `value` is not 32 bytes of `0x` hex. */
export function hash(value: string): Hash {
  if (!isHex(value, 32)) throw new RangeError(`not a 32-byte 0x hash: ${value.slice(0, 80)}`)
  return value.toLowerCase() as Hash
}

/** @throws RangeError when `value` is not 32 bytes of `0x` hex. */
export function accountId(value: string): AccountId {
  if (!isHex(value, 32)) throw new RangeError(`not a 32-byte 0x account id: ${value.slice(0, 80)}`)
  return value.toLowerCase() as AccountId
}

export const isFileId = (value: unknown): value is FileId =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** @throws RangeError when `value` is not 64 lower-case hex characters. */
export function fileId(value: string): FileId {
  if (!isFileId(value))
    throw new RangeError(`not a file id (64 lower-case hex characters): ${value.slice(0, 80)}`)
  return value
}
