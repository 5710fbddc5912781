/** For each bit, whether at least half of the digests have it set (ISO 24138, algorithm SimHash). Digests have one length. */
export function simhash(digests: readonly Uint8Array[]): Uint8Array {
  const length = digests[0]!.length
  const counts = new Uint32Array(8 * length)
  for (const digest of digests)
    for (let i = 0; i < counts.length; i++) counts[i]! += (digest[i >> 3]! >> (7 - (i & 7))) & 1
  return majority(counts, digests.length)
}

/** SimHash of 32-bit numbers, big-endian: 4 bytes, zeros for none. */
export function simhashOfWords(words: Int32Array): Uint8Array {
  if (words.length === 0) return new Uint8Array(4)
  const counts = new Uint32Array(32)
  for (const word of words) for (let i = 0; i < 32; i++) counts[i]! += (word >>> (31 - i)) & 1
  return majority(counts, words.length)
}

function majority(counts: Uint32Array, of: number): Uint8Array {
  const bytes = new Uint8Array(counts.length / 8)
  counts.forEach((count, i) => {
    if (2 * count >= of) bytes[i >> 3]! |= 128 >> (i & 7)
  })
  return bytes
}

/** Runs of `width` elements, one for each place; the whole when there are fewer. */
export const windows = <T extends { slice(from: number, to: number): T; readonly length: number }>(
  all: T,
  width: number,
): T[] =>
  Array.from({ length: Math.max(all.length - width + 1, 1) }, (_, i) => all.slice(i, i + width))
