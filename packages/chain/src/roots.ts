import { type Hash, toHex, ZERO_HASH } from '@cess/bytes'
import type { Extrinsic, Header, StateKey } from '@cess/primitives'
import { bytes, compact, encode, u32 } from '@cess/scale'
import { trieRoot } from '@cess/trie'

const index = compact(u32)
const latin1 = (raw: Uint8Array): StateKey => String.fromCharCode(...raw) as StateKey

/**
 * Root over `Compact(i) → length-prefixed extrinsic`, always with trie version 0
 * (sp_runtime::traits::Hash::ordered_trie_root, RFC-0042).
 */
export const extrinsicsRoot = (body: readonly Extrinsic[]): Hash =>
  toHex(
    trieRoot(
      body.map((xt, i) => [latin1(encode(index, i)), encode(bytes, xt)] as const),
      0,
    ),
  ) as Hash

/** Block 0 over this state. */
export const genesisHeader = (stateRoot: Hash): Header => ({
  parentHash: ZERO_HASH,
  number: 0,
  stateRoot,
  extrinsicsRoot: extrinsicsRoot([]),
  digest: { logs: [] },
})
