/** For each bit, whether at least half of the digests have it set (ISO 24138 §5.8). Digests have one length. */
export function simhash(digests: readonly Uint8Array[]): Uint8Array {
  const length = digests[0]!.length
  const counts = new Uint32Array(8 * length)
  for (const digest of digests)
    for (let i = 0; i < counts.length; i++) counts[i]! += (digest[i >> 3]! >> (7 - (i & 7))) & 1
  const bytes = new Uint8Array(length)
  counts.forEach((count, i) => {
    if (2 * count >= digests.length) bytes[i >> 3]! |= 128 >> (i & 7)
  })
  return bytes
}

/** Runs of `width` elements, one for each place; the whole when there are fewer. */
export const windows = <T extends { slice(from: number, to: number): T; readonly length: number }>(
  all: T,
  width: number,
): T[] =>
  Array.from({ length: Math.max(all.length - width + 1, 1) }, (_, i) => all.slice(i, i + width))
