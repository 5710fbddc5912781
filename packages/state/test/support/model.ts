import type { Externalities, StateKey } from '@cess/primitives'
import { EMPTY_ROOT, trieRoot } from '@cess/trie'

type Entries = Map<StateKey, Uint8Array>
const CHILD = ':child_storage:default:'

/** State as it is defined: maps, copied whole for each transaction. */
export interface Model {
  main: Entries
  children: Map<StateKey, Entries>
}

export const emptyModel = (): Model => ({ main: new Map(), children: new Map() })
export const copyModel = ({ main, children }: Model): Model => ({
  main: new Map(main),
  children: new Map(Array.from(children, ([name, entries]) => [name, new Map(entries)])),
})

export const trieOf = (model: Model, child: StateKey | undefined): Entries => {
  if (child === undefined) return model.main
  const known = model.children.get(child)
  if (known) return known
  const made: Entries = new Map()
  model.children.set(child, made)
  return made
}

export const nextIn = (keys: Iterable<StateKey>, key: StateKey): StateKey | undefined =>
  [...keys].sort().find((other) => other > key)

/** Main entries with the roots of child tries among them. */
export function allMain(model: Model, version: 0 | 1): Entries {
  const all = new Map(model.main)
  for (const [name, entries] of model.children)
    if (entries.size > 0) all.set(`${CHILD}${name}` as StateKey, trieRoot(entries, version))
  return all
}

export const modelRoot = (model: Model, version: 0 | 1): Uint8Array =>
  trieRoot(allMain(model, version), version)

export const childRoot = (model: Model, name: StateKey, version: 0 | 1): Uint8Array => {
  const entries = model.children.get(name)
  return entries ? trieRoot(entries, version) : EMPTY_ROOT
}

/** Lengths of one and two bytes; the values that scripts put begin with one of those or with no length at all. */
export function appendTo(entries: Entries, key: StateKey, item: Uint8Array): void {
  const old = entries.get(key) ?? Uint8Array.of(0)
  const [first = 3, second = 0] = old
  const [count, items] =
    (first & 3) === 0
      ? [first >> 2, old.subarray(1)]
      : (first & 3) === 1
        ? [(first >> 2) | (second << 6), old.subarray(2)]
        : [0, new Uint8Array()]
  const length =
    count + 1 < 64 ? [(count + 1) << 2] : [(((count + 1) << 2) | 1) & 255, (count + 1) >> 6]
  entries.set(key, Uint8Array.from([...length, ...items, ...item]))
}

export function clearIn(entries: Entries, prefix: StateKey, limit: number) {
  const found = [...entries.keys()].filter((key) => key.startsWith(prefix)).sort()
  const gone = found.slice(0, limit)
  for (const key of gone) entries.delete(key)
  return { removed: gone.length, more: found.length > gone.length }
}

/** One change or question, done to both. Returns what the two said, to be compared. */
export type Step =
  | {
      readonly do: 'put'
      readonly key: StateKey
      readonly value: Uint8Array
      readonly child?: StateKey
    }
  | { readonly do: 'delete'; readonly key: StateKey; readonly child?: StateKey }
  | {
      readonly do: 'clear'
      readonly key: StateKey
      readonly limit?: number
      readonly child?: StateKey
    }
  | { readonly do: 'next'; readonly key: StateKey; readonly child?: StateKey }
  | { readonly do: 'append'; readonly key: StateKey; readonly value: Uint8Array }
  | { readonly do: 'kill'; readonly child: StateKey }
  | { readonly do: 'begin' | 'commit' | 'rollback' | 'root' }

export function play(
  steps: readonly Step[],
  start: Model,
  state: Externalities,
  version: 0 | 1,
  compare: (ours: unknown, theirs: unknown, what: string) => void,
): Model {
  let model = start
  const stack: Model[] = []
  const check = (what: string): void =>
    compare(state.storageRoot().toHex(), modelRoot(model, version).toHex(), what)
  for (const step of steps) {
    const child = 'child' in step ? step.child : undefined
    const trie = child === undefined ? state : state.child(child)
    switch (step.do) {
      case 'put':
        trie.put(step.key, step.value)
        trieOf(model, child).set(step.key, step.value)
        break
      case 'delete':
        trie.delete(step.key)
        trieOf(model, child).delete(step.key)
        break
      case 'append':
        state.append(step.key, step.value)
        appendTo(model.main, step.key, step.value)
        break
      case 'clear':
        // As Substrate: what could hit the anchors of child tries does nothing.
        compare(
          trie.clearPrefix(step.key, step.limit),
          child === undefined && CHILD.startsWith(step.key)
            ? { removed: 0, more: false }
            : clearIn(trieOf(model, child), step.key, step.limit ?? Number.POSITIVE_INFINITY),
          'clearPrefix',
        )
        break
      case 'next':
        compare(trie.get(step.key), trieOf(model, child).get(step.key), 'get')
        if (child !== undefined)
          compare(trie.nextKey(step.key), nextIn(trieOf(model, child).keys(), step.key), 'nextKey')
        else {
          let next = state.nextKey(step.key)
          while (next?.startsWith(CHILD)) next = state.nextKey(next)
          compare(next, nextIn(model.main.keys(), step.key), 'nextKey')
        }
        break
      case 'kill':
        state.child(step.child).kill()
        model.children.delete(step.child)
        break
      case 'begin':
        state.begin()
        stack.push(copyModel(model))
        break
      case 'commit':
      case 'rollback':
        if (stack.length === 0) break
        state[step.do]()
        if (step.do === 'rollback') model = stack.pop()!
        else stack.pop()
        break
      case 'root':
        check('storageRoot')
        for (const name of model.children.keys())
          compare(
            state.child(name).root().toHex(),
            childRoot(model, name, version).toHex(),
            'child root',
          )
    }
  }
  for (; stack.length > 0; stack.pop()) state.commit()
  check('root at the end')
  return model
}
