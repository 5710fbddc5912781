import { fromHex, type Hash } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import {
  buildTrie,
  linkTo,
  newNodes,
  type StateVersion,
  sourceByHash,
  storedBytes,
} from '@cess/trie'
import { createView, type StateView } from './view.ts'

/**
 * The state of block 0 in memory, from what the chain specification says: it is read and proven long after it was pruned,
 * for those who trust nothing but the genesis hash.
 */
export function genesisView(
  root: Hash,
  entries: Iterable<readonly [StateKey, Uint8Array]>,
  version: StateVersion,
): StateView {
  const stored = new Map<string, Uint8Array>()
  for (const made of newNodes(buildTrie(entries, version))) {
    const bytes = storedBytes(made)
    stored.set(blake2b256(bytes).toHex(), bytes)
  }
  const source = sourceByHash((hash) => stored.get(hash.toHex()))
  return createView(root, stored.size === 0 ? undefined : linkTo(fromHex(root)), source)
}
