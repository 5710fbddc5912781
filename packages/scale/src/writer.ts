import { ScaleError } from './errors.ts'

const MASK64 = 0xffff_ffff_ffff_ffffn
const pool: Writer[] = []

/** A growing buffer that SCALE is written to. Pooled: encoding allocates only its result. */
export class Writer {
  bytes = new Uint8Array(1024)
  view = new DataView(this.bytes.buffer)
  pos = 0

  /** A writer at position 0 from the pool; hand it back with `release`. */
  static take(): Writer {
    return pool.pop() ?? new Writer()
  }

  release(): void {
    this.pos = 0
    // A writer that once held a block body is not kept: the pool would pin its memory.
    if (this.bytes.length <= 1 << 20 && pool.length < 16) pool.push(this)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.pos)
  }

  /** Makes room for `length` bytes, moves past them and returns where they begin. */
  reserve(length: number): number {
    const at = this.pos
    const end = at + length
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, end))
      grown.set(this.bytes.subarray(0, at))
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    this.pos = end
    return at
  }

  u8(value: number): void {
    const at = this.reserve(1)
    this.bytes[at] = value
  }
  u16(value: number): void {
    const at = this.reserve(2)
    this.view.setUint16(at, value, true)
  }
  u32(value: number): void {
    const at = this.reserve(4)
    this.view.setUint32(at, value, true)
  }
  u64(value: bigint): void {
    const at = this.reserve(8)
    this.view.setBigUint64(at, value, true)
  }
  u128(value: bigint): void {
    const at = this.reserve(16)
    this.view.setBigUint64(at, value & MASK64, true)
    this.view.setBigUint64(at + 8, value >> 64n, true)
  }
  raw(value: Uint8Array): void {
    const at = this.reserve(value.length)
    this.bytes.set(value, at)
  }

  /** A compact integer from a safe number below 2^32. */
  compactU32(value: number): void {
    if (value < 64) this.u8(value << 2)
    else if (value < 16384) this.u16((value << 2) | 1)
    else if (value < 1 << 30) this.u32(((value << 2) | 2) >>> 0)
    else {
      this.u8(3)
      this.u32(value)
    }
  }

  /** A compact integer of any size up to 536 bits. */
  compact(value: bigint): void {
    if (value < 0n) throw new ScaleError('OUT_OF_RANGE', 'a compact integer is not negative')
    if (value < 1n << 32n) {
      this.compactU32(Number(value))
      return
    }
    let length = 4
    for (let rest = value >> 32n; rest > 0n; rest >>= 8n) length++
    if (length > 67) throw new ScaleError('OUT_OF_RANGE', 'a compact integer has at most 67 bytes')
    this.u8(((length - 4) << 2) | 3)
    const at = this.reserve(length)
    // Four bytes at a time: big integers are slow to take apart.
    for (let i = 0, rest = value; i < length; i += 4, rest >>= 32n) {
      let word = Number(rest & 0xffff_ffffn)
      for (let j = i; j < i + 4 && j < length; j++, word >>>= 8) this.bytes[at + j] = word
    }
  }
}
