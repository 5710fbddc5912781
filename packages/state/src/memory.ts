import type { StateKey } from '@cess/primitives'
import { buildTrie, type NodeSource, type StateVersion } from '@cess/trie'
import { createOverlay, type Overlay } from './overlay.ts'

const source: NodeSource = {
  node: () => {
    throw new RangeError('a state in memory has no stored nodes')
  },
  value: (hashed) => hashed.value!,
}

/** A state that lives in memory alone: to write a genesis, and for tests of runtimes. */
export function memoryState(
  entries: Iterable<readonly [StateKey, Uint8Array]> = [],
  version: StateVersion = 1,
): Overlay {
  return createOverlay(buildTrie(entries, version), source, version)
}
