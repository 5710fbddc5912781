import { type Hash, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import type { StateView, TrieView } from '@cess/state'
import { invalidParams } from '../../errors.ts'
import type { Params } from '../../params.ts'
import { keyHex, parseKey } from '../keys.ts'
import { closestMerkleValue } from './merkle-value.ts'

/** Queries of one operation; more are given back as discarded. */
const MAX_QUERIES = 256
/** Items, and characters of them, that are sent before the client must ask for more. */
const PAGE_ITEMS = 128
const PAGE_SIZE = 1024 * 1024
/** Keys read at once below a prefix. */
const STEP = 64

const TYPES = [
  'value',
  'hash',
  'closestDescendantMerkleValue',
  'descendantsValues',
  'descendantsHashes',
] as const
type QueryType = (typeof TYPES)[number]

interface Query {
  readonly key: StateKey
  readonly type: QueryType
}
interface Item {
  readonly key: string
  readonly value?: string
  readonly hash?: string
  readonly closestDescendantMerkleValue?: string
}

export interface StorageQueries {
  readonly queries: readonly Query[]
  readonly discarded: number
  /** Name of the child trie that they are about. */
  readonly child: StateKey | undefined
}

/** The parameters of `chainHead_v1_storage` from the third on. @throws RpcError −32602 */
export function readQueries(params: Params): StorageQueries {
  const all = params.array(2, 'items', 65_536)
  const queries = all.slice(0, MAX_QUERIES).map((entry): Query => {
    const { key, type } = (entry ?? {}) as Record<string, unknown>
    if (!TYPES.includes(type as QueryType))
      throw invalidParams(`type of an item must be one of ${TYPES.join(', ')}`)
    return { key: parseKey(key), type: type as QueryType }
  })
  const child = params.has(3) ? parseKey(params.raw[3]) : undefined
  return { queries, discarded: all.length - queries.length, child }
}

type Trie = TrieView & { readonly root: Hash }

function* descendants(open: () => Trie, prefix: StateKey, type: QueryType): Generator<Item> {
  let start: StateKey | undefined
  for (;;) {
    const trie = open()
    const keys: readonly StateKey[] = trie.keys(prefix, STEP, start)
    for (const key of keys) {
      const value = trie.get(key) as Uint8Array
      yield type === 'descendantsValues'
        ? { key: keyHex(key), value: toHex(value) }
        : { key: keyHex(key), hash: toHex(blake2b256(value)) }
    }
    if (keys.length < STEP) return
    start = keys.at(-1)
  }
}

function* answer(open: () => Trie, { key, type }: Query): Generator<Item> {
  const trie = open()
  if (type === 'descendantsValues' || type === 'descendantsHashes')
    return yield* descendants(open, key, type)
  if (type === 'closestDescendantMerkleValue') {
    const value = closestMerkleValue(trie, trie.root, key)
    if (value) yield { key: keyHex(key), closestDescendantMerkleValue: toHex(value) }
    return
  }
  const value = trie.get(key)
  if (!value) return
  yield type === 'value'
    ? { key: keyHex(key), value: toHex(value) }
    : { key: keyHex(key), hash: toHex(blake2b256(value)) }
}

/** Reads what was asked, page by page. */
export function* readStorage(
  chain: Chain,
  at: Hash,
  { queries, child }: StorageQueries,
): Generator<Record<string, unknown>, void> {
  // Opened for each step anew: between two of them the state may be pruned.
  const open = (): Trie => {
    const view: StateView = chain.stateAt(at)
    return child === undefined ? view : view.child(child)
  }
  let items: Item[] = []
  let size = 0
  for (const query of queries)
    for (const item of answer(open, query)) {
      if (items.length === PAGE_ITEMS || size > PAGE_SIZE) {
        yield { event: 'operationStorageItems', items }
        yield { event: 'operationWaitingForContinue' }
        items = []
        size = 0
      }
      items.push(item)
      size += item.value?.length ?? 0
    }
  if (items.length > 0) yield { event: 'operationStorageItems', items }
  yield { event: 'operationStorageDone' }
}
