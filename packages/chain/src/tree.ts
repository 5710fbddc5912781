import type { Hash } from '@cess/bytes'

export interface TreeBlock {
  readonly hash: Hash
  readonly number: number
  readonly parent: Hash
  /** Total weight of the chain up to and including this block. */
  readonly weight: number
}

/**
 * Whether `a` beats `b` as best block: by total weight, then by number; of equals, whichever was first.
 * (sc_consensus_babe's fork choice, where the weight counts primary slots.)
 */
export const isBetter = (a: TreeBlock, b: TreeBlock): boolean =>
  a.weight > b.weight || (a.weight === b.weight && a.number > b.number)

/** `age` counts up in the order of arrival. */
type Node = TreeBlock & { readonly age: number; readonly children: Set<Node> }

/** The last finalized block and everything that descends from it, in memory. */
export interface BlockTree {
  readonly size: number
  root(): TreeBlock
  get(hash: Hash): TreeBlock | undefined
  /** The parent must be in the tree. */
  insert(block: TreeBlock): void
  /** Blocks without children, best first. */
  leaves(): TreeBlock[]
  /** `leaves()` as it would be after `insert(block)`. */
  leavesWith(block: TreeBlock): Hash[]
  /** From the root (excluded) down to `hash` (included). */
  path(hash: Hash): Hash[]
  /** What making `hash` the root would remove besides the path to it, parents first. */
  staleFor(hash: Hash): Hash[]
  /** Whether `ancestor` is on the way from the root to `hash`, itself included. */
  isAncestor(ancestor: Hash, hash: Hash): boolean
  /** Makes `hash` the root. */
  prune(hash: Hash): void
}

export function createBlockTree(first: TreeBlock): BlockTree {
  const nodes = new Map<Hash, Node>()
  let age = 0
  const add = (block: TreeBlock): Node => {
    const node: Node = { ...block, age: age++, children: new Set() }
    nodes.set(block.hash, node)
    return node
  }
  let root = add(first)
  const leaves = new Set<Node>([root])

  const node = (hash: Hash): Node => {
    const found = nodes.get(hash)
    if (!found) throw new RangeError(`block ${hash} is not in the tree`)
    return found
  }
  const sorted = (): Node[] =>
    [...leaves].sort((a, b) => b.weight - a.weight || b.number - a.number || a.age - b.age)

  const path = (hash: Hash): Hash[] => {
    const up: Hash[] = []
    for (let at = node(hash); at !== root; at = node(at.parent)) up.push(at.hash)
    return up.reverse()
  }

  const staleFor = (hash: Hash): Hash[] => {
    const line = new Set([root.hash, ...path(hash)])
    const stale: Hash[] = []
    const visit = [root]
    for (let at = visit.pop(); at; at = visit.pop()) {
      if (at.hash === hash) continue
      if (!line.has(at.hash)) stale.push(at.hash)
      visit.push(...at.children)
    }
    return stale
  }

  return {
    get size() {
      return nodes.size
    },
    root: () => root,
    get: (hash) => nodes.get(hash),
    insert(block) {
      const parent = node(block.parent)
      const child = add(block)
      parent.children.add(child)
      leaves.delete(parent)
      leaves.add(child)
    },
    leaves: sorted,
    leavesWith(block) {
      const all = sorted()
        .filter((leaf) => leaf.hash !== block.parent)
        .map((leaf): TreeBlock => leaf)
      const at = all.findIndex((leaf) => isBetter(block, leaf))
      all.splice(at < 0 ? all.length : at, 0, block)
      return all.map((leaf) => leaf.hash)
    },
    path,
    staleFor,
    isAncestor(ancestor, hash) {
      const upper = node(ancestor)
      let at = node(hash)
      while (at.number > upper.number) at = node(at.parent)
      return at === upper
    },
    prune(hash) {
      const next = node(hash)
      for (const gone of [root.hash, ...path(hash).slice(0, -1), ...staleFor(hash)]) {
        if (gone === hash) continue
        leaves.delete(node(gone))
        nodes.delete(gone)
      }
      root = next
    },
  }
}
