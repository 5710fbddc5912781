import { u32le, utf8 } from '@cess/bytes'
import { Strobe128 } from './strobe.ts'

const MERLIN = utf8('Merlin v1.0')

/** Labels are words of the programs' own, so there are few; encoding one costs as much as a permutation. */
const labels = new Map<string, Uint8Array>()
function bytesOf(label: string): Uint8Array {
  let bytes = labels.get(label)
  if (!bytes) {
    bytes = utf8(label)
    labels.set(label, bytes)
  }
  return bytes
}

/** A Merlin transcript (merlin.cool): every message is bound to its label, its length and all before it. */
export class Transcript {
  readonly #strobe: Strobe128

  /** Begins a transcript, or goes on as a copy of another one. */
  constructor(from: string | Transcript) {
    this.#strobe = new Strobe128(from instanceof Transcript ? from.#strobe : MERLIN)
    if (!(from instanceof Transcript)) this.append('dom-sep', bytesOf(from))
  }

  append(label: string, message: Uint8Array): void {
    this.#strobe.metaAd(bytesOf(label), false)
    this.#strobe.metaAd(u32le(message.length), true)
    this.#strobe.ad(message, false)
  }

  /** `length` bytes that depend on everything appended so far; they become part of the transcript. */
  challenge(label: string, length: number): Uint8Array {
    this.#strobe.metaAd(bytesOf(label), false)
    this.#strobe.metaAd(u32le(length), true)
    return this.#strobe.prf(length)
  }

  clone(): Transcript {
    return new Transcript(this)
  }
}
