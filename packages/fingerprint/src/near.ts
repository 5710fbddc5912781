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

/**
 * An index in memory that looks at every code: 16 bytes each, so a million take 16 MB. Counting bits costs less than
 * what a search tree saves: a million codes take 10 to 20 ms, whatever is looked for (`npm run bench`).
 */
export function createNearIndex(): NearIndex {
  let words = new Uint32Array(1024 * WORDS)
  let keys = new Float64Array(1024)
  const slots = new Map<number, number>()

  function grow(): void {
    const [moreWords, moreKeys] = [
      new Uint32Array(2 * words.length),
      new Float64Array(2 * keys.length),
    ]
    moreWords.set(words)
    moreKeys.set(keys)
    ;[words, keys] = [moreWords, moreKeys]
  }

  return {
    get size() {
      return slots.size
    },
    add(key, body) {
      const code = wordsOf(body)
      const slot = slots.get(key) ?? slots.size
      if (slot === keys.length) grow()
      words.set(code, slot * WORDS)
      keys[slot] = key
      slots.set(key, slot)
    },
    remove(key) {
      const hole = slots.get(key)
      if (hole === undefined) return
      const last = slots.size - 1
      words.copyWithin(hole * WORDS, last * WORDS, (last + 1) * WORDS)
      keys[hole] = keys[last]!
      slots.set(keys[hole], hole)
      slots.delete(key)
    },
    near(body, { most, most128, limit }) {
      const [a, b, c, d] = wordsOf(body) as unknown as [number, number, number, number]
      const found: Near[] = []
      const end = slots.size * WORDS
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
