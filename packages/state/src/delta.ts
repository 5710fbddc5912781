import type { StateKey } from '@cess/primitives'
import {
  CHILD_PREFIX,
  type Change,
  findValue,
  type Link,
  type NodeSource,
  type Ref,
  type StateVersion,
  type Update,
  updateTrie,
} from '@cess/trie'
import type { LayerChange } from './layer.ts'

/** Changes to the main trie and to child tries by name, each sorted by key. */
export interface Delta {
  readonly main: readonly LayerChange[]
  readonly children: readonly (readonly [name: StateKey, changes: readonly LayerChange[]])[]
}

const childKey = (name: StateKey): StateKey => `${CHILD_PREFIX}${name}` as StateKey

/** The root of a child trie as the main trie anchors it. */
export function childRoot(
  source: NodeSource,
  main: Ref | undefined,
  name: StateKey,
): Ref | undefined {
  const value = findValue(source, main, childKey(name))
  return value?.kind === 'nested' ? value.root : undefined
}

/** The trie with these changes: child tries first, then their roots with the changes of the main trie. */
export function applyDelta(
  source: NodeSource,
  root: Ref | undefined,
  { main, children }: Delta,
  version: StateVersion,
): Update {
  const removed: Link[] = []
  const anchors: Change[] = []
  for (const [name, changes] of children) {
    const old = childRoot(source, root, name)
    const update = updateTrie(source, old, changes, version)
    if (update.root === old) continue
    removed.push(...update.removed)
    anchors.push([childKey(name), update.root && { kind: 'nested', root: update.root }])
  }
  const all: Change[] =
    anchors.length === 0 ? [...main] : [...main, ...anchors].sort(([a], [b]) => (a < b ? -1 : 1))
  const update = updateTrie(source, root, all, version)
  for (const link of removed) update.removed.push(link)
  return update
}
