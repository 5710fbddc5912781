import type { BatchOp, KeyValueStore } from '@cess/ports'
import {
  encodeNode,
  isInline,
  type Link,
  linkTo,
  makeNode,
  type Node,
  type NodeSource,
  type Ref,
  rootHash,
  type Value,
} from '@cess/trie'
import { createCache } from './cache.ts'
import { StateError } from './errors.ts'
import { nodeKey, put } from './keys.ts'
import { readRecord, writeRecord } from './record.ts'

/** Longest value that is stored with its node; longer ones are not written again each time their node changes. */
const EMBEDDED = 512

/** Share of the cache that decoded nodes get; long values have the rest. */
const NODE_SHARE = 2 / 3
/** What a decoded node takes beyond its record, and for each byte of it. */
const NODE_WEIGHT = 200
const BYTE_WEIGHT = 3

/** Nodes by id, in the store or in memory. */
export interface NodeStore extends NodeSource {
  /**
   * Gives everything new under `root` a place. Ids count up from `firstId`.
   * Nothing is changed: the same trie can be placed again elsewhere.
   */
  place(root: Ref | undefined, firstId: number): Placed
}

interface Placed {
  readonly root: Link | undefined
  readonly ops: BatchOp[]
  /** The id after the last one given. */
  readonly nextId: number
}

const gone = (link: Link): StateError =>
  new StateError(
    'UNKNOWN_STATE',
    `Node ${link.id} of this state is not in the database: the state is pruned. Ask for a later block.`,
  )

/** `cacheBytes` is what decoded nodes and values may take of the memory, to within a tenth. */
export function createNodeStore(store: KeyValueStore, cacheBytes: number): NodeStore {
  const nodes = createCache<Node>(cacheBytes * NODE_SHARE)
  const values = createCache<Uint8Array>(cacheBytes * (1 - NODE_SHARE))

  const read = (link: Link): Uint8Array => {
    const bytes = store.get(nodeKey(link.id))
    if (!bytes) throw gone(link)
    return bytes
  }
  const keep = (id: number, node: Node, length: number): void =>
    nodes.set(id, node, NODE_WEIGHT + BYTE_WEIGHT * length)

  function place(root: Ref | undefined, firstId: number): Placed {
    const ops: BatchOp[] = []
    let id = firstId

    const placeValue = (value: Value | undefined): Value | undefined => {
      if (value?.kind === 'nested') return { kind: 'nested', root: placeRoot(value.root) }
      if (value?.kind !== 'hashed' || !value.value || value.value.length <= EMBEDDED) return value
      const link: Link = { ...value.link, id: id++ }
      ops.push(put(nodeKey(link.id), value.value))
      values.set(link.id, value.value, value.value.length)
      return { kind: 'hashed', link, value: undefined }
    }
    const placeNode = (node: Node): number => {
      const children = node.children.map((child) =>
        child?.kind === 'node' && !isInline(child) ? placed(child) : child,
      )
      const stored = makeNode(node.partial, placeValue(node.value), children)
      stored.encoded = encodeNode(node)
      const own = id++
      const record = writeRecord(stored)
      ops.push(put(nodeKey(own), record))
      keep(own, stored, record.length)
      return own
    }
    const placed = (node: Node): Link => linkTo(rootHash(node), placeNode(node))
    const placeRoot = (ref: Ref): Link => (ref.kind === 'link' ? ref : placed(ref))

    return { root: root && placeRoot(root), ops, nextId: id }
  }

  return {
    place,
    node(link) {
      const cached = nodes.get(link.id)
      if (cached) return cached
      const record = read(link)
      const node = readRecord(record)
      keep(link.id, node, record.length)
      return node
    },
    value({ value, link }) {
      if (value) return value
      const cached = values.get(link.id)
      if (cached) return cached
      const bytes = read(link)
      values.set(link.id, bytes, bytes.length)
      return bytes
    },
  }
}
