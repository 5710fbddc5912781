import { toHex } from '@cess/bytes'
import type { StateKey } from '@cess/primitives'
import type { TrieView } from '@cess/state'
import { RpcError } from '../errors.ts'
import type { Params } from '../params.ts'
import { KEY_BYTES, keyHex, latin1 } from './keys.ts'

/** Keys of one page, and of one call that has no pages. */
export const PAGE = 1000
export const ALL_KEYS = 10_000

const BAD_COUNT = 4002

export const hexOrNull = (value: Uint8Array | undefined): string | null =>
  value === undefined ? null : toHex(value)

/** @throws RpcError 4002 rather than leaving some out */
export function allKeys(trie: TrieView, prefix: StateKey): readonly StateKey[] {
  const keys = trie.keys(prefix, ALL_KEYS + 1)
  if (keys.length > ALL_KEYS)
    throw new RpcError(BAD_COUNT, `More than ${ALL_KEYS} keys; ask for them page by page`)
  return keys
}

/** Keys by the parameters `prefix, count, startKey`, the first of which has this index. */
export function pageOf(trie: TrieView, params: Params, index: number): string[] {
  const prefix = latin1(params.optionalBytes(index, 'prefix', KEY_BYTES) ?? new Uint8Array())
  const count = params.integer(index + 1, 'count', 2 ** 32 - 1)
  if (count > PAGE)
    throw new RpcError(BAD_COUNT, `count exceeds maximum value. value: ${count}, max: ${PAGE}`)
  const start = params.optionalBytes(index + 2, 'start key', KEY_BYTES)
  return trie.keys(prefix, count, start && latin1(start)).map(keyHex)
}
