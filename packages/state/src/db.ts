import { EMPTY, fromHex, type Hash, toHex, ZERO_HASH } from '@cess/bytes'
import type { BatchOp, KeyValueStore } from '@cess/ports'
import type { StateKey } from '@cess/primitives'
import { buildTrie, CHILD_PREFIX, createRecorder, rootHash, type StateVersion } from '@cess/trie'
import { StateError } from './errors.ts'
import { genesisView } from './genesis.ts'
import { blockKey, del, lineKey, metaKey, nodeKey, openKey, put, removedKey } from './keys.ts'
import { createNodeStore } from './nodes.ts'
import { createOverlay, type Overlay, type StateChanges } from './overlay.ts'
import {
  type BlockState,
  decodeIds,
  encodeBlock,
  encodeHashes,
  encodeIds,
  encodeMeta,
  loadMeta,
  loadRegistry,
  loadState,
  type Meta,
} from './registry.ts'
import { createView, type StateView } from './view.ts'

/** Final states that an archive keeps in reach without a look at the disk. */
const ARCHIVE_WINDOW = 256
const CACHE_BYTES = 48 * 1024 * 1024

export interface StateDbOptions {
  /** How many final blocks keep their state, one at least; `'archive'` keeps all. */
  readonly pruning: number | 'archive'
  /** Of values that are written from now on. */
  readonly version: StateVersion
  /** Memory for what was read lately, in bytes. Default 48 MiB. */
  readonly cacheBytes?: number
}

/** An overlay that notes what it reads. */
export interface RecordedOverlay {
  readonly overlay: Overlay
  /** Substrate's storage proof of everything read so far: a light client runs the same call on it. */
  proof(): Uint8Array[]
}

/**
 * The states after blocks, in a key–value store. It only reads the store: what is to be written it returns, and
 * from then on counts as written, so each list of operations must be applied before the next is asked for, or with it.
 */
export interface StateDb {
  /**
   * The root of block 0's state, and what a new database begins with (nothing for one that has begun).
   * `hashOf` names block 0, whose header holds the root.
   * @throws RangeError for child storage
   */
  genesis(
    entries: Iterable<readonly [StateKey, Uint8Array]>,
    hashOf: (root: Hash) => Hash,
  ): { readonly root: Hash; readonly ops: BatchOp[] }
  /** The state after a block; that of block 0 is never out of reach. @throws StateError UNKNOWN_STATE */
  view(block: Hash): StateView
  /** A fresh overlay on the state after a block. @throws StateError UNKNOWN_STATE */
  overlay(block: Hash): Overlay
  /** @throws StateError UNKNOWN_STATE */
  recorded(block: Hash): RecordedOverlay
  /**
   * Keeps the state after a block; `changes` are of an overlay on its parent's.
   * @throws StateError UNKNOWN_STATE when its parent's is not here
   */
  insert(block: Hash, number: number, parent: Hash, changes: StateChanges): BatchOp[]
  /** Makes a child of the last final block final: forks beside it go, and so does the oldest final state when there are too many. */
  finalize(block: Hash): BatchOp[]
}

const unknown = (what: string): StateError =>
  new StateError(
    'UNKNOWN_STATE',
    `There is no state of ${what}: it is pruned, on a fork that ended, or was never here. Ask for a later block, or ask a node that keeps all states.`,
  )

/** @throws StateError PRUNING_MISMATCH, CORRUPT_STATE */
export function createStateDb(store: KeyValueStore, options: StateDbOptions): StateDb {
  const { version } = options
  const archive = options.pruning === 'archive'
  const keep = options.pruning === 'archive' ? ARCHIVE_WINDOW : Math.max(1, options.pruning)
  const nodes = createNodeStore(store, options.cacheBytes ?? CACHE_BYTES)
  const stored = loadMeta(store)
  if (stored && stored.archive !== archive)
    throw new StateError(
      'PRUNING_MISMATCH',
      `The database was begun ${stored.archive ? 'as an archive' : 'with pruning'}, and is now opened ${archive ? 'as an archive' : 'with pruning'}. Start with the same --state-pruning as before, or sync again into another folder.`,
    )
  const meta: Meta = stored ?? { archive, nextId: 1, oldest: 0, finalized: 0 }
  const { open, line, states } = loadRegistry(store, stored)
  let begun = stored !== undefined
  /** Block 0, whose state can be made again when it was pruned. */
  let first: { readonly block: Hash; readonly view: () => StateView } | undefined
  const putMeta = (): BatchOp => put(metaKey, encodeMeta(meta))

  function stateOf(block: Hash): BlockState {
    const state = states.get(block) ?? (archive ? loadState(store, block) : undefined)
    if (state) return state
    throw unknown(`block ${block}`)
  }

  function openOps(number: number): BatchOp {
    const hashes = open.get(number)
    if (hashes && hashes.size > 0) return put(openKey(number), encodeHashes(hashes))
    open.delete(number)
    return del(openKey(number))
  }

  /** Removes a block that can never be final. */
  function discard(block: Hash, ops: BatchOp[]): void {
    const state = states.get(block)!
    states.delete(block)
    for (let id = state.first; id < state.end; id++) ops.push(del(nodeKey(id)))
    ops.push(del(blockKey(block)), del(removedKey(block)))
  }

  /** Removes every block at or above `number` that does not descend from `kept`, the one to stay at that height. */
  function discardForks(kept: Hash, number: number, ops: BatchOp[]): void {
    let dead = new Set([...(open.get(number) ?? [])].filter((block) => block !== kept))
    for (let height = number; dead.size > 0; height++) {
      for (const block of dead) {
        open.get(height)!.delete(block)
        discard(block, ops)
      }
      if (height > number) ops.push(openOps(height))
      const parents = dead
      const above = [...(open.get(height + 1) ?? [])]
      dead = new Set(above.filter((block) => parents.has(states.get(block)!.parent)))
    }
  }

  /** Lets the oldest final state go: what the block after it did not take over. */
  function retire(ops: BatchOp[]): void {
    const block = line.get(meta.oldest)!
    const next = line.get(meta.oldest + 1)!
    if (!archive) {
      for (const id of decodeIds(store.get(removedKey(next)) ?? EMPTY)) ops.push(del(nodeKey(id)))
      ops.push(del(blockKey(block)), del(removedKey(next)))
    }
    ops.push(del(lineKey(meta.oldest)))
    states.delete(block)
    line.delete(meta.oldest)
    meta.oldest++
  }

  return {
    genesis(entries, hashOf) {
      const checked = new Map(entries)
      for (const key of checked.keys())
        if (key.startsWith(CHILD_PREFIX))
          throw new RangeError('a genesis with child storage is not supported')
      const built = buildTrie(checked, version)
      const root = toHex(rootHash(built)) as Hash
      const block = hashOf(root)
      let made: StateView | undefined
      first = {
        block,
        view() {
          made ??= genesisView(root, checked, version)
          return made
        },
      }
      if (begun) return { root, ops: [] }
      const { root: link, ops, nextId } = nodes.place(built, meta.nextId)
      const span = { first: meta.nextId, end: nextId }
      const state: BlockState = { block, number: 0, parent: ZERO_HASH, root, link, ...span }
      begun = true
      meta.nextId = nextId
      states.set(block, state)
      line.set(0, block)
      ops.push(put(blockKey(block), encodeBlock(state)))
      ops.push(put(lineKey(0), fromHex(block)), putMeta())
      return { root, ops }
    },

    view(block) {
      if (block === first?.block && !states.has(block)) return first.view()
      const { root, link } = stateOf(block)
      return createView(root, link, nodes)
    },
    overlay: (block) => createOverlay(stateOf(block).link, nodes, version),
    recorded(block) {
      const { link } = stateOf(block)
      const recorder = createRecorder(nodes)
      recorder.root(link)
      return { overlay: createOverlay(link, recorder, version), proof: recorder.proof }
    },

    insert(block, number, parent, changes) {
      const from = states.get(parent)
      if (!from || from.number !== number - 1) throw unknown(`block ${parent}`)
      if (changes.base !== from.link)
        throw new RangeError(`the changes of block ${block} are not of its parent's state`)
      const { root, removed } = changes.update
      const { root: link, ops, nextId } = nodes.place(root, meta.nextId)
      const span = { first: meta.nextId, end: nextId }
      const state: BlockState = { block, number, parent, root: changes.root, link, ...span }
      meta.nextId = nextId
      states.set(block, state)
      const siblings = open.get(number)
      if (siblings) siblings.add(block)
      else open.set(number, new Set([block]))
      ops.push(put(blockKey(block), encodeBlock(state)), openOps(number), putMeta())
      if (!archive && removed.length > 0) ops.push(put(removedKey(block), encodeIds(removed)))
      return ops
    },

    finalize(block) {
      const state = states.get(block)
      const number = meta.finalized + 1
      if (!state || state.number !== number || !open.get(number)?.has(block))
        throw unknown(`block ${block} above the last final one`)
      const ops: BatchOp[] = []
      discardForks(block, number, ops)
      open.delete(number)
      line.set(number, block)
      meta.finalized = number
      ops.push(del(openKey(number)), put(lineKey(number), fromHex(block)))
      while (meta.finalized - meta.oldest >= keep) retire(ops)
      ops.push(putMeta())
      return ops
    },
  }
}
