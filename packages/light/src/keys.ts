import { concat, utf8 } from '@cess/bytes'
import { twox128 } from '@cess/crypto/hashes'
import type { StateKey } from '@cess/primitives'

/** Key of a storage value: the hashes of the names of pallet and item (FRAME's storage layout). */
export const itemKey = (pallet: string, item: string): Uint8Array =>
  concat(twox128(utf8(pallet)), twox128(utf8(item)))

/** Who finalizes: `Grandpa.Authorities`. */
export const authoritiesKey = (): Uint8Array => itemKey('Grandpa', 'Authorities')

/** A key as tries take it: one character a byte. */
export const keyText = (key: Uint8Array): StateKey => String.fromCharCode(...key) as StateKey
