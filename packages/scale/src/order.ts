import { compare } from '@cess/bytes'
import type { AnyCodec, FieldDef, PrimitiveName } from './codec.ts'
import { Reader } from './reader.ts'

/** Little-endian integers of equal width: the highest byte decides. */
function compareInteger(name: PrimitiveName, a: Uint8Array, b: Uint8Array): number {
  const top = a.length - 1
  if (name.startsWith('i')) {
    const sign = ((b[top]! & 0x80) - (a[top]! & 0x80)) >> 7
    if (sign !== 0) return sign
  }
  for (let i = top; i >= 0; i--) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return 0
}

function comparePrimitive(name: PrimitiveName, a: Reader, b: Reader): number {
  if (name === 'str') return compare(a.view8(a.compactU32()), b.view8(b.compactU32()))
  const width = name === 'bool' ? 1 : name === 'char' ? 4 : Number(name.slice(1)) / 8
  return compareInteger(name, a.view8(width), b.view8(width))
}

function compareAll(codecs: Iterable<AnyCodec>, a: Reader, b: Reader): number {
  for (const codec of codecs) {
    const difference = compareRead(codec, a, b)
    if (difference !== 0) return difference
  }
  return 0
}

const codecsOf = (fields: readonly FieldDef[]): AnyCodec[] => fields.map(({ codec }) => codec)

function* times(count: number, codec: AnyCodec): Generator<AnyCodec> {
  for (let i = 0; i < count; i++) yield codec
}

function compareRead(codec: AnyCodec, a: Reader, b: Reader): number {
  const { def } = codec
  switch (def.tag) {
    case 'primitive':
      return comparePrimitive(def.name, a, b)
    case 'compact': {
      const [x, y] = [a.compact(), b.compact()]
      return x < y ? -1 : x > y ? 1 : 0
    }
    case 'sequence': {
      const [x, y] = [a.compactU32(), b.compactU32()]
      return compareAll(times(Math.min(x, y), def.of), a, b) || x - y
    }
    case 'array':
      return compareAll(times(def.length, def.of), a, b)
    case 'tuple':
      return compareAll(def.of, a, b)
    case 'composite':
      return compareAll(codecsOf(def.fields), a, b)
    case 'variant': {
      const [x, y] = [a.u8(), b.u8()]
      const fields = def.variants.find(({ index }) => index === x)?.fields ?? []
      return x - y || compareAll(codecsOf(fields), a, b)
    }
    case 'lazy':
      return compareRead(def.of(), a, b)
    case 'bitSequence':
      throw new TypeError('bit sequences are not used as keys')
  }
}

/**
 * Rust's derived `Ord` on two encoded values of one type: numbers by value, not by their little-endian bytes;
 * sequences, tuples and structs item by item; enums by index first.
 */
export const compareEncoded = (codec: AnyCodec, a: Uint8Array, b: Uint8Array): number =>
  compareRead(codec, new Reader(a), new Reader(b))
