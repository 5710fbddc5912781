/** Number of nibbles of a latin1 key. */
export const nibbleCount = (key: string): number => key.length * 2

/** Nibble `i` of a key: high halves first. */
export const nibbleAt = (key: string, i: number): number => {
  const byte = key.charCodeAt(i >> 1)
  return i & 1 ? byte & 15 : byte >> 4
}

/** Nibbles `from` (included) to `to` (excluded) of a key, one a byte. */
export function nibbles(key: string, from: number, to: number): Uint8Array {
  const out = new Uint8Array(to - from)
  for (let i = from; i < to; i++) out[i - from] = nibbleAt(key, i)
  return out
}

/** How many nibbles of `partial` the key has from nibble `depth` on. */
export function matching(partial: Uint8Array, key: string, depth: number): number {
  const end = Math.min(partial.length, nibbleCount(key) - depth)
  let i = 0
  while (i < end && partial[i] === nibbleAt(key, depth + i)) i++
  return i
}

/** How many nibbles two keys share. */
export function sharedNibbles(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  let i = 0
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i++
  return i < end && a.charCodeAt(i) >> 4 === b.charCodeAt(i) >> 4 ? i * 2 + 1 : i * 2
}

/** The key that whole bytes of nibbles spell. */
export function keyOf(path: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(path.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (path[2 * i]! << 4) | path[2 * i + 1]!
  return bytes.toString('latin1')
}
