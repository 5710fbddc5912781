import { keccakF1600 } from './keccak-f.ts'

/** Rate of STROBE-128 over Keccak-f[1600]: 200 − 2·16 − 2 bytes. */
const RATE = 166
const FLAG_I = 1
const FLAG_A = 2
const FLAG_C = 4
const FLAG_M = 16

/** The state that every protocol begins with. */
const START = new Uint8Array(200)
START.set([1, RATE + 2, 1, 0, 1, 96])
START.set(new TextEncoder().encode('STROBEv1.0.2'), 6)
keccakF1600(new Uint32Array(START.buffer))

/**
 * The part of STROBE v1.0.2 (strobe.sourceforge.io, 128-bit security) that Merlin transcripts use:
 * meta-AD, AD and PRF, with streaming continuation.
 */
export class Strobe128 {
  readonly #state: Uint8Array<ArrayBuffer>
  readonly #lanes: Uint32Array
  readonly #head = new Uint8Array(2)
  #position = 0
  #begin = 0
  #flags = 0

  /** Begins a protocol, or goes on as a copy of another one. */
  constructor(from: Uint8Array | Strobe128) {
    this.#state = from instanceof Strobe128 ? from.#state.slice() : START.slice()
    this.#lanes = new Uint32Array(this.#state.buffer)
    if (from instanceof Strobe128) {
      this.#position = from.#position
      this.#begin = from.#begin
      this.#flags = from.#flags
    } else this.metaAd(from, false)
  }

  metaAd(data: Uint8Array, more: boolean): void {
    this.#operation(FLAG_M | FLAG_A, more)
    this.#absorb(data)
  }
  ad(data: Uint8Array, more: boolean): void {
    this.#operation(FLAG_A, more)
    this.#absorb(data)
  }
  prf(length: number): Uint8Array {
    this.#operation(FLAG_I | FLAG_A | FLAG_C, false)
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      out[i] = this.#state[this.#position]!
      this.#state[this.#position++] = 0
      if (this.#position === RATE) this.#permute()
    }
    return out
  }

  /** Byte by byte, but without going through the fields for each: half of the time otherwise. */
  #absorb(data: Uint8Array): void {
    const state = this.#state
    for (let from = 0; from < data.length; ) {
      const start = this.#position
      const take = Math.min(RATE - start, data.length - from)
      for (let i = 0; i < take; i++) state[start + i]! ^= data[from + i]!
      from += take
      this.#position = start + take
      if (this.#position === RATE) this.#permute()
    }
  }
  #permute(): void {
    this.#state[this.#position]! ^= this.#begin
    this.#state[this.#position + 1]! ^= 4
    this.#state[RATE + 1]! ^= 128
    keccakF1600(this.#lanes)
    this.#position = 0
    this.#begin = 0
  }
  #operation(flags: number, more: boolean): void {
    if (more) {
      if (flags !== this.#flags) throw new TypeError('a STROBE operation continues another one')
      return
    }
    const previous = this.#begin
    this.#begin = this.#position + 1
    this.#flags = flags
    const head = this.#head
    head[0] = previous
    head[1] = flags
    this.#absorb(head)
    if ((flags & FLAG_C) !== 0 && this.#position !== 0) this.#permute()
  }
}
