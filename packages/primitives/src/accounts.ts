import { type AccountId, type FileId, type Hash, isFileId, toHex } from '@cess/bytes'
import {
  bytes,
  type Codec,
  compact,
  fixedBytes,
  type Infer,
  kase,
  mapped,
  newtype,
  type Reader,
  ScaleError,
  u32,
  unit,
  variant,
  type Writer,
} from '@cess/scale'

const hex32 = <T extends string>(): Pick<Codec<T>, 'write' | 'read'> => ({
  write(w: Writer, v: T) {
    const at = w.reserve(32)
    let read = 0
    try {
      if (v.length === 66 && v.startsWith('0x'))
        read = w.bytes.subarray(at, at + 32).setFromHex(v.slice(2)).read
    } catch {
      // A character that is no hex: refused below.
    }
    if (read !== 64)
      throw new ScaleError('OUT_OF_RANGE', `not 32 bytes of 0x hex: ${v.slice(0, 80)}`)
  },
  read: (r: Reader) => toHex(r.view8(32)) as unknown as T,
})

/** `H256`: 32 bytes as a `0x` hex string. */
export const hash256: Codec<Hash> = {
  def: { tag: 'composite', path: 'primitive_types::H256', fields: [{ codec: fixedBytes(32) }] },
  ...hex32<Hash>(),
}

/** `AccountId32` as a `0x` hex string. */
export const accountId32: Codec<AccountId> = {
  def: {
    tag: 'composite',
    path: 'sp_core::crypto::AccountId32',
    fields: [{ codec: fixedBytes(32) }],
  },
  ...hex32<AccountId>(),
}

const notCessHash = (): ScaleError =>
  new ScaleError('OUT_OF_RANGE', 'a CESS hash is 64 lower-case hex characters')

/** CESS's `Hash`: the 64 ASCII characters of a lower-case hex digest. */
export const cessHash: Codec<FileId> = newtype(
  'cp_cess_common::Hash',
  mapped(
    fixedBytes(64),
    (raw) => {
      let text = ''
      for (const c of raw) {
        // 0-9 or a-f; anything else would give one file two spellings.
        if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102))) throw notCessHash()
        text += String.fromCharCode(c)
      }
      return text as FileId
    },
    (id) => {
      if (!isFileId(id)) throw notCessHash()
      return Uint8Array.from(id, (c) => c.charCodeAt(0))
    },
  ),
)

/** How a call names an account: by id, index or the raw forms that other chains use. */
export const multiAddress = variant(
  'sp_runtime::multiaddress::MultiAddress',
  {
    Id: kase(0, accountId32),
    Index: kase(1, compact(u32)),
    Raw: kase(2, bytes),
    Address32: kase(3, fixedBytes(32)),
    Address20: kase(4, fixedBytes(20)),
  },
  [
    { name: 'AccountId', codec: accountId32 },
    { name: 'AccountIndex', codec: unit },
  ],
)
export type MultiAddress = Infer<typeof multiAddress>

/** A signature and its scheme. Ed25519 and Sr25519 verify against the account id itself, Ecdsa against the blake2-256 of the compressed key. */
export const multiSignature = variant('sp_runtime::MultiSignature', {
  Ed25519: kase(0, fixedBytes(64)),
  Sr25519: kase(1, fixedBytes(64)),
  Ecdsa: kase(2, fixedBytes(65)),
})
export type MultiSignature = Infer<typeof multiSignature>
