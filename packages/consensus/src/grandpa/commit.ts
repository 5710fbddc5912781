import { fromHex, type Hash, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import {
  type GrandpaGossip,
  type GrandpaJustification,
  grandpaJustification,
  type Header,
} from '@cess/primitives'
import { encode } from '@cess/scale'
import type { Tree } from './tree.ts'
import { type Block, isSignedBy, messageOf, type SignedVote } from './vote.ts'
import type { VoterSet } from './voters.ts'

type CommitMessage = Extract<GrandpaGossip, { type: 'Commit' }>['value']

/** The claim that these precommits finalize `target`. */
export interface Commit {
  readonly round: bigint
  readonly target: Block
  readonly precommits: readonly SignedVote[]
}

/** Headers that a justification may carry (the codec's bound). */
const MAX_ANCESTRY = 4096

export function readCommit(message: CommitMessage): Commit | undefined {
  const { round, targetHash, targetNumber, precommits, authData } = message
  if (precommits.length !== authData.length) return undefined
  return {
    round,
    target: { hash: targetHash, number: targetNumber },
    precommits: precommits.map((vote, i) => ({
      type: 'Precommit' as const,
      target: { hash: vote.targetHash, number: vote.targetNumber },
      signature: authData[i]![0],
      id: toHex(authData[i]![1]),
    })),
  }
}

export const commitMessage = (commit: Commit, setId: bigint): GrandpaGossip => ({
  type: 'Commit',
  value: {
    round: commit.round,
    setId,
    targetHash: commit.target.hash,
    targetNumber: commit.target.number,
    precommits: commit.precommits.map(({ target }) => ({
      targetHash: target.hash,
      targetNumber: target.number,
    })),
    authData: commit.precommits.map(({ signature, id }) => [signature, fromHex(id)] as const),
  },
})

/** Everything about a commit that needs no block: members only, two votes each at most, weight, signatures. */
export function commitFault(commit: Commit, voters: VoterSet): string | undefined {
  const votes = new Map<string, number>()
  let weight = 0n
  for (const { id } of commit.precommits) {
    const own = voters.weight(id)
    if (own === undefined) return 'it counts somebody who has no vote'
    const before = votes.get(id) ?? 0
    if (before > 1) return 'a voter is in it more than twice'
    votes.set(id, before + 1)
    if (before === 0) weight += own
  }
  if (weight < voters.threshold) return 'it has less than two thirds of the votes'
  for (const { id, target, signature } of commit.precommits)
    if (!isSignedBy(id, signature, messageOf('Precommit', target), commit.round, voters.setId))
      return 'a signature is wrong'
  return undefined
}

/**
 * Whether the precommits decide for the target, given that all its blocks are known. Each voter counts once,
 * for a vote of its own on the target or a descendant.
 */
export function decides(commit: Commit, voters: VoterSet, tree: Tree): boolean {
  if (tree.node(commit.target.hash)?.number !== commit.target.number) return false
  const counted = new Set<string>()
  let weight = 0n
  for (const { id, target } of commit.precommits) {
    if (counted.has(id) || tree.node(target.hash)?.number !== target.number) continue
    if (!tree.isDescendant(commit.target, target.hash)) continue
    counted.add(id)
    weight += voters.weight(id) ?? 0n
  }
  return weight >= voters.threshold
}

/** The encoded proof of a commit, or `undefined` when it would need too many headers. */
export function justify(
  commit: Commit,
  chain: Pick<Chain, 'header'>,
  tree: Tree,
): Uint8Array | undefined {
  const headers = new Map<Hash, Header>()
  const precommits: GrandpaJustification['precommits'][number][] = []
  const counted = new Set<string>()
  for (const { id, signature, target } of commit.precommits) {
    if (counted.has(id) || !tree.isDescendant(commit.target, target.hash)) continue
    counted.add(id)
    const { hash: targetHash, number: targetNumber } = target
    precommits.push({ targetHash, targetNumber, signature, id: fromHex(id) })
    for (let at = targetHash; at !== commit.target.hash && !headers.has(at); ) {
      const header = chain.header(at)
      if (!header || headers.size >= MAX_ANCESTRY) return undefined
      headers.set(at, header)
      at = header.parentHash
    }
  }
  return encode(grandpaJustification, {
    round: commit.round,
    targetHash: commit.target.hash,
    targetNumber: commit.target.number,
    precommits,
    votesAncestries: [...headers.values()],
  })
}
