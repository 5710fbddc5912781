import { blake2b256 } from '@cess/crypto'
import type { Node, Ref } from './node.ts'

/** Nodes shorter than this stand in their parent; others are named by their hash. */
const HASHED_FROM = 32

let scratch = new Uint8Array(4096)

function room(length: number): Uint8Array {
  if (scratch.length < length) scratch = new Uint8Array(length * 2)
  return scratch
}

/** Bits of the header's first byte: `01` leaf, `10` branch, `11` branch with value, `001` leaf and `0001` branch with hashed value. */
function header(node: Node): { readonly tag: number; readonly max: number } {
  const hashed = node.value?.kind === 'hashed'
  if (node.children.length === 0)
    return hashed ? { tag: 0x20, max: 0x1f } : { tag: 0x40, max: 0x3f }
  if (hashed) return { tag: 0x10, max: 0x0f }
  return node.value ? { tag: 0xc0, max: 0x3f } : { tag: 0x80, max: 0x3f }
}

function putHeader(out: Uint8Array, node: Node): number {
  const { tag, max } = header(node)
  let rest = node.partial.length
  if (rest < max) {
    out[0] = tag | rest
    return 1
  }
  out[0] = tag | max
  let at = 1
  for (rest -= max; rest >= 255; rest -= 255) out[at++] = 255
  out[at++] = rest
  return at
}

/** An odd first nibble stands alone, then pairs. */
function putPartial(out: Uint8Array, at: number, partial: Uint8Array): number {
  let i = 0
  if (partial.length & 1) out[at++] = partial[i++]!
  for (; i < partial.length; i += 2) out[at++] = (partial[i]! << 4) | partial[i + 1]!
  return at
}

function putCompact(out: Uint8Array, at: number, value: number): number {
  if (value < 64) out[at++] = value << 2
  else if (value < 16384) {
    out[at++] = ((value << 2) | 1) & 255
    out[at++] = value >> 6
  } else {
    if (value >= 1 << 30) throw new RangeError('a value of a gigabyte does not fit in a trie node')
    const word = value * 4 + 2
    for (let shift = 0; shift < 32; shift += 8) out[at++] = (word >>> shift) & 255
  }
  return at
}

function putCopy(out: Uint8Array, at: number, bytes: Uint8Array, from: number, length: number) {
  for (let i = 0; i < length; i++) out[at + i] = bytes[from + i]!
  return at + length
}

/** What a parent holds of a child: its hash, or all of it when it is short. */
function putRef(out: Uint8Array, at: number, ref: Ref): number {
  if (ref.kind === 'link') {
    out[at] = 32 << 2
    return putCopy(out, at + 1, ref.bytes, ref.at, 32)
  }
  const bytes = ref.hash ?? ref.encoded!
  out[at] = bytes.length << 2
  return putCopy(out, at + 1, bytes, 0, bytes.length)
}

function putValue(out: Uint8Array, at: number, node: Node): number {
  const { value } = node
  if (!value) return at
  if (value.kind === 'hashed') return putCopy(out, at, value.link.bytes, value.link.at, 32)
  const bytes = value.kind === 'inline' ? value.bytes : rootHash(value.root)
  const start = putCompact(out, at, bytes.length)
  out.set(bytes, start)
  return start + bytes.length
}

function encode(node: Node): Uint8Array {
  const { partial, value, children } = node
  for (const child of children) if (child?.kind === 'node') seal(child)
  if (value?.kind === 'nested') rootHash(value.root)
  const inline = value?.kind === 'inline' ? value.bytes.length : 32
  const out = room(16 + 2 * partial.length + inline + 33 * children.length)
  let at = putPartial(out, putHeader(out, node), partial)
  const bitmapAt = at
  if (children.length > 0) at += 2
  at = putValue(out, at, node)
  let bitmap = 0
  for (let i = 0; i < children.length; i++) {
    const child = children[i]
    if (!child) continue
    bitmap |= 1 << i
    at = putRef(out, at, child)
  }
  if (children.length > 0) {
    out[bitmapAt] = bitmap & 255
    out[bitmapAt + 1] = bitmap >> 8
  }
  return out.slice(0, at)
}

/** The node's bytes, and those of everything below it that has none yet. */
export function encodeNode(node: Node): Uint8Array {
  node.encoded ??= encode(node)
  return node.encoded
}

/** Encodes, and hashes unless the node stands in its parent. */
function seal(node: Node): void {
  const { length } = encodeNode(node)
  if (length >= HASHED_FROM) node.hash ??= blake2b256(node.encoded!)
}

/** Whether this node is part of its parent's bytes. */
export const isInline = (node: Node): boolean => encodeNode(node).length < HASHED_FROM

/** blake2-256 of the empty trie's one byte. */
export const EMPTY_ROOT: Uint8Array = blake2b256(Uint8Array.of(0))

/** The hash that names a whole trie. Roots are hashed however short they are. */
export function rootHash(root: Ref | undefined): Uint8Array {
  if (!root) return EMPTY_ROOT
  if (root.kind === 'link') return root.bytes.subarray(root.at, root.at + 32)
  const encoded = encodeNode(root)
  // A short root keeps no hash of its own: as somebody's child it would be inline.
  if (encoded.length < HASHED_FROM) return blake2b256(encoded)
  root.hash ??= blake2b256(encoded)
  return root.hash
}
