import { TrieError } from './errors.ts'
import { LEAF, type Link, makeNode, type Node, type Ref, type Value } from './node.ts'

const bad = (why: string): TrieError =>
  new TrieError(
    'BAD_NODE',
    `These bytes are no trie node: ${why}. Whoever sent them is broken or lies.`,
  )

interface Cursor {
  readonly bytes: Uint8Array
  readonly end: number
  at: number
}

function take(c: Cursor, length: number): number {
  const { at } = c
  if (length > c.end - at) throw bad('they end too early')
  c.at = at + length
  return at
}

const byte = (c: Cursor): number => c.bytes[take(c, 1)]!

/** A length as Compact<u32>, in its shortest form. */
function compact(c: Cursor): number {
  const first = byte(c)
  const mode = first & 3
  if (mode === 0) return first >> 2
  if (mode === 1) {
    const value = (first >> 2) | (byte(c) << 6)
    if (value < 64) throw bad('a length is longer than needed')
    return value
  }
  if (mode === 3) throw bad('a length of a gigabyte')
  const at = take(c, 3)
  const [b1, b2, b3] = [c.bytes[at]!, c.bytes[at + 1]!, c.bytes[at + 2]!]
  const value = (first >> 2) + b1 * 2 ** 6 + b2 * 2 ** 14 + b3 * 2 ** 22
  if (value < 16384) throw bad('a length is longer than needed')
  return value
}

type Shape = { readonly branch: boolean; readonly value: 'none' | 'inline' | 'hashed' }

function shape(first: number): Shape & { readonly max: number } {
  if (first >= 0xc0) return { branch: true, value: 'inline', max: 0x3f }
  if (first >= 0x80) return { branch: true, value: 'none', max: 0x3f }
  if (first >= 0x40) return { branch: false, value: 'inline', max: 0x3f }
  if (first >= 0x20) return { branch: false, value: 'hashed', max: 0x1f }
  if (first >= 0x10) return { branch: true, value: 'hashed', max: 0x0f }
  throw bad(`its header is ${first}`)
}

function partial(c: Cursor, first: number, max: number): Uint8Array {
  let count = first & max
  if (count === max)
    for (let more = 255; more === 255; count += more) {
      more = byte(c)
      if (count > c.end * 2) throw bad('its key is longer than all of it')
    }
  let at = take(c, (count + 1) >> 1)
  const out = new Uint8Array(count)
  let i = 0
  if (count & 1) {
    const single = c.bytes[at++]!
    if (single > 15) throw bad('an odd key is not padded with zero')
    out[i++] = single
  }
  for (; i < count; i += 2) {
    const pair = c.bytes[at++]!
    out[i] = pair >> 4
    out[i + 1] = pair & 15
  }
  return out
}

const link = (c: Cursor): Link => ({ kind: 'link', bytes: c.bytes, at: take(c, 32), id: 0 })

function value(c: Cursor, form: Shape['value']): Value | undefined {
  if (form === 'none') return undefined
  if (form === 'hashed') return { kind: 'hashed', link: link(c), value: undefined }
  const length = compact(c)
  const at = take(c, length)
  return { kind: 'inline', bytes: c.bytes.subarray(at, at + length) }
}

function child(c: Cursor): Ref {
  const length = compact(c)
  if (length === 32) return link(c)
  if (length > 32) throw bad('a child is longer than a hash')
  const at = take(c, length)
  return decodeWhole(c.bytes, at, at + length)
}

function node(c: Cursor): Node {
  const start = c.at
  const first = byte(c)
  const { branch, value: form, max } = shape(first)
  const key = partial(c, first, max)
  if (!branch) {
    const leaf = makeNode(key, value(c, form), LEAF)
    leaf.encoded = c.bytes.subarray(start, c.at)
    return leaf
  }
  const at = take(c, 2)
  const bitmap = c.bytes[at]! | (c.bytes[at + 1]! << 8)
  if (bitmap === 0) throw bad('a branch without children')
  if (form === 'none' && (bitmap & (bitmap - 1)) === 0)
    throw bad('a branch with nothing but one child')
  const own = value(c, form)
  const children = new Array<Ref | undefined>(16).fill(undefined)
  for (let i = 0; i < 16; i++) if (bitmap & (1 << i)) children[i] = child(c)
  const made = makeNode(key, own, children)
  made.encoded = c.bytes.subarray(start, c.at)
  return made
}

function decodeWhole(bytes: Uint8Array, from: number, to: number): Node {
  const c: Cursor = { bytes, at: from, end: to }
  const made = node(c)
  if (c.at !== to) throw bad(`${to - c.at} bytes follow it`)
  return made
}

/**
 * The node that these bytes spell; it keeps views on them. Bytes may come from anyone.
 * @throws TrieError BAD_NODE
 */
export const decodeNode = (bytes: Uint8Array): Node => decodeWhole(bytes, 0, bytes.length)

/** The node at the beginning of `bytes`, which may go on (`node.encoded.length` says from where). @throws TrieError BAD_NODE */
export const decodeFirst = (bytes: Uint8Array): Node => node({ bytes, at: 0, end: bytes.length })
