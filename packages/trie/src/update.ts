import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import { rootHash } from './encode.ts'
import { matching, nibbleAt, nibbleCount, nibbles, sharedNibbles } from './nibbles.ts'
import {
  hashOf,
  isHash,
  LEAF,
  type Link,
  linkTo,
  load,
  makeNode,
  type Nested,
  type Node,
  type NodeSource,
  type Ref,
  type Value,
} from './node.ts'

/** State version: 1 keeps values of 33 bytes and more beside their nodes (sp_core TRIE_VALUE_NODE_THRESHOLD). */
export type StateVersion = 0 | 1
const VALUE_NODE_FROM = 33

/** A key and its new value; undefined deletes it. */
export type Change = readonly [key: StateKey, value: Uint8Array | Nested | undefined]

export interface Update {
  /** The new trie, undefined when it is empty. What did not change are the old links. */
  readonly root: Ref | undefined
  /** Stored nodes and values that the old trie had and the new one does not. */
  readonly removed: Link[]
}

interface Pass {
  readonly source: NodeSource
  readonly version: StateVersion
  readonly changes: readonly Change[]
  readonly removed: Link[]
}

function makeValue(pass: Pass, value: Uint8Array | Nested): Value {
  if (!(value instanceof Uint8Array)) return value
  if (pass.version === 0 || value.length < VALUE_NODE_FROM) return { kind: 'inline', bytes: value }
  return { kind: 'hashed', link: linkTo(blake2b256(value)), value }
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'hashed') return b.kind === 'hashed' && isHash(a.link, hashOf(b.link))
  if (b.kind === 'hashed') return false
  // A nested root stays the same only as the same trie: an equal one may be stored elsewhere.
  if (a.kind === 'nested') return b.kind === 'nested' && a.root === b.root
  if (b.kind === 'nested' || a.bytes.length !== b.bytes.length) return false
  for (let i = 0; i < a.bytes.length; i++) if (a.bytes[i] !== b.bytes[i]) return false
  return true
}

function dropValue(pass: Pass, value: Value | undefined): void {
  if (value?.kind !== 'hashed') return
  // A value at hand without a place of its own was never stored, or is stored with its node.
  if (value.link.id !== 0 || !value.value) pass.removed.push(value.link)
}

/** The end of the run of changes from `from` whose key has the same nibble at `depth`. */
function runEnd(pass: Pass, from: number, hi: number, depth: number): number {
  const nibble = nibbleAt(pass.changes[from]![0], depth)
  let end = from + 1
  while (end < hi && nibbleAt(pass.changes[end]![0], depth) === nibble) end++
  return end
}

/** A trie of nothing but changes `lo` to `hi`. */
function build(pass: Pass, lo: number, hi: number, depth: number): Node | undefined {
  const { changes } = pass
  // Deletions of what is not there.
  while (lo < hi && changes[lo]![1] === undefined) lo++
  while (lo < hi && changes[hi - 1]![1] === undefined) hi--
  if (lo === hi) return undefined
  const [first, firstValue] = changes[lo]!
  if (hi - lo === 1)
    return makeNode(nibbles(first, depth, nibbleCount(first)), makeValue(pass, firstValue!), LEAF)
  const end = sharedNibbles(first, changes[hi - 1]![0])
  let value: Value | undefined
  if (nibbleCount(first) === end) {
    value = makeValue(pass, firstValue!)
    lo++
  }
  const children = new Array<Ref | undefined>(16).fill(undefined)
  for (let at = lo; at < hi; ) {
    const to = runEnd(pass, at, hi, end)
    children[nibbleAt(changes[at]![0], end)] = build(pass, at, to, end + 1)
    at = to
  }
  return settle(pass, nibbles(first, depth, end), value, children)
}

/** A node of these parts in its one right form: no branch without children, none with a child and nothing else. */
function settle(
  pass: Pass,
  partial: Uint8Array,
  value: Value | undefined,
  children: readonly (Ref | undefined)[],
): Node | undefined {
  let count = 0
  let only = 0
  for (let i = 0; i < children.length; i++)
    if (children[i]) {
      count++
      only = i
    }
  if (count === 0) return value && makeNode(partial, value, LEAF)
  if (count > 1 || value) return makeNode(partial, value, children)
  const ref = children[only]!
  const child = load(pass.source, ref)
  if (ref.kind === 'link') pass.removed.push(ref)
  const joined = new Uint8Array(partial.length + 1 + child.partial.length)
  joined.set(partial)
  joined[partial.length] = only
  joined.set(child.partial, partial.length + 1)
  return makeNode(joined, child.value, child.children)
}

/** Changes that all pass through the whole partial key of `node`. */
function through(pass: Pass, ref: Ref, node: Node, lo: number, hi: number, depth: number) {
  const { changes } = pass
  const end = depth + node.partial.length
  let { value } = node
  let changed = false
  if (nibbleCount(changes[lo]![0]) === end) {
    const next = changes[lo]![1]
    const made = next && makeValue(pass, next)
    if (made ? !value || !sameValue(value, made) : value) {
      dropValue(pass, value)
      value = made
      changed = true
    }
    lo++
  }
  let children: (Ref | undefined)[] | undefined
  for (let at = lo; at < hi; ) {
    const to = runEnd(pass, at, hi, end)
    const index = nibbleAt(changes[at]![0], end)
    const old = node.children[index]
    const next = update(pass, old, at, to, end + 1)
    if (next !== old) {
      children ??= node.children.length > 0 ? node.children.slice() : new Array(16).fill(undefined)
      children[index] = next
      changed = true
    }
    at = to
  }
  if (!changed) return ref
  if (ref.kind === 'link') pass.removed.push(ref)
  return settle(pass, node.partial, value, children ?? node.children)
}

/** Changes of which some leave the node's key at its nibble `shared`. */
function split(
  pass: Pass,
  ref: Ref,
  node: Node,
  lo: number,
  hi: number,
  depth: number,
  shared: number,
): Ref | undefined {
  const { changes } = pass
  const end = depth + shared
  const kept = node.partial[shared]!
  let value: Value | undefined
  if (nibbleCount(changes[lo]![0]) === end) {
    const next = changes[lo]![1]
    value = next && makeValue(pass, next)
    lo++
  }
  const children = new Array<Ref | undefined>(16).fill(undefined)
  let forks = value !== undefined
  let keptFrom = lo
  let keptTo = lo
  for (let at = lo; at < hi; ) {
    const to = runEnd(pass, at, hi, end)
    const index = nibbleAt(changes[at]![0], end)
    if (index === kept) {
      keptFrom = at
      keptTo = to
    } else {
      const child = build(pass, at, to, end + 1)
      children[index] = child
      forks ||= child !== undefined
    }
    at = to
  }
  // Only deletions of what is not there left the way.
  if (!forks) return keptFrom < keptTo ? update(pass, ref, keptFrom, keptTo, depth) : ref
  if (ref.kind === 'link') pass.removed.push(ref)
  const rest = makeNode(node.partial.subarray(shared + 1), node.value, node.children)
  children[kept] = keptFrom < keptTo ? update(pass, rest, keptFrom, keptTo, end + 1) : rest
  return settle(pass, node.partial.subarray(0, shared), value, children)
}

function update(
  pass: Pass,
  ref: Ref | undefined,
  lo: number,
  hi: number,
  depth: number,
): Ref | undefined {
  if (!ref) return build(pass, lo, hi, depth)
  const node = load(pass.source, ref)
  const { partial } = node
  const { changes } = pass
  // Keys are sorted: what first and last share with the partial key, all between share.
  const shared = Math.min(
    matching(partial, changes[lo]![0], depth),
    matching(partial, changes[hi - 1]![0], depth),
  )
  return shared === partial.length
    ? through(pass, ref, node, lo, hi, depth)
    : split(pass, ref, node, lo, hi, depth, shared)
}

/**
 * Applies changes, sorted by key and each key once, to a trie, touching only nodes on their way. The old trie stays
 * whole; an Update that equals the old trie is the old root itself.
 * Cost: one load and one new node for each old node on the way, hashing when the new root's hash is first asked for.
 */
export function updateTrie(
  source: NodeSource,
  root: Ref | undefined,
  changes: readonly Change[],
  version: StateVersion,
): Update {
  if (changes.length === 0) return { root, removed: [] }
  const pass: Pass = { source, version, changes, removed: [] }
  return { root: update(pass, root, 0, changes.length, 0), removed: pass.removed }
}

const nothing: NodeSource = {
  node: () => {
    throw new RangeError('a new trie has no stored nodes')
  },
  value: () => {
    throw new RangeError('a new trie has no stored values')
  },
}

/** A trie of these entries, in any order; of a key that comes twice the last counts. */
export function buildTrie(
  entries: Iterable<readonly [StateKey, Uint8Array]>,
  version: StateVersion,
): Ref | undefined {
  const sorted = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1))
  return updateTrie(nothing, undefined, sorted, version).root
}

/** Root hash of a trie of these entries. */
export const trieRoot = (
  entries: Iterable<readonly [StateKey, Uint8Array]>,
  version: StateVersion,
): Uint8Array => rootHash(buildTrie(entries, version))
