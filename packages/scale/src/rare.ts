import type { AnyCodec, Codec, PrimitiveName } from './codec.ts'
import { struct } from './composites.ts'
import { ScaleError } from './errors.ts'
import { u8, u16, u32, u64, u128, u256 } from './primitives.ts'

/** A two's complement integer over the unsigned codec of its width. */
const signed = <T extends number | bigint>(
  of: Codec<T>,
  name: PrimitiveName,
  make: (value: bigint) => T,
): Codec<T> => {
  const bits = Number(name.slice(1))
  return {
    def: { tag: 'primitive', name },
    write(w, v) {
      if (typeof v === 'number' && !Number.isInteger(v))
        throw new ScaleError('OUT_OF_RANGE', `${v} is not an ${name}`)
      const value = BigInt(v)
      if (BigInt.asIntN(bits, value) !== value)
        throw new ScaleError('OUT_OF_RANGE', `${v} is not an ${name}`)
      of.write(w, make(BigInt.asUintN(bits, value)))
    },
    read: (r) => make(BigInt.asIntN(bits, BigInt(of.read(r)))),
  }
}
const same = (value: bigint): bigint => value

export const i8: Codec<number> = signed(u8, 'i8', Number)
export const i16: Codec<number> = signed(u16, 'i16', Number)
export const i32: Codec<number> = signed(u32, 'i32', Number)
export const i64: Codec<bigint> = signed(u64, 'i64', same)
export const i128: Codec<bigint> = signed(u128, 'i128', same)
export const i256: Codec<bigint> = signed(u256, 'i256', same)

/** Rust's `char`: one Unicode scalar value as u32. */
export const char: Codec<string> = {
  def: { tag: 'primitive', name: 'char' },
  write(w, v) {
    const point = v.codePointAt(0)
    if (point === undefined || String.fromCodePoint(point) !== v || !v.isWellFormed())
      throw new ScaleError('OUT_OF_RANGE', 'a char is one Unicode scalar value')
    w.u32(point)
  },
  read(r) {
    const point = r.u32()
    if (point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff))
      throw new ScaleError('OUT_OF_RANGE', `${point} is not a Unicode scalar value`)
    return String.fromCodePoint(point)
  },
}

const lsb0: AnyCodec = struct('bitvec::order::Lsb0', {})

/** `BitVec<u8, Lsb0>`, at most `max` bits: their number, then bytes whose lowest bit comes first. Padding bits are 0. */
export const bitVec = (max = Number.POSITIVE_INFINITY): Codec<readonly boolean[]> => ({
  def: { tag: 'bitSequence', store: u8, order: lsb0 },
  write(w, v) {
    if (v.length > max) throw new ScaleError('TOO_LONG', `${v.length} bits, at most ${max} allowed`)
    const raw = new Uint8Array(Math.ceil(v.length / 8))
    for (const [i, bit] of v.entries()) if (bit) raw[i >> 3]! |= 1 << (i & 7)
    w.compactU32(v.length)
    w.raw(raw)
  },
  read(r) {
    const length = r.compactU32()
    if (length > max) throw new ScaleError('TOO_LONG', `${length} bits, at most ${max} allowed`)
    const raw = r.view8(Math.ceil(length / 8))
    return Array.from({ length }, (_, i) => ((raw[i >> 3]! >> (i & 7)) & 1) === 1)
  },
})
