import type { StateKey } from '@cess/primitives'
import {
  type Change,
  hashOf,
  type Link,
  linkTo,
  newNodes,
  type Ref,
  rootHash,
  type StateVersion,
  sourceByHash,
  storedBytes,
  updateTrie,
} from '../../src/index.ts'

export const key = (text: string): StateKey => text as StateKey
export const keyOfHex = (hex: string): StateKey =>
  Buffer.from(hex.replace('0x', ''), 'hex').toString('latin1') as StateKey

export const sorted = (changes: Iterable<Change>): Change[] =>
  [...new Map(Array.from(changes, (c) => [c[0], c])).values()].sort(([a], [b]) => (a < b ? -1 : 1))

/** A trie whose nodes are kept by hash; what is not removed explicitly stays. */
export function hashStore(version: StateVersion) {
  const entries = new Map<string, Uint8Array>()
  const source = sourceByHash((hash) => entries.get(hash.toHex()))
  let root: Link | undefined
  return {
    entries,
    source,
    root: () => root,
    rootHex: () => rootHash(root).toHex(),
    apply(changes: Iterable<Change>) {
      const update = updateTrie(source, root, sorted(changes), version)
      keep(update.root)
      root = update.root && linkTo(rootHash(update.root))
      return update
    },
  }

  function keep(top: Ref | undefined): void {
    for (const made of newNodes(top)) {
      const hash =
        made.kind === 'hashed' ? hashOf(made.link) : made === top ? rootHash(made) : made.hash!
      entries.set(hash.toHex(), storedBytes(made))
    }
  }
}
