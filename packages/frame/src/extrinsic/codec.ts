import { type AccountId, concat, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  type MultiAddress,
  type MultiSignature,
  multiAddress,
  multiSignature,
} from '@cess/primitives'
import { type AnyCodec, bytes, type Codec, Reader, ScaleError, tuple, Writer } from '@cess/scale'
import type { RuntimeCall } from '../pallet.ts'
import { type AnyExtension, InvalidTx } from './extension.ts'

/** A decoded extrinsic: signed (format 4), bare (an inherent or a transaction that nobody signed), or general (format 5). */
export interface CheckedExtrinsic {
  readonly call: RuntimeCall
  readonly signed?: {
    readonly who: AccountId
    readonly address: MultiAddress
    readonly signature: MultiSignature
    readonly extra: readonly unknown[]
    /** What the signature covers, without the additional part: `call ‖ extra`. */
    readonly signedPart: Uint8Array
  }
  /** Carries extension data but no signature: some extension would have to find an origin for it. */
  readonly general?: true
  /** Length with its prefix. */
  readonly length: number
}

const SIGNED_V4 = 0x84
const BARE_V4 = 0x04
const BARE_V5 = 0x05
const GENERAL_V5 = 0x45
/** The only set of extensions (RFC 99). */
const EXTENSION_SET = 0

/** The extension data of a transaction, in the order of the extensions. */
export const extraCodec = (extensions: readonly AnyExtension[]): Codec<readonly unknown[]> =>
  tuple(...extensions.map((e) => e.extra)) as unknown as Codec<readonly unknown[]>

/** Bytes of a compact length prefix. */
const prefixLength = (n: number): number => (n < 64 ? 1 : n < 16384 ? 2 : n < 2 ** 30 ? 4 : 5)

/**
 * Decodes an extrinsic (its own length prefix already taken off).
 * @throws ScaleError on malformed bytes; InvalidTx when the address form needs a lookup that this chain doesn't have.
 */
export function decodeExtrinsic(
  xt: Uint8Array,
  call: Codec<RuntimeCall>,
  extra: Codec<readonly unknown[]>,
): CheckedExtrinsic {
  const reader = new Reader(xt)
  const version = reader.u8()
  const length = xt.length + prefixLength(xt.length)
  if (version === BARE_V4 || version === BARE_V5) {
    const decoded = call.read(reader)
    requireEnd(reader)
    return { call: decoded, length }
  }
  if (version === GENERAL_V5) {
    const set = reader.u8()
    if (set !== EXTENSION_SET)
      throw new ScaleError('UNKNOWN_VARIANT', `there is no extension set ${set}`)
    extra.read(reader)
    const decoded = call.read(reader)
    requireEnd(reader)
    return { call: decoded, general: true, length }
  }
  if (version !== SIGNED_V4)
    throw new ScaleError('UNKNOWN_VARIANT', `extrinsic format ${version} is not known here`)
  const address = multiAddress.read(reader)
  const signature = multiSignature.read(reader)
  const extraStart = xt.length - reader.remaining
  const extras = extra.read(reader)
  const callStart = xt.length - reader.remaining
  const decoded = call.read(reader)
  requireEnd(reader)
  return {
    call: decoded,
    length,
    signed: {
      who: account(address),
      address,
      signature,
      extra: extras,
      signedPart: concat(xt.subarray(callStart), xt.subarray(extraStart, callStart)),
    },
  }
}

function requireEnd(reader: Reader): void {
  if (reader.remaining > 0)
    throw new ScaleError('TRAILING_BYTES', `${reader.remaining} bytes follow the call`)
}

function account(address: MultiAddress): AccountId {
  if (address.type === 'Id') return address.value
  if (address.type === 'Address32') return toHex(address.value) as AccountId
  throw new InvalidTx({ type: 'Unknown', value: { type: 'CannotLookup', value: undefined } })
}

/** The bytes that are signed: hashed when longer than 256 bytes (sp_runtime SignedPayload). */
export function signingPayload(
  signedPart: Uint8Array,
  extensions: readonly AnyExtension[],
  implicit: readonly unknown[],
): Uint8Array {
  const writer = Writer.take()
  try {
    writer.raw(signedPart)
    for (const [i, extension] of extensions.entries())
      (extension.additional as AnyCodec).write(writer, implicit[i])
    const payload = writer.finish()
    return payload.length > 256 ? blake2b256(payload) : payload
  } finally {
    writer.release()
  }
}

/** Encodes a bare extrinsic (an inherent), without its length prefix. */
export function bareExtrinsic(call: Codec<RuntimeCall>, value: RuntimeCall): Uint8Array {
  const writer = Writer.take()
  try {
    writer.u8(BARE_V4)
    call.write(writer, value)
    return writer.finish()
  } finally {
    writer.release()
  }
}

/** Encodes a signed extrinsic, without its length prefix. */
export function signedExtrinsic(
  address: MultiAddress,
  signature: MultiSignature,
  signedPart: { readonly extra: Uint8Array; readonly call: Uint8Array },
): Uint8Array {
  const writer = Writer.take()
  try {
    writer.u8(SIGNED_V4)
    multiAddress.write(writer, address)
    multiSignature.write(writer, signature)
    writer.raw(signedPart.extra)
    writer.raw(signedPart.call)
    return writer.finish()
  } finally {
    writer.release()
  }
}

/** The opaque form in metadata and runtime API arguments: bytes behind their own length. */
export const uncheckedExtrinsic = (call: AnyCodec, extra: AnyCodec): Codec<Uint8Array> => ({
  def: {
    tag: 'composite',
    path: 'sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic',
    fields: [{ codec: bytes }],
    params: [
      { name: 'Address', codec: multiAddress },
      { name: 'Call', codec: call },
      { name: 'Signature', codec: multiSignature },
      { name: 'Extra', codec: extra },
    ],
  },
  write: bytes.write,
  read: bytes.read,
})
