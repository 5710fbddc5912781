import { type Hash, toHex } from '@cess/bytes'
import type { StateKey } from '@cess/primitives'
import { createRecorder, getValue, type NodeSource, nextKey, type Ref, rootHash } from '@cess/trie'
import { childRoot } from './delta.ts'

/** Where a trie's root is, found through this source. */
type Find = (source: NodeSource) => Ref | undefined

/** The keys and values of one trie; byte arrays are views and not to be changed. */
export interface TrieView {
  get(key: StateKey): Uint8Array | undefined
  /** The first key after `key` in byte order. */
  nextKey(key: StateKey): StateKey | undefined
  /** Keys that begin with `prefix`, `count` at most, from the first one after `start` on. */
  keys(prefix: StateKey, count: number, start?: StateKey): StateKey[]
  entries(prefix?: StateKey): Iterable<readonly [StateKey, Uint8Array]>
  /** Substrate's storage proof of what these keys hold, or that they hold nothing, down from the state root. */
  proof(keys: Iterable<StateKey>): Uint8Array[]
}

/** One state as it was after a block. @throws StateError UNKNOWN_STATE from every method once it is pruned */
export interface StateView extends TrieView {
  readonly root: Hash
  /** Of a child trie that does not exist: an empty one. */
  child(name: StateKey): TrieView & { readonly root: Hash }
}

function trieView(source: NodeSource, main: Ref | undefined, find: Find): TrieView {
  const root = find(source)
  const get = (key: StateKey): Uint8Array | undefined => getValue(source, root, key)
  const next = (key: StateKey): StateKey | undefined => nextKey(source, root, key)
  const first = (prefix: StateKey): StateKey | undefined =>
    get(prefix) === undefined ? next(prefix) : prefix
  return {
    get,
    nextKey: next,
    keys(prefix, count, start) {
      const found: StateKey[] = []
      let key = start === undefined || start < prefix ? first(prefix) : next(start)
      for (; found.length < count && key?.startsWith(prefix); key = next(key)) found.push(key)
      return found
    },
    *entries(prefix = '' as StateKey) {
      for (let key = first(prefix); key?.startsWith(prefix); key = next(key)) yield [key, get(key)!]
    },
    proof(keys) {
      const recorder = createRecorder(source)
      recorder.root(main)
      const recorded = find(recorder)
      for (const key of keys) getValue(recorder, recorded, key)
      return recorder.proof()
    },
  }
}

export function createView(root: Hash, main: Ref | undefined, source: NodeSource): StateView {
  return {
    root,
    ...trieView(source, main, () => main),
    child(name) {
      const find: Find = (through) => childRoot(through, main, name)
      return { root: toHex(rootHash(find(source))) as Hash, ...trieView(source, main, find) }
    },
  }
}
