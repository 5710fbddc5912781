import type { Chain } from '@cess/chain'
import { type AuthoritySet, handoverOn } from './authority-set.ts'
import type { Tree } from './tree.ts'
import type { Block } from './vote.ts'

export interface TargetDeps {
  readonly chain: Pick<Chain, 'info' | 'leaves'>
  readonly tree: Tree
  /** How many blocks a vote stays behind the best one. */
  readonly lag: number
}

/**
 * What to vote for: the best chain that contains `base`, but `lag` blocks behind its tip, at most three
 * quarters of the way up (rounded up; sc_consensus_grandpa's voting rules), and never beyond the block where
 * another set takes over. `undefined` when no block of the tree contains the base.
 */
export function voteTarget(deps: TargetDeps, set: AuthoritySet, base: Block): Block | undefined {
  const { chain, tree, lag } = deps
  const { bestHash } = chain.info()
  const head = tree.isDescendant(base, bestHash)
    ? bestHash
    : chain.leaves().find((leaf) => tree.isDescendant(base, leaf))
  const path = head && tree.path(base, head)
  if (!path) return tree.node(base.hash) && base
  const tip = path.at(-1)
  if (!tip) return base
  const unfinalized = tree.path(set.at, tip.hash)
  // A base that is not above the last final block is one of its ancestors, or on a fork that ended.
  if (!unfinalized) return undefined
  const threeQuarters = base.number + Math.floor(((tip.number - base.number) * 3 + 2) / 4)
  const limit = Math.min(tip.number - lag, threeQuarters, handoverOn(set, unfinalized))
  return path.findLast(({ number }) => number <= limit) ?? base
}
