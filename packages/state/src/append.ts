import { EMPTY } from '@cess/bytes'
import { compact, encode, Reader, ScaleError, u32 } from '@cess/scale'

/** The items of a SCALE `Vec` that grows at its end: the first `length` bytes of a buffer that several versions share. */
export interface Appended {
  readonly kind: 'appended'
  readonly buffer: { bytes: Uint8Array; used: number }
  readonly length: number
  readonly count: number
  /** The whole `Vec`, once somebody asked for it. */
  encoded: Uint8Array | undefined
}

const length = compact(u32)

const make = (buffer: Appended['buffer'], size: number, count: number): Appended => ({
  kind: 'appended',
  buffer,
  length: size,
  count,
  encoded: undefined,
})

/** What is there already, ready to grow. Bytes that begin with no length count as nothing, as in Substrate. */
export function appendable(existing: Uint8Array = Uint8Array.of(0)): Appended {
  const reader = new Reader(existing)
  let count = 0
  let items: Uint8Array = EMPTY
  try {
    count = reader.compactU32()
    items = existing.subarray(reader.pos)
  } catch (error) {
    if (!(error instanceof ScaleError)) throw error
  }
  const bytes = new Uint8Array(Math.max(256, items.length * 2))
  bytes.set(items)
  return make({ bytes, used: items.length }, items.length, count)
}

/** The longer `Vec`. Cost: the item's length, amortized, while `vec` is the newest version of its buffer. */
export function append(vec: Appended, item: Uint8Array): Appended {
  const size = vec.length + item.length
  let { buffer } = vec
  if (buffer.used !== vec.length || buffer.bytes.length < size) {
    const bytes = new Uint8Array(Math.max(size, vec.length * 2))
    bytes.set(buffer.bytes.subarray(0, vec.length))
    buffer = { bytes, used: 0 }
  }
  buffer.bytes.set(item, vec.length)
  buffer.used = size
  return make(buffer, size, vec.count + 1)
}

/** Makes `vec` the newest version of its buffer again: those after it are given up. */
export function rewind(vec: Appended): void {
  vec.buffer.used = vec.length
}

export function appendedBytes(vec: Appended): Uint8Array {
  if (!vec.encoded) {
    const prefix = encode(length, vec.count)
    vec.encoded = new Uint8Array(prefix.length + vec.length)
    vec.encoded.set(prefix)
    vec.encoded.set(vec.buffer.bytes.subarray(0, vec.length), prefix.length)
  }
  return vec.encoded
}
