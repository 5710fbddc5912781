import type { Hash } from '@cess/bytes'
import type { Tree } from './tree.ts'
import type { Block, Phase } from './vote.ts'

/** A block above the round's base with the weight of those who voted for it or a descendant. */
export interface VoteNode extends Block {
  readonly parent: VoteNode | undefined
  readonly children: VoteNode[]
  readonly weight: Record<Phase, bigint>
}

/**
 * The votes of one round, summed along the chain's tree. It keeps the blocks it has seen, so that pruning
 * the chain in the middle of a round changes nothing.
 */
export interface VoteGraph {
  readonly base: VoteNode
  /** Adds weight to a block and its ancestors; false when it does not descend from the base. */
  add(target: Block, phase: Phase, weight: bigint): boolean
}

export function createVoteGraph(base: Block, tree: Tree): VoteGraph {
  const nodes = new Map<Hash, VoteNode>()
  const create = (block: Block, parent?: VoteNode): VoteNode => {
    const node: VoteNode = {
      hash: block.hash,
      number: block.number,
      parent,
      children: [],
      weight: { Prevote: 0n, Precommit: 0n },
    }
    parent?.children.push(node)
    nodes.set(block.hash, node)
    return node
  }
  const root = create(base)

  function place(target: Block): VoteNode | undefined {
    const missing: Block[] = []
    let at = nodes.get(target.hash)
    if (at) return at.number === target.number ? at : undefined
    for (let hash = target.hash; !at; ) {
      const block = tree.node(hash)
      if (!block || block.number <= base.number) return undefined
      missing.push(block)
      hash = block.parent
      at = nodes.get(hash)
    }
    if (missing[0]!.number !== target.number) return undefined
    for (const block of missing.reverse()) at = create(block, at)
    return at
  }

  return {
    base: root,
    add(target, phase, weight) {
      const node = place(target)
      for (let at = node; at; at = at.parent) at.weight[phase] += weight
      return node !== undefined
    },
  }
}

/** The highest block on the way from `node` up to the base that fulfils the condition. */
export function findAncestor(
  node: VoteNode,
  condition: (node: VoteNode) => boolean,
): VoteNode | undefined {
  let at: VoteNode | undefined = node
  while (at && !condition(at)) at = at.parent
  return at
}

/** GHOST: from `start` down as long as a child fulfils the condition, which at most one child can. */
export function findGhost(
  start: VoteNode,
  condition: (node: VoteNode) => boolean,
): VoteNode | undefined {
  if (!condition(start)) return undefined
  let at = start
  for (;;) {
    const next = at.children.find(condition)
    if (!next) return at
    at = next
  }
}
