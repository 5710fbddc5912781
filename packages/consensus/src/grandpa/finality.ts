import type { Hash } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import type { Clock, Logger } from '@cess/ports'
import { ConsensusError } from '../errors.ts'
import { type AuthoritySet, handoverOn } from './authority-set.ts'
import { blocksOf, type CatchUp } from './catch-up.ts'
import { type Commit, decides, justify } from './commit.ts'
import type { Gossip } from './gossip.ts'
import { verifyJustification } from './justification.ts'
import type { Tree } from './tree.ts'
import type { Block } from './vote.ts'
import type { Voter } from './voter.ts'

/** Commits kept while their blocks are not here. */
const MAX_HELD = 8
/** How long a catch-up waits for its blocks, milliseconds. */
const CATCH_UP_WAIT = 30_000

/** A message that was checked for one set, and means nothing to another. */
interface From<T> {
  readonly value: T
  readonly setId: bigint
  readonly peer: string
}

/** Turns proofs of any kind, from votes here, commits and justifications, into final blocks. */
export interface Finality {
  /** By the votes of a round, or a commit that decides. */
  finalize(commit: Commit): Promise<void>
  onCommit(commit: From<Commit>): Promise<void>
  onCatchUp(catchUp: From<CatchUp>): Promise<void>
  /** Tries again what waited for blocks. */
  blocksArrived(): Promise<void>
  /** @throws ConsensusError UNKNOWN_BLOCK, OTHER_SET, BAD_JUSTIFICATION */
  importJustification(hash: Hash, justification: Uint8Array): Promise<void>
  /** On the best chain: the block that ends the current set. */
  wanted(): Block | undefined
  /** Told the encoded proof of whatever votes finalize. */
  onProof(listener: (justification: Uint8Array) => void): () => void
}

export function createFinality(deps: {
  readonly chain: Pick<Chain, 'info' | 'header' | 'finalize'>
  readonly tree: Tree
  readonly clock: Clock
  readonly logger: Logger
  readonly gossip: Pick<Gossip, 'spread' | 'charge' | 'credit'>
  readonly justificationPeriod: number
  set(): AuthoritySet
  /** The voter of that set, when it has one. */
  voter(): Voter | undefined
}): Finality {
  const { chain, tree, clock, logger, gossip } = deps
  const period = Math.max(1, deps.justificationPeriod)
  const listeners = new Set<(justification: Uint8Array) => void>()
  let held: From<Commit>[] = []
  let heldCatchUp: (From<CatchUp> & { readonly until: number }) | undefined

  /** Only what was checked for the current set, while its voter is at work. */
  const voterFor = (setId: bigint): Voter | undefined => {
    const voter = deps.voter()
    return voter?.voters.setId === setId && deps.set().setId === setId ? voter : undefined
  }

  async function finalize(commit: Commit): Promise<void> {
    const { target } = commit
    const set = deps.set()
    if (target.number <= set.at.number) return
    const path = tree.path(set.at, target.hash)
    if (!path)
      throw new ConsensusError(
        'BAD_JUSTIFICATION',
        `Block ${target.hash} (number ${target.number}) has two thirds of the votes and contradicts block ${set.at.number}, which is final: a third of the validators cheat. Stop and look.`,
      )
    const handover = handoverOn(set, path)
    if (target.number > handover) {
      logger.error({ target, handover }, 'A set voted beyond the block where it ends; ignored.')
      return
    }
    const ends = target.number === handover
    const due = Math.floor(target.number / period) > Math.floor(set.at.number / period)
    const proof = ends || due || listeners.size > 0 ? justify(commit, chain, tree) : undefined
    // Without its proof nobody could follow a change of the set later. Votes nearer to the target come.
    if (ends && !proof) return
    // Those who miss the last round of a set can only learn of its end from a commit.
    if (ends) gossip.spread(commit)
    await chain.finalize(target.hash, ends || due ? proof : undefined)
    if (proof) for (const listener of listeners) listener(proof)
  }

  async function onCommit(from: From<Commit>): Promise<void> {
    const { value: commit, setId, peer } = from
    const voter = voterFor(setId)
    if (!voter || commit.target.number <= deps.set().at.number) return
    if (!decides(commit, voter.voters, tree)) {
      const missing = [commit, ...commit.precommits].some(({ target }) => !tree.node(target.hash))
      if (missing) held = [...held, from].slice(-MAX_HELD)
      else gossip.charge(peer, 'badCommit')
      return
    }
    gossip.credit(peer, 'commit')
    await finalize(commit)
    gossip.spread(commit)
    await voterFor(setId)?.witness(commit)
  }

  async function tryCatchUp(): Promise<void> {
    if (!heldCatchUp) return
    const { value: catchUp, peer, setId, until } = heldCatchUp
    const missing = blocksOf(catchUp).some(({ hash }) => !tree.node(hash))
    if (missing && clock.now() < until) return
    heldCatchUp = undefined
    const voter = voterFor(setId)
    if (!voter || missing || catchUp.round <= voter.best().round.number) return
    if (await voter.catchUp(catchUp)) gossip.credit(peer, 'catchUp')
    else gossip.charge(peer, 'badCatchUp')
  }

  return {
    finalize,
    onCommit,
    onCatchUp(catchUp) {
      heldCatchUp = { ...catchUp, until: clock.now() + CATCH_UP_WAIT }
      return tryCatchUp()
    },
    async blocksArrived() {
      const again = held
      held = []
      for (const commit of again) await onCommit(commit)
      await tryCatchUp()
    },
    async importJustification(hash, justification) {
      const set = deps.set()
      const block = tree.node(hash)
      if (!block)
        throw new ConsensusError('UNKNOWN_BLOCK', `Block ${hash} is unknown; import it first.`)
      if (block.number <= set.at.number) return
      const path = tree.path(set.at, hash)
      const handover = path && handoverOn(set, path)
      if (!handover || block.number > handover)
        throw new ConsensusError(
          'OTHER_SET',
          `The proof of block ${block.number} cannot be checked by set ${set.setId}: ${handover ? `block ${handover}, which changes the set, must be final first` : 'the block is on a fork that ended'}.`,
        )
      const proof = verifyJustification(justification, set.setId, set.authorities)
      if (proof.targetHash !== hash)
        throw new ConsensusError('BAD_JUSTIFICATION', 'The finality proof is for another block.')
      await chain.finalize(hash, justification)
    },
    wanted() {
      const path = tree.path(deps.set().at, chain.info().bestHash) ?? []
      const handover = handoverOn(deps.set(), path)
      return path.find(({ number }) => number === handover)
    },
    onProof(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
