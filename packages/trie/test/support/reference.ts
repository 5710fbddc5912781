import { blake2b } from '@noble/hashes/blake2.js'

/**
 * The trie as Polkadot's specification words it (definitions 30–35), rebuilt from all entries each time: slow, and it shares no code with
 * the package, not even the hash.
 */
const blake2b256 = (data: Uint8Array): Uint8Array => blake2b(data, { dkLen: 32 })

type Entry = readonly [nibbles: number[], value: Uint8Array]

const compactLength = (n: number): number[] => {
  if (n < 64) return [n << 2]
  if (n < 16384) return [((n << 2) | 1) & 255, n >> 6]
  const word = n * 4 + 2
  return [word & 255, (word >> 8) & 255, (word >> 16) & 255, (word >> 24) & 255]
}

function header(tag: number, bits: number, count: number): number[] {
  const max = 2 ** bits - 1
  if (count < max) return [tag | count]
  const out = [tag | max]
  let rest = count - max
  while (rest >= 255) {
    out.push(255)
    rest -= 255
  }
  return [...out, rest]
}

function packed(nibbles: number[]): number[] {
  const even = nibbles.length % 2 ? [0, ...nibbles] : nibbles
  return Array.from({ length: even.length / 2 }, (_, i) => even[2 * i]! * 16 + even[2 * i + 1]!)
}

function encodeNode(entries: readonly Entry[], depth: number, version: number): Uint8Array {
  const [[first]] = entries as [Entry, ...Entry[]]
  let end = first.length
  for (const [nibbles] of entries) {
    let shared = depth
    while (shared < Math.min(end, nibbles.length) && nibbles[shared] === first[shared]) shared++
    end = shared
  }
  const partial = first.slice(depth, end)
  const own = entries.find(([nibbles]) => nibbles.length === end)?.[1]
  const children = Array.from({ length: 16 }, (_, i) =>
    entries.filter(([nibbles]) => nibbles.length > end && nibbles[end] === i),
  )
  const isLeaf = entries.length === 1
  const hashed = own !== undefined && version === 1 && own.length > 32
  const [tag, bits] = isLeaf
    ? hashed
      ? [0x20, 5]
      : [0x40, 6]
    : hashed
      ? [0x10, 4]
      : [own ? 0xc0 : 0x80, 6]
  const out = [...header(tag!, bits!, partial.length), ...packed(partial)]
  if (!isLeaf) {
    const bitmap = children.reduce((bits, child, i) => (child.length ? bits | (1 << i) : bits), 0)
    out.push(bitmap & 255, bitmap >> 8)
  }
  if (own) out.push(...(hashed ? blake2b256(own) : [...compactLength(own.length), ...own]))
  for (const child of children) {
    if (isLeaf || child.length === 0) continue
    const node = encodeNode(child, end + 1, version)
    const merkle = node.length < 32 ? node : blake2b256(node)
    out.push(...compactLength(merkle.length), ...merkle)
  }
  return Uint8Array.from(out)
}

/** Root hash of a trie of these latin1 keys, in hex. */
export function referenceRoot(
  entries: Iterable<readonly [string, Uint8Array]>,
  version: number,
): string {
  const all = Array.from(entries, ([key, value]): Entry => {
    const nibbles = Array.from(key, (c) => [c.charCodeAt(0) >> 4, c.charCodeAt(0) & 15]).flat()
    return [nibbles, value]
  })
  return blake2b256(all.length ? encodeNode(all, 0, version) : Uint8Array.of(0)).toHex()
}
