import type { StateKey } from '@cess/primitives'
import { type Appended, append, appendable, appendedBytes, rewind } from './append.ts'
import { createSortedKeys } from './sorted-keys.ts'

/** What lies below an overlay. */
export interface Backend {
  get(key: StateKey): Uint8Array | undefined
  nextKey(key: StateKey): StateKey | undefined
}

/** The overlay's word on a key: its value, or null for deleted. Undefined leaves it to the backend. */
type Slot = Uint8Array | Appended | null | undefined

/** What to put back, newest last. Shared by all layers of an overlay. */
export interface UndoLog {
  /** Where each open transaction begins in `entries`. */
  readonly marks: number[]
  readonly entries: { readonly layer: Restorable; readonly key: StateKey; readonly slot: Slot }[]
}

export const createUndoLog = (): UndoLog => ({ marks: [], entries: [] })

interface Restorable {
  restore(key: StateKey, slot: Slot): void
}

export type LayerChange = readonly [key: StateKey, value: Uint8Array | undefined]

/** One trie's pending changes over its backend. */
export interface Layer extends Backend, Restorable {
  put(key: StateKey, value: Uint8Array): void
  delete(key: StateKey): void
  append(key: StateKey, item: Uint8Array): void
  clearPrefix(
    prefix: StateKey,
    limit?: number,
  ): { readonly removed: number; readonly more: boolean }
  /** Changes since the last `settled()`, sorted by key. */
  changes(): LayerChange[]
  settled(): void
}

export function createLayer(backend: Backend, log: UndoLog): Layer {
  const slots = new Map<StateKey, Slot>()
  /** Backend values read so far: a runtime asks for the same few again and again. */
  const seen = new Map<StateKey, Uint8Array | undefined>()
  const keys = createSortedKeys()
  let touched = new Set<StateKey>()

  function set(key: StateKey, slot: Slot): void {
    const before = slots.get(key)
    if (before === undefined && !slots.has(key)) keys.add(key)
    if (log.marks.length > 0) log.entries.push({ layer, key, slot: before })
    slots.set(key, slot)
    touched.add(key)
  }
  function below(key: StateKey): Uint8Array | undefined {
    const known = seen.get(key)
    if (known || seen.has(key)) return known
    const value = backend.get(key)
    seen.set(key, value)
    return value
  }
  const bytesOf = (slot: NonNullable<Slot>): Uint8Array =>
    slot instanceof Uint8Array ? slot : appendedBytes(slot)

  function get(key: StateKey): Uint8Array | undefined {
    const slot = slots.get(key)
    if (slot === undefined) return below(key)
    return slot === null ? undefined : bytesOf(slot)
  }
  const isHere = (key: StateKey): boolean => {
    const slot = slots.get(key)
    return slot !== undefined && slot !== null
  }
  function nextKey(key: StateKey): StateKey | undefined {
    let theirs = backend.nextKey(key)
    while (theirs !== undefined && slots.get(theirs) === null) theirs = backend.nextKey(theirs)
    const ours = keys.after(key, isHere)
    if (ours === undefined || theirs === undefined) return ours ?? theirs
    return ours < theirs ? ours : theirs
  }

  const layer: Layer = {
    get,
    nextKey,
    put: set,
    delete: (key) => set(key, null),
    append(key, item) {
      const slot = slots.get(key)
      const isVec = slot !== undefined && slot !== null && !(slot instanceof Uint8Array)
      set(key, append(isVec ? slot : appendable(get(key)), item))
    },
    clearPrefix(prefix, limit = Number.POSITIVE_INFINITY) {
      const found: StateKey[] = []
      let key = get(prefix) === undefined ? nextKey(prefix) : prefix
      for (; key?.startsWith(prefix) && found.length < limit; key = nextKey(key)) found.push(key)
      for (const one of found) set(one, null)
      return { removed: found.length, more: key?.startsWith(prefix) ?? false }
    },
    restore(key, slot) {
      if (slot && !(slot instanceof Uint8Array)) rewind(slot)
      slots.set(key, slot)
      touched.add(key)
    },
    changes() {
      const changes: LayerChange[] = []
      for (const key of touched) {
        const slot = slots.get(key)
        if (slot !== undefined) changes.push([key, slot === null ? undefined : bytesOf(slot)])
      }
      return changes.sort(([a], [b]) => (a < b ? -1 : 1))
    },
    settled() {
      touched = new Set()
    },
  }
  return layer
}
