import { u32le } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import {
  decodeNode,
  encodeNode,
  isInline,
  type Link,
  linkTo,
  makeNode,
  type Node,
  type NodeSource,
  type Ref,
  rootHash,
  updateTrie,
} from '../src/index.ts'

/** Root after 1,000 of 1,000,000 keys changed, nodes decoded anew each time, as from a database without a cache. */
const KEYS = 1_000_000
const CHANGED = 1_000
const ROUNDS = 7

/** As Substrate's Blake2_128Concat maps lie: one prefix, then a hash. */
const key = (i: number): StateKey =>
  `System.Account..${Buffer.from(blake2b256(u32le(i))).toString('latin1')}` as StateKey

/** Nodes one after the other, as a database holds them, and 17 numbers each: where it ends, ids of its children. */
const arena = new Uint8Array(320 * 1024 * 1024)
const index = new Uint32Array(17 * 2_000_000)
let count = 0
function place(node: Node): Link {
  const children = node.children.map((child) =>
    child?.kind === 'node' && !isInline(child) ? place(child) : child,
  )
  const copy = makeNode(node.partial, node.value, children)
  const hash = rootHash(copy)
  const bytes = encodeNode(copy)
  const at = index[17 * count]!
  count++
  arena.set(bytes, at)
  index[17 * count] = at + bytes.length
  for (let i = 0; i < children.length; i++) {
    const child = children[i]
    if (child?.kind === 'link') index[17 * count + 1 + i] = child.id
  }
  return linkTo(hash, count)
}
const source: NodeSource = {
  node({ id }) {
    const node = decodeNode(arena.slice(index[17 * (id - 1)], index[17 * id]))
    for (let i = 0; i < node.children.length; i++) {
      const child = node.children[i]
      if (child?.kind === 'link') child.id = index[17 * id + 1 + i]!
    }
    return node
  },
  value: (hashed) => hashed.value!,
}

const value = (n: number): Uint8Array => new Uint8Array(80).fill(n)
const keys = Array.from({ length: KEYS }, (_, i) => key(i)).sort()
let root: Ref | undefined
for (let from = 0; from < KEYS; from += 50_000) {
  const part = keys.slice(from, from + 50_000).map((k) => [k, value(0)] as const)
  // Version 0 keeps values in their nodes: what a record of the state database holds too.
  root = place(updateTrie(source, root, part, 0).root as Node)
}

const times: number[] = []
for (let round = 1; round <= ROUNDS; round++) {
  const picked = new Set<StateKey>()
  while (picked.size < CHANGED) picked.add(keys[(picked.size * 977 + round * 7919) % KEYS]!)
  const changes = [...picked].sort().map((k) => [k, value(round)] as const)
  const start = performance.now()
  rootHash(updateTrie(source, root, changes, 1).root)
  times.push(performance.now() - start)
}
times.sort((a, b) => a - b)
const median = times[ROUNDS >> 1]!
console.log(
  JSON.stringify({
    name: 'root update per 1,000 changed keys of 1,000,000',
    value: Number(median.toFixed(2)),
    unit: 'ms',
  }),
)
