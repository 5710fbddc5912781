import type { Hash } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import {
  engineLogs,
  GRANDPA_ENGINE,
  type GrandpaConsensusLog,
  grandpaConsensusLog,
  type Header,
} from '@cess/primitives'
import { decode } from '@cess/scale'
import type { Block } from './vote.ts'

type ScheduledChange = Extract<GrandpaConsensusLog, { type: 'ScheduledChange' }>['value']

/** The change of authorities that a header announces. */
function changeIn(header: Header): ScheduledChange | undefined {
  for (const bytes of engineLogs(header.digest.logs, 'Consensus', GRANDPA_ENGINE))
    try {
      const log = decode(grandpaConsensusLog, bytes)
      if (log.type === 'ScheduledChange') return log.value
    } catch {
      // A log that does not decode is the runtime's affair; the SDK ignores it too.
    }
  return undefined
}

export interface TreeNode extends Block {
  readonly parent: Hash
  readonly change: ScheduledChange | undefined
}

/** Ancestry questions about the chain's blocks, with the headers near the tip decoded once. */
export interface Tree {
  node(hash: Hash): TreeNode | undefined
  /** Whether `hash` is `ancestor` or descends from it; false when it is unknown. */
  isDescendant(ancestor: Block, hash: Hash): boolean
  /** From `ancestor` (excluded) down to `hash` (included), or `undefined` when it does not descend. */
  path(ancestor: Block, hash: Hash): TreeNode[] | undefined
  /** Forgets what lies below `finalized`, and these blocks. */
  prune(finalized: number, stale: readonly Hash[]): void
}

export function createTree(chain: Pick<Chain, 'header'>): Tree {
  const nodes = new Map<Hash, TreeNode>()
  function node(hash: Hash): TreeNode | undefined {
    const known = nodes.get(hash)
    if (known) return known
    const header = chain.header(hash)
    if (!header) return undefined
    const { number, parentHash: parent } = header
    const added = { hash, number, parent, change: changeIn(header) }
    nodes.set(hash, added)
    return added
  }
  return {
    node,
    isDescendant(ancestor, hash) {
      let at = node(hash)
      while (at && at.number > ancestor.number) at = node(at.parent)
      return at?.hash === ancestor.hash
    },
    path(ancestor, hash) {
      const up: TreeNode[] = []
      let at = node(hash)
      for (; at && at.number > ancestor.number; at = node(at.parent)) up.push(at)
      return at?.hash === ancestor.hash ? up.reverse() : undefined
    },
    prune(finalized, stale) {
      for (const hash of stale) nodes.delete(hash)
      for (const [hash, { number }] of nodes) if (number < finalized) nodes.delete(hash)
    },
  }
}
