import { EMPTY } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { grandpaAuthorities } from '@cess/primitives'
import { decode, u64 } from '@cess/scale'
import type { GrandpaAuthorities } from './justification.ts'
import type { TreeNode } from './tree.ts'
import type { Block } from './vote.ts'

/** A change that a final block has announced and that takes effect once block number `effective` is final. */
interface PendingChange {
  readonly effective: number
  readonly authorities: GrandpaAuthorities
}

/** Who finalizes the children of block `at`, the last one that is final. */
export interface AuthoritySet {
  readonly setId: bigint
  readonly authorities: GrandpaAuthorities
  readonly pending: readonly PendingChange[]
  readonly at: Block
}

/** The set that the runtime names at a block. */
export function readAuthoritySet(chain: Pick<Chain, 'call'>, at: Block): AuthoritySet {
  const call = (entry: string): Uint8Array => chain.call(at.hash, `GrandpaApi_${entry}`, EMPTY)
  return {
    setId: decode(u64, call('current_set_id')),
    authorities: decode(grandpaAuthorities, call('grandpa_authorities')),
    pending: [],
    at,
  }
}

/** The set after one more block is final. Every change that takes effect makes a set of its own. */
export function afterFinalized(set: AuthoritySet, block: TreeNode): AuthoritySet {
  let { setId, authorities } = set
  const announced = block.change && {
    effective: block.number + block.change.delay,
    authorities: block.change.nextAuthorities,
  }
  const pending = announced ? [...set.pending, announced] : [...set.pending]
  while (pending[0] && pending[0].effective <= block.number) {
    authorities = pending.shift()!.authorities
    setId++
  }
  return { setId, authorities, pending, at: { hash: block.hash, number: block.number } }
}

/**
 * The highest number on this path (upwards from the last final block) that the set may finalize: where it
 * hands over to the next.
 */
export function handoverOn(set: AuthoritySet, path: readonly TreeNode[]): number {
  let limit = set.pending[0]?.effective ?? Number.POSITIVE_INFINITY
  for (const { number, change } of path) {
    if (number > limit) break
    if (change) limit = Math.min(limit, number + change.delay)
  }
  return limit
}

/** The set at the last final block, from the set at an earlier one: for a node that stopped in between. */
export function catchUpSet(
  set: AuthoritySet,
  finalizedNumber: number,
  nodeAt: (number: number) => TreeNode,
): AuthoritySet {
  let current = set
  for (let number = set.at.number + 1; number <= finalizedNumber; number++)
    current = afterFinalized(current, nodeAt(number))
  return current
}
