import { keccakF1600 } from './keccak-f.ts'

/** Rate of STROBE-128 over Keccak-f[1600]: 200 − 2·16 − 2 bytes. */
const RATE = 166
const FLAG_I = 1
const FLAG_A = 2
const FLAG_C = 4
const FLAG_M = 16

/**
 * The part of STROBE v1.0.2 (strobe.sourceforge.io, 128-bit security) that Merlin transcripts use:
 * meta-AD, AD and PRF, with streaming continuation.
 */
export class Strobe128 {
  readonly #state = new Uint8Array(200)
  readonly #lanes = new Uint32Array(this.#state.buffer)
  #position = 0
  #begin = 0
  #flags = 0

  constructor(protocol: Uint8Array) {
    this.#state.set([1, RATE + 2, 1, 0, 1, 96])
    this.#state.set(new TextEncoder().encode('STROBEv1.0.2'), 6)
    keccakF1600(this.#lanes)
    this.metaAd(protocol, false)
  }

  /** An independent copy of everything absorbed so far. */
  clone(): Strobe128 {
    const copy = new Strobe128(new Uint8Array())
    copy.#state.set(this.#state)
    copy.#position = this.#position
    copy.#begin = this.#begin
    copy.#flags = this.#flags
    return copy
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

  #absorb(data: Uint8Array): void {
    for (const byte of data) {
      this.#state[this.#position++]! ^= byte
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
    this.#absorb(Uint8Array.of(previous, flags))
    if ((flags & FLAG_C) !== 0 && this.#position !== 0) this.#permute()
  }
}
