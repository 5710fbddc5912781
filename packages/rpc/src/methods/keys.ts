import type { StateKey } from '@cess/primitives'
import { type Params, parseHex } from '../params.ts'

/** Longest storage key, in bytes. */
export const KEY_BYTES = 1024

export const latin1 = (bytes: Uint8Array): StateKey =>
  Buffer.from(bytes).toString('latin1') as StateKey
export const keyHex = (key: StateKey): string => `0x${Buffer.from(key, 'latin1').toString('hex')}`

export const parseKey = (value: unknown): StateKey =>
  latin1(parseHex(value, 'storage key', KEY_BYTES))

export const keyAt = (params: Params, index: number): StateKey => parseKey(params.raw[index])

/** A list of at most `max` keys. */
export const keysAt = (params: Params, index: number, max: number): StateKey[] =>
  params.array(index, 'storage keys', max).map(parseKey)
