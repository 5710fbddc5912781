import type { StateKey } from '@cess/primitives'
import { rootHash } from './encode.ts'
import { keyOf, matching, nibbleAt, nibbleCount } from './nibbles.ts'
import { load, type Node, type NodeSource, type Ref, type Value } from './node.ts'

/** The value as the trie holds it. */
export function findValue(
  source: NodeSource,
  root: Ref | undefined,
  key: StateKey,
): Value | undefined {
  const count = nibbleCount(key)
  let depth = 0
  for (let ref = root; ref; ) {
    const node = load(source, ref)
    const { partial } = node
    if (matching(partial, key, depth) < partial.length) return undefined
    depth += partial.length
    if (depth === count) return node.value
    ref = node.children[nibbleAt(key, depth)]
    depth++
  }
  return undefined
}

/** The bytes of a value. Views on the node: not to be changed. */
export function valueBytes(source: NodeSource, value: Value): Uint8Array {
  if (value.kind === 'inline') return value.bytes
  if (value.kind === 'nested') return rootHash(value.root)
  return source.value(value)
}

/** The value of a key. Cost: one node for each branching on its way. */
export function getValue(
  source: NodeSource,
  root: Ref | undefined,
  key: StateKey,
): Uint8Array | undefined {
  const value = findValue(source, root, key)
  return value && valueBytes(source, value)
}

function push(path: number[], partial: Uint8Array): void {
  for (const nibble of partial) path.push(nibble)
}

/** Extends `path` to the least key at or below `ref`. */
function least(source: NodeSource, ref: Ref, path: number[]): boolean {
  for (let at: Ref | undefined = ref; at; ) {
    const node: Node = load(source, at)
    push(path, node.partial)
    if (node.value) return true
    const index = node.children.findIndex((child) => child !== undefined)
    path.push(index)
    at = node.children[index]
  }
  return false
}

/** Extends `path` to the least key below `ref` that comes after `key`, if there is one; else leaves it as it was. */
function after(source: NodeSource, ref: Ref, key: StateKey, path: number[]): boolean {
  const node = load(source, ref)
  const { partial, children } = node
  const depth = path.length
  const count = nibbleCount(key)
  const shared = matching(partial, key, depth)
  if (shared < partial.length) {
    // The whole subtree is on one side of the key; a key that ends here comes before it.
    const later = depth + shared === count || partial[shared]! > nibbleAt(key, depth + shared)
    return later && least(source, ref, path)
  }
  push(path, partial)
  const end = path.length
  let from = 0
  if (end < count) {
    from = nibbleAt(key, end)
    const child = children[from]
    if (child) {
      path.push(from)
      if (after(source, child, key, path)) return true
      path.length = end
    }
    from++
  }
  for (let i = from; i < children.length; i++) {
    const child = children[i]
    if (!child) continue
    path.push(i)
    return least(source, child, path)
  }
  path.length = depth
  return false
}

/** The first key after `key` in byte order. */
export function nextKey(
  source: NodeSource,
  root: Ref | undefined,
  key: StateKey,
): StateKey | undefined {
  if (!root) return undefined
  const path: number[] = []
  return after(source, root, key, path) ? (keyOf(path) as StateKey) : undefined
}
