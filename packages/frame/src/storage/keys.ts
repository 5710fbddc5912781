import { concat, utf8 } from '@cess/bytes'
import { twox128 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import { type AnyCodec, encode, Reader } from '@cess/scale'
import { type AnyKey, hashers } from './hashers.ts'

/** Bytes of a state key as the latin1 string that Externalities take. */
export const stateKey = (bytes: Uint8Array): StateKey =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1') as StateKey

/** The bytes behind a state key. */
export const stateKeyBytes = (key: StateKey): Uint8Array => Buffer.from(key, 'latin1')

/** `twox128(pallet) ‖ twox128(item)`: where an item's value, or all entries of a map, live. */
export const itemPrefix = (pallet: string, item: string): StateKey =>
  stateKey(concat(twox128(utf8(pallet)), twox128(utf8(item))))

const hashed = (key: AnyKey, value: unknown): string =>
  stateKey(hashers[key.hasher].hash(encode(key.codec as AnyCodec, value)))

/** The storage key of a map entry, or the common prefix of entries when fewer keys are given. */
export function mapKey(
  prefix: StateKey,
  keys: readonly AnyKey[],
  values: readonly unknown[],
): StateKey {
  let out: string = prefix
  for (let i = 0; i < values.length; i++) out += hashed(keys[i]!, values[i])
  return out as StateKey
}

/** Reads the keys back out of the storage key of a map entry. */
export function readMapKey(
  prefixLength: number,
  keys: readonly AnyKey[],
  key: StateKey,
): readonly unknown[] {
  const reader = new Reader(stateKeyBytes(key))
  reader.raw(prefixLength)
  return keys.map(({ codec, hasher }) => {
    const { skip } = hashers[hasher]
    if (skip === undefined) throw new TypeError(`keys hashed by ${hasher} can't be read back`)
    reader.raw(skip)
    return (codec as AnyCodec).read(reader)
  })
}
