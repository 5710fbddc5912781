import { FingerprintError } from './errors.ts'

/** Bytes of a code that are looked at. */
const BYTES = 16
const WORDS = BYTES / 4

/** A code near the one that was asked for. */
export interface Near {
  readonly key: number
  /** Bits that differ among the first 64, and among the first 128. */
  readonly differing: number
  readonly differing128: number
}

/** Codes of one kind, to find those near another. */
export interface NearIndex {
  readonly size: number
  /** Adds a code, or replaces that of the same key. @throws FingerprintError BAD_INPUT for fewer than 128 bits */
  add(key: number, body: Uint8Array): void
  remove(key: number): void
  /**
   * The nearest codes first, `limit` of them at most, with at most `most` of 64 and `most128` of 128 bits different.
   * @throws FingerprintError BAD_INPUT for fewer than 128 bits
   */
  near(
    body: Uint8Array,
    limits: { readonly most: number; readonly most128: number; readonly limit: number },
  ): Near[]
}

/** Bits of a word that are set. */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function wordsOf(body: Uint8Array): Uint32Array {
  if (body.length < BYTES)
    throw new FingerprintError(
      'BAD_INPUT',
      `A code of ${8 * body.length} bits is too short to be looked for. Make one of at least 128.`,
    )
  const view = new DataView(body.buffer, body.byteOffset)
  return Uint32Array.from({ length: WORDS }, (_, i) => view.getUint32(4 * i))
}

/** At least twice as long, and long enough for `slot`; what is new is -1 or 0. */
function longer<T extends Uint32Array | Int32Array>(array: T, slot: number, fill = 0): T {
  const size = Math.max(2 * array.length, slot + 1)
  const next = (array instanceof Int32Array ? new Int32Array(size) : new Uint32Array(size)) as T
  next.set(array)
  return next.fill(fill, array.length) as T
}

/**
 * An index in memory that looks at every code. Keys are whole numbers counted from 0, such as those of works: a million
 * codes take 24 MB. Counting bits costs less than what a search tree saves: a million codes take 2 to 10 ms, whatever is
 * looked for (`npm run bench`).
 */
export function createNearIndex(): NearIndex {
  let words = new Uint32Array(1024 * WORDS)
  let keys = new Uint32Array(1024)
  /** Where the code of a key is; -1 when there is none. */
  let slots = new Int32Array(1024).fill(-1)
  let size = 0

  return {
    get size() {
      return size
    },
    add(key, body) {
      const code = wordsOf(body)
      if (key >= slots.length) slots = longer(slots, key, -1)
      if (slots[key] === -1) {
        if (size === keys.length) {
          keys = longer(keys, size)
          words = longer(words, size * WORDS)
        }
        keys[size] = key
        slots[key] = size++
      }
      words.set(code, slots[key]! * WORDS)
    },
    remove(key) {
      const hole = slots[key] ?? -1
      if (hole === -1) return
      const last = --size
      words.copyWithin(hole * WORDS, last * WORDS, (last + 1) * WORDS)
      keys[hole] = keys[last]!
      slots[keys[hole]] = hole
      slots[key] = -1
    },
    near(body, { most, most128, limit }) {
      const [a, b, c, d] = wordsOf(body) as unknown as [number, number, number, number]
      const found: Near[] = []
      const end = size * WORDS
      for (let at = 0; at < end; at += WORDS) {
        const differing = ones(words[at]! ^ a) + ones(words[at + 1]! ^ b)
        if (differing > most) continue
        const differing128 = differing + ones(words[at + 2]! ^ c) + ones(words[at + 3]! ^ d)
        if (differing128 <= most128) found.push({ key: keys[at / WORDS]!, differing, differing128 })
      }
      found.sort(
        (x, y) => x.differing - y.differing || x.differing128 - y.differing128 || x.key - y.key,
      )
      return found.slice(0, limit)
    },
  }
}
