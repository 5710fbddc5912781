import { before, type Entry } from './entry.ts'
import type { Graph } from './graph.ts'

/** A binary heap that gives the entry to try next. */
function createHeap() {
  const heap: Entry[] = []
  const swap = (i: number, j: number): void => {
    const kept = heap[i]!
    heap[i] = heap[j]!
    heap[j] = kept
  }
  return {
    push(entry: Entry): void {
      let at = heap.push(entry) - 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!before(heap[at]!, heap[parent]!)) return
        swap(at, parent)
        at = parent
      }
    },
    pop(): Entry | undefined {
      const top = heap[0]
      const last = heap.pop()
      if (last === undefined || heap.length === 0) return top
      heap[0] = last
      for (let at = 0; ; ) {
        let first = at
        for (const child of [2 * at + 1, 2 * at + 2])
          if (child < heap.length && before(heap[child]!, heap[first]!)) first = child
        if (first === at) return top
        swap(at, first)
        at = first
      }
    },
  }
}

/**
 * The ready entries in the order to apply them. Works on a snapshot of who depends on whom, and skips
 * entries that are no longer ready when their turn comes, with all that depends on them.
 * Cost: O(n log n) over the ready entries, the snapshot up front.
 */
export function* inOrder(graph: Graph): Generator<Entry> {
  const waiting = new Map<Entry, number>()
  const dependents = new Map<Entry, Entry[]>()
  const heap = createHeap()
  for (const entry of graph.ready.values()) {
    const needs = new Set<Entry>()
    for (const tag of entry.requires) {
      const provider = graph.provider(tag)
      if (provider) needs.add(provider)
    }
    for (const provider of needs) {
      const list = dependents.get(provider)
      if (list) list.push(entry)
      else dependents.set(provider, [entry])
    }
    if (needs.size === 0) heap.push(entry)
    else waiting.set(entry, needs.size)
  }
  for (let entry = heap.pop(); entry; entry = heap.pop()) {
    if (!graph.ready.has(entry.hash)) continue
    yield entry
    // The consumer may have thrown it out: then nothing that builds on it can apply.
    if (!graph.ready.has(entry.hash)) continue
    for (const next of dependents.get(entry) ?? []) {
      const left = waiting.get(next)! - 1
      if (left === 0) heap.push(next)
      else waiting.set(next, left)
    }
  }
}
