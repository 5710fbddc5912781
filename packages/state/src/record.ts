import { concat } from '@cess/bytes'
import { decodeFirst, encodeNode, makeNode, type Node } from '@cess/trie'
import { getId, ID_BYTES, putId } from './keys.ts'

/**
 * A stored node: its trie encoding, then the ids of what the encoding names by hash: its children in order, then its
 * value. A value with id 0 follows right there; after an inline value the id is that of the child trie it anchors.
 */
export function writeRecord(node: Node): Uint8Array {
  const encoded = encodeNode(node)
  const { value } = node
  const ids: number[] = []
  for (const child of node.children) if (child?.kind === 'link') ids.push(child.id)
  let tail: Uint8Array | undefined
  if (value?.kind === 'hashed') {
    ids.push(value.link.id)
    if (value.link.id === 0) tail = value.value
  }
  if (value?.kind === 'nested' && value.root.kind === 'link') ids.push(value.root.id)
  if (ids.length === 0) return encoded
  const out = new Uint8Array(ids.length * ID_BYTES)
  for (let i = 0; i < ids.length; i++) putId(out, i * ID_BYTES, ids[i]!)
  return tail ? concat(encoded, out, tail) : concat(encoded, out)
}

/** The node in a record. It keeps views on the bytes. */
export function readRecord(record: Uint8Array): Node {
  const node = decodeFirst(record)
  const { value, children } = node
  let at = node.encoded!.length
  for (const child of children)
    if (child?.kind === 'link') {
      child.id = getId(record, at)
      at += ID_BYTES
    }
  if (value?.kind === 'hashed') {
    value.link.id = getId(record, at)
    if (value.link.id === 0) value.value = record.subarray(at + ID_BYTES)
  }
  if (value?.kind !== 'inline' || at === record.length) return node
  const root = { kind: 'link', bytes: value.bytes, at: 0, id: getId(record, at) } as const
  const anchor = makeNode(node.partial, { kind: 'nested', root }, children)
  anchor.encoded = node.encoded
  return anchor
}
