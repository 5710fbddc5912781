import { type AccountId, concat, toHex, utf8 } from '@cess/bytes'

/** The account of a pallet, which nobody holds a key of: `modl` ‖ its 8-byte id ‖ zeros (PalletId). */
export function potAccount(id: string): AccountId {
  const raw = utf8(id)
  if (raw.length !== 8) throw new TypeError('a pallet id has 8 bytes')
  return toHex(concat(utf8('modl'), raw, new Uint8Array(20))) as AccountId
}
