import { ScaleError } from './errors.ts'

/** Nested types deeper than this are refused; Substrate's own limit for calls is 256. */
const MAX_DEPTH = 128

/** A cursor over SCALE bytes. Every read checks its bounds. */
export class Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  pos = 0
  #depth = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.length - this.pos
  }

  /** Moves past `length` bytes and returns where they begin. */
  advance(length: number): number {
    const at = this.pos
    if (length > this.bytes.length - at)
      throw new ScaleError(
        'UNEXPECTED_END',
        `${length} bytes wanted at ${at}, ${this.bytes.length - at} there`,
      )
    this.pos = at + length
    return at
  }

  u8(): number {
    return this.bytes[this.advance(1)]!
  }
  u16(): number {
    return this.view.getUint16(this.advance(2), true)
  }
  u32(): number {
    return this.view.getUint32(this.advance(4), true)
  }
  u64(): bigint {
    return this.view.getBigUint64(this.advance(8), true)
  }
  u128(): bigint {
    const at = this.advance(16)
    const high = this.view.getBigUint64(at + 8, true)
    const low = this.view.getBigUint64(at, true)
    return high === 0n ? low : (high << 64n) | low
  }

  /** The next `length` bytes as a copy. */
  raw(length: number): Uint8Array {
    const at = this.advance(length)
    return this.bytes.slice(at, at + length)
  }

  /** The next `length` bytes as a view on the input: cheap, but only as lasting as the input. */
  view8(length: number): Uint8Array {
    const at = this.advance(length)
    return this.bytes.subarray(at, at + length)
  }

  /** A compact integer below 2^32, such as a length. */
  compactU32(): number {
    const first = this.u8()
    switch (first & 3) {
      case 0:
        return first >> 2
      case 1: {
        const value = (first >> 2) | (this.u8() << 6)
        if (value < 64)
          throw new ScaleError('NOT_CANONICAL', 'compact integer in a longer form than needed')
        return value
      }
      case 2: {
        this.pos -= 1
        const value = this.u32() >>> 2
        if (value < 16384)
          throw new ScaleError('NOT_CANONICAL', 'compact integer in a longer form than needed')
        return value
      }
      default: {
        if (first !== 3)
          throw new ScaleError('OUT_OF_RANGE', 'compact integer does not fit in 32 bits')
        const value = this.u32()
        if (value < 1 << 30)
          throw new ScaleError('NOT_CANONICAL', 'compact integer in a longer form than needed')
        return value
      }
    }
  }

  /** A compact integer of up to 67 bytes. */
  compact(): bigint {
    const first = this.bytes[this.pos]
    if (first === undefined)
      throw new ScaleError('UNEXPECTED_END', `1 byte wanted at ${this.pos}, 0 there`)
    if ((first & 3) !== 3) return BigInt(this.compactU32())
    this.pos += 1
    const length = (first >> 2) + 4
    const at = this.advance(length)
    let value = 0n
    let i = length
    for (; i & 3; i--) value = (value << 8n) | BigInt(this.bytes[at + i - 1]!)
    for (; i > 0; i -= 4) value = (value << 32n) | BigInt(this.view.getUint32(at + i - 4, true))
    if (this.bytes[at + length - 1] === 0 || (length === 4 && value < 1n << 30n))
      throw new ScaleError('NOT_CANONICAL', 'compact integer in a longer form than needed')
    return value
  }

  /** One level deeper, so that bytes cannot make us recurse without end. Pairs with `leave`; a reader that threw is done for. */
  enter(): void {
    if (++this.#depth > MAX_DEPTH)
      throw new ScaleError('TOO_DEEP', `nested deeper than ${MAX_DEPTH}`)
  }

  leave(): void {
    this.#depth--
  }
}
