import { u32le, utf8 } from '@cess/bytes'
import { Strobe128 } from './strobe.ts'

/** A Merlin transcript (merlin.cool): every message is bound to its label, its length and all before it. */
export class Transcript {
  #strobe: Strobe128

  constructor(label: string) {
    this.#strobe = new Strobe128(utf8('Merlin v1.0'))
    this.append('dom-sep', utf8(label))
  }

  append(label: string, message: Uint8Array): void {
    this.#strobe.metaAd(utf8(label), false)
    this.#strobe.metaAd(u32le(message.length), true)
    this.#strobe.ad(message, false)
  }

  /** `length` bytes that depend on everything appended so far; they become part of the transcript. */
  challenge(label: string, length: number): Uint8Array {
    this.#strobe.metaAd(utf8(label), false)
    this.#strobe.metaAd(u32le(length), true)
    return this.#strobe.prf(length)
  }

  clone(): Transcript {
    const copy = new Transcript('')
    copy.#strobe = this.#strobe.clone()
    return copy
  }
}
