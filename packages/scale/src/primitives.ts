import { fromUtf8, utf8 } from '@cess/bytes'
import type { AnyCodec, Codec, PrimitiveName } from './codec.ts'
import { ScaleError } from './errors.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const primitive = <T>(
  name: PrimitiveName,
  write: (writer: Writer, value: T) => void,
  read: (reader: Reader) => T,
): Codec<T> => ({ def: { tag: 'primitive', name }, write, read })

/** An unsigned integer of up to 32 bits. */
const small = (
  name: PrimitiveName,
  max: number,
  put: (w: Writer, v: number) => void,
  get: (r: Reader) => number,
) =>
  primitive<number>(
    name,
    (w, v) => {
      if (!(Number.isInteger(v) && v >= 0 && v <= max))
        throw new ScaleError('OUT_OF_RANGE', `${v} is not a ${name}`)
      put(w, v)
    },
    get,
  )

/** An unsigned integer beyond the exact range of a number. */
const big = (
  name: PrimitiveName,
  bits: bigint,
  put: (w: Writer, v: bigint) => void,
  get: (r: Reader) => bigint,
) =>
  primitive<bigint>(
    name,
    (w, v) => {
      if (typeof v !== 'bigint' || v < 0n || v >> bits !== 0n)
        throw new ScaleError('OUT_OF_RANGE', `${v} is not a ${name}`)
      put(w, v)
    },
    get,
  )

export const u8: Codec<number> = small(
  'u8',
  0xff,
  (w, v) => w.u8(v),
  (r) => r.u8(),
)
export const u16: Codec<number> = small(
  'u16',
  0xffff,
  (w, v) => w.u16(v),
  (r) => r.u16(),
)
export const u32: Codec<number> = small(
  'u32',
  0xffff_ffff,
  (w, v) => w.u32(v),
  (r) => r.u32(),
)
export const u64: Codec<bigint> = big(
  'u64',
  64n,
  (w, v) => w.u64(v),
  (r) => r.u64(),
)
export const u128: Codec<bigint> = big(
  'u128',
  128n,
  (w, v) => w.u128(v),
  (r) => r.u128(),
)
export const u256: Codec<bigint> = big(
  'u256',
  256n,
  (w, v) => {
    w.u128(v & ((1n << 128n) - 1n))
    w.u128(v >> 128n)
  },
  (r) => r.u128() | (r.u128() << 128n),
)

export const bool: Codec<boolean> = primitive(
  'bool',
  (w, v) => w.u8(v ? 1 : 0),
  (r) => {
    const byte = r.u8()
    if (byte > 1) throw new ScaleError('OUT_OF_RANGE', `${byte} is not a bool`)
    return byte === 1
  },
)

export const str: Codec<string> = primitive(
  'str',
  (w, v) => {
    if (!v.isWellFormed())
      throw new ScaleError('INVALID_UTF8', 'half a surrogate pair has no UTF-8 form')
    const bytes = utf8(v)
    w.compactU32(bytes.length)
    w.raw(bytes)
  },
  (r) => {
    try {
      return fromUtf8(r.view8(r.compactU32()))
    } catch (error) {
      if (error instanceof ScaleError) throw error
      throw new ScaleError('INVALID_UTF8', 'a string is not valid UTF-8')
    }
  },
)

/**
 * Compact form of an unsigned integer type (SCALE's `Compact<T>`). Shared by inner codec.
 * Reading refuses any but the shortest form, as Substrate does: one value has one encoding.
 */
const compacts = new Map<AnyCodec, AnyCodec>()
export function compact<T extends number | bigint>(of: Codec<T>): Codec<T> {
  const known = compacts.get(of)
  if (known) return known
  if (of.def.tag !== 'primitive' || !/^u\d/.test(of.def.name))
    throw new TypeError('compact() takes an unsigned integer codec')
  const bits = Number(of.def.name.slice(1))
  const codec: AnyCodec =
    bits <= 32
      ? {
          def: { tag: 'compact', of },
          write: (w: Writer, v: number) => {
            if (!(Number.isInteger(v) && v >= 0 && v < 2 ** bits))
              throw new ScaleError('OUT_OF_RANGE', `${v} is not a u${bits}`)
            w.compactU32(v)
          },
          read: (r: Reader) => {
            const v = r.compactU32()
            if (v >= 2 ** bits) throw new ScaleError('OUT_OF_RANGE', `${v} is not a u${bits}`)
            return v
          },
        }
      : {
          def: { tag: 'compact', of },
          write: (w: Writer, v: bigint) => {
            if (typeof v !== 'bigint' || v >> BigInt(bits) !== 0n)
              throw new ScaleError('OUT_OF_RANGE', `${v} is not a u${bits}`)
            w.compact(v)
          },
          read: (r: Reader) => {
            const v = r.compact()
            if (v >> BigInt(bits) !== 0n)
              throw new ScaleError('OUT_OF_RANGE', `${v} is not a u${bits}`)
            return v
          },
        }
  compacts.set(of, codec)
  return codec
}
