import { type Hash, toHex } from '@cess/bytes'
import type { ChildExternalities, Externalities, StateKey } from '@cess/primitives'
import {
  CHILD_PREFIX,
  getValue,
  type NodeSource,
  nextKey,
  type Ref,
  rootHash,
  type StateVersion,
  type Update,
} from '@cess/trie'
import { applyDelta, childRoot } from './delta.ts'
import { type Backend, createLayer, createUndoLog, type Layer } from './layer.ts'

/** What executing a block made of its parent's state, for `StateDb.insert`. */
export interface StateChanges {
  readonly root: Hash
  /** The trie that it began from, and what became of it. */
  readonly base: Ref | undefined
  readonly update: Update
}

/** A state that can be changed; nothing reaches the database before `finish` and `StateDb.insert`. */
export interface Overlay extends Externalities {
  /** Every key and value as they are now, in byte order. Child tries show as their roots. */
  entries(): Iterable<readonly [StateKey, Uint8Array]>
  /** @throws RangeError inside a transaction */
  finish(): StateChanges
}

/** Substrate keeps raw writes away from the keys that anchor child tries. */
const isChildKey = (key: StateKey): boolean => key.startsWith(CHILD_PREFIX)
const touchesChildKeys = (prefix: StateKey): boolean =>
  prefix.startsWith(CHILD_PREFIX) || CHILD_PREFIX.startsWith(prefix)
const NOTHING_REMOVED = { removed: 0, more: false } as const

const backendOf = (source: NodeSource, root: Ref | undefined): Backend => ({
  get: (key) => getValue(source, root, key),
  nextKey: (key) => nextKey(source, root, key),
})

export function createOverlay(
  base: Ref | undefined,
  source: NodeSource,
  version: StateVersion,
): Overlay {
  const log = createUndoLog()
  const main = createLayer(backendOf(source, base), log)
  const children = new Map<StateKey, Layer>()
  /** The trie with everything up to the last `storageRoot()`. */
  let settled: Update = { root: base, removed: [] }

  const layerOf = (name: StateKey): Layer => {
    const known = children.get(name)
    if (known) return known
    const layer = createLayer(backendOf(source, childRoot(source, base, name)), log)
    children.set(name, layer)
    return layer
  }
  function current(): Update {
    const delta = {
      main: main.changes(),
      children: Array.from(children, ([name, layer]) => [name, layer.changes()] as const),
    }
    const { root, removed } = applyDelta(source, settled.root, delta, version)
    const update =
      root === settled.root ? settled : { root, removed: settled.removed.concat(removed) }
    // What a transaction changed may be taken back: it is looked at, not settled.
    if (log.marks.length > 0) return update
    main.settled()
    for (const layer of children.values()) layer.settled()
    settled = update
    return update
  }

  function endTransaction(): number {
    const mark = log.marks.pop()
    if (mark === undefined) throw new RangeError('no transaction is open')
    return mark
  }

  function child(name: StateKey): ChildExternalities {
    const layer = layerOf(name)
    return {
      get: layer.get,
      put: layer.put,
      delete: layer.delete,
      nextKey: layer.nextKey,
      clearPrefix: layer.clearPrefix,
      kill: () => void layer.clearPrefix('' as StateKey),
      root: () => rootHash(childRoot(source, current().root, name)),
    }
  }

  function get(key: StateKey): Uint8Array | undefined {
    if (!isChildKey(key)) return main.get(key)
    const root = childRoot(source, current().root, key.slice(CHILD_PREFIX.length) as StateKey)
    return root && rootHash(root)
  }

  return {
    get,
    put(key, value) {
      if (!isChildKey(key)) main.put(key, value)
    },
    delete(key) {
      if (!isChildKey(key)) main.delete(key)
    },
    append(key, item) {
      if (!isChildKey(key)) main.append(key, item)
    },
    nextKey: main.nextKey,
    clearPrefix: (prefix, limit) =>
      touchesChildKeys(prefix) ? NOTHING_REMOVED : main.clearPrefix(prefix, limit),
    child,
    begin: () => void log.marks.push(log.entries.length),
    commit() {
      endTransaction()
      if (log.marks.length === 0) log.entries.length = 0
    },
    rollback() {
      const mark = endTransaction()
      for (let i = log.entries.length - 1; i >= mark; i--) {
        const { layer, key, slot } = log.entries[i]!
        layer.restore(key, slot)
      }
      log.entries.length = mark
    },
    storageRoot: () => rootHash(current().root),
    *entries() {
      const first = '' as StateKey
      let key = main.get(first) === undefined ? main.nextKey(first) : first
      for (; key !== undefined; key = main.nextKey(key)) yield [key, get(key)!]
    },
    finish() {
      if (log.marks.length > 0) throw new RangeError('a transaction is open')
      const update = current()
      return { root: toHex(rootHash(update.root)) as Hash, base, update }
    },
  }
}
