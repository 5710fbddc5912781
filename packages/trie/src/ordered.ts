import type { StateKey } from '@cess/primitives'
import { compact, encode, u32 } from '@cess/scale'
import { type StateVersion, trieRoot } from './update.ts'

const index = compact(u32)

/** Root hash over `Compact(i) → items[i]` (sp_trie ordered_trie_root): how a list, such as a block's extrinsics, is committed to. */
export const orderedTrieRoot = (items: readonly Uint8Array[], version: StateVersion): Uint8Array =>
  trieRoot(
    items.map((item, i) => [String.fromCharCode(...encode(index, i)) as StateKey, item] as const),
    version,
  )
