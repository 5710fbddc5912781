import { createHash } from 'node:crypto'
import { blake3 } from '@cess/crypto'
import { createTagger, initPodr2, ROW_BYTES, TAG_BYTES, type Tagger } from '@cess/podr2'

await initPodr2()

/** `length` bytes that look random and are always the same for one name. */
export const bytes = (length: number, name: string): Uint8Array =>
  new Uint8Array(createHash('shake256', { outputLength: length }).update(name).digest())

export const alice: Tagger = createTagger(bytes(32, 'alice'))
export const mallory: Tagger = createTagger(bytes(32, 'mallory'))

export interface Stored {
  readonly fragmentId: Uint8Array
  readonly fragment: Uint8Array
  readonly tags: Uint8Array
}

export function store(fragment: Uint8Array, tagger: Tagger = alice): Stored {
  const fragmentId = blake3(fragment)
  return { fragmentId, fragment, tags: tagger.tag(fragmentId, fragment) }
}

export const held = ({ fragmentId, fragment, tags }: Stored, row: number) => ({
  fragmentId,
  row,
  data: fragment.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES),
  tag: tags.subarray(row * TAG_BYTES, (row + 1) * TAG_BYTES),
})

export const seed: Uint8Array = bytes(32, 'seed')

/** A copy with one bit flipped. */
export function flipped(data: Uint8Array, bit: number): Uint8Array {
  const copy = data.slice()
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}
