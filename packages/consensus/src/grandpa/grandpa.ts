import { type Hash, type Hex, toHex } from '@cess/bytes'
import type { Chain, ChainEvent } from '@cess/chain'
import type { KeyPair } from '@cess/crypto'
import { type Clock, type Logger, type Metrics, noMetrics, type Timer } from '@cess/ports'
import { ConsensusError } from '../errors.ts'
import {
  type AuthoritySet,
  afterFinalized,
  catchUpSet,
  handoverOn,
  readAuthoritySet,
} from './authority-set.ts'
import { blocksOf, type CatchUp } from './catch-up.ts'
import { type Commit, decides, justify } from './commit.ts'
import { createGossip, type GossipPort } from './gossip.ts'
import { verifyJustification } from './justification.ts'
import type { PeerRole } from './peers.ts'
import { type CastVote, readRecord, writeRecord } from './record.ts'
import { type RoundStateReport, reportRounds } from './report.ts'
import type { Equivocation } from './round.ts'
import { createTree } from './tree.ts'
import type { Block } from './vote.ts'
import { createVoter, type ResumeFrom, type Voter } from './voter.ts'
import { createVoterSet } from './voters.ts'

export type GrandpaChain = Pick<
  Chain,
  | 'info'
  | 'header'
  | 'hashAt'
  | 'leaves'
  | 'call'
  | 'aux'
  | 'finalize'
  | 'justification'
  | 'subscribe'
>

export interface GrandpaDeps {
  readonly chain: GrandpaChain
  /** ed25519 keys to vote with when the set has them. None: a node that only follows. */
  readonly keys: readonly KeyPair[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Metrics
  readonly gossip: GossipPort
  /** Milliseconds that a message takes to everybody, generously. Prevotes wait twice as long, precommits four times. */
  readonly gossipDurationMs: number
  /** A justification is stored at least once in so many blocks, and for every block that changes the set. */
  readonly justificationPeriod: number
  /** How many blocks votes stay behind the best one; 1 unless told: light clients need finality to lag. */
  readonly voteLag?: number
  /** Told of two different votes of one voter in one phase of a round: a proof that it cheats. */
  readonly onEquivocation?: (setId: bigint, round: bigint, equivocation: Equivocation) => void
}

/** The finality gadget of one node. */
export interface Grandpa {
  /** @throws ConsensusError BAD_RECORD */
  start(): void
  /** Resolves when nothing more is written. */
  stop(): Promise<void>
  peerConnected(peer: string, role: PeerRole): void
  peerDisconnected(peer: string): void
  /** A message of `grandpa/1`. */
  message(peer: string, bytes: Uint8Array): void
  /**
   * Finalizes a known block by an encoded proof. Harmless when it is final already.
   * @throws ConsensusError UNKNOWN_BLOCK, BAD_JUSTIFICATION, STOPPED, or OTHER_SET when an earlier block, that of
   * `wanted()`, must become final first.
   */
  importJustification(hash: Hash, justification: Uint8Array): Promise<void>
  /** The next block whose own proof is needed to go on: on the best chain, the one that changes the set. */
  wanted(): Block | undefined
  /** The answer of `grandpa_roundState`. */
  roundState(): RoundStateReport
  /** Told the encoded proof of whatever is finalized by votes. */
  onJustification(listener: (justification: Uint8Array) => void): () => void
}

/** Time between two looks at what should have happened, milliseconds. */
const TICK = 5_000
/** Commits kept while their blocks are not here. */
const MAX_HELD = 8
/** How long a catch-up waits for its blocks, milliseconds. */
const CATCH_UP_WAIT = 30_000
/** A node without votes writes its record after so many final blocks. */
const RECORD_PERIOD = 512

interface Job {
  run(): Promise<void>
  /** It will not run. */
  drop(): void
}

export function createGrandpa(deps: GrandpaDeps): Grandpa {
  const { chain, clock, logger, gossipDurationMs: gossipMs } = deps
  const metrics = deps.metrics ?? noMetrics
  const roundGauge = metrics.gauge('cess_grandpa_round', 'GRANDPA round')
  const votesCast = metrics.counter('cess_grandpa_votes_total', 'Votes cast', ['type'])
  const tree = createTree(chain)
  const ownKeys = new Map<Hex, KeyPair>(deps.keys.map((pair) => [toHex(pair.publicKey), pair]))
  const listeners = new Set<(justification: Uint8Array) => void>()
  let set: AuthoritySet
  let voter: Voter | undefined
  let running = false
  /** Something that must not happen happened: no vote may follow. */
  let halted = false
  let recordedAt = 0
  let blocksArrived = false
  let jobs: Job[] = []
  let held: { commit: Commit; from: string }[] = []
  let heldCatchUp: { catchUp: CatchUp; from: string; until: number } | undefined
  let lastRound: bigint | undefined
  let unsubscribe = (): void => undefined

  const gossip = createGossip({
    port: deps.gossip,
    clock,
    voters: () => voter?.voters,
    completed: () => voter?.completed(),
    heard(round, message) {
      voter?.hear(round, message)
      wake()
    },
    commit: (commit, from) => queue(() => onCommit(commit, from)),
    catchUp(catchUp, from) {
      heldCatchUp = { catchUp, from, until: clock.now() + CATCH_UP_WAIT }
      queue(tryCatchUp)
    },
  })

  // One thing after the other: a decision is on disk before the next one is made.

  let pumping: Promise<void> | undefined
  let dirty = false
  function wake(): void {
    dirty = true
    if (running)
      pumping ??= pump().finally(() => {
        pumping = undefined
        if (dirty && running && !halted) wake()
      })
  }
  function queue(run: () => Promise<void>, drop = (): void => undefined): void {
    jobs.push({ run, drop })
    if (halted) dropJobs()
    wake()
  }
  function dropJobs(): void {
    for (const job of jobs.splice(0)) job.drop()
  }
  async function pump(): Promise<void> {
    await Promise.resolve()
    while (dirty && running && !halted) {
      dirty = false
      try {
        const due = jobs
        jobs = []
        for (const job of due) await job.run()
        if (blocksArrived) await retryHeld()
        if (votingSet !== set.setId) await changeSet()
        await voter?.step()
        if (votingSet !== set.setId) dirty = true
        else if (set.at.number - recordedAt >= RECORD_PERIOD) await record()
        gossip.tick()
      } catch (error) {
        halted = true
        dropJobs()
        logger.error(
          { error },
          'GRANDPA stopped voting: its record could not be written or the chain refused what was decided. Restart the node once the cause is gone.',
        )
      }
    }
  }

  let timer: { at: number; timer: Timer } | undefined
  function wakeAt(at: number): void {
    if (timer && timer.at <= at) return
    timer?.timer.cancel()
    const fire = (): void => {
      timer = undefined
      wake()
    }
    timer = { at, timer: clock.after(Math.max(0, at - clock.now()), fire) }
  }
  let ticker: Timer | undefined
  function tick(): void {
    ticker = clock.after(TICK, () => {
      tick()
      const best = voter?.best()
      // Nothing moved and we have spoken: maybe nobody heard it.
      if (best && best.round.number === lastRound && best.stage !== 'start')
        gossip.repeat(lastRound, new Set(ownKeys.keys()))
      lastRound = best?.round.number
      gossip.tick()
    })
  }

  // The voter of the current set.

  let cast: CastVote[] = []
  let resume: ResumeFrom
  async function record(state: ResumeFrom = resume): Promise<void> {
    resume = state
    const { setId, authorities, pending, at } = set
    await writeRecord(chain.aux, { setId, authorities, pending, at, ...state, cast })
    recordedAt = at.number
  }
  /** The set that `voter` was made for. */
  let votingSet: bigint | undefined
  function createSetVoter(): Voter | undefined {
    votingSet = set.setId
    const voters = createVoterSet(set.setId, set.authorities)
    if (!voters) return undefined
    const keys = new Map([...ownKeys].filter(([id]) => voters.weight(id) !== undefined))
    return createVoter(
      {
        chain,
        tree,
        lag: deps.voteLag ?? 1,
        keys,
        gossipMs,
        now: clock.now.bind(clock),
        wakeAt,
        set: () => set,
        cast,
        voters,
        logger,
        persist: record,
        say(round, message) {
          votesCast.inc(1, { type: message.type })
          gossip.say(round, message)
        },
        early: gossip.messages,
        roundBegan(round) {
          roundGauge.set(Number(round))
          gossip.moved({ setId: voters.setId, round, height: set.at.number })
        },
        broadcastCommit: gossip.spread,
        finalize,
        equivocated: (round, e) => deps.onEquivocation?.(voters.setId, round, e),
      },
      resume,
    )
  }
  async function changeSet(): Promise<void> {
    cast = []
    await record({ completed: undefined, base: set.at })
    held = []
    heldCatchUp = undefined
    voter = createSetVoter()
    logger.info({ setId: set.setId, voters: set.authorities.length }, 'A new GRANDPA set votes.')
  }

  // Finality.

  async function finalize(commit: Commit): Promise<void> {
    const { target } = commit
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
    const period = Math.max(1, deps.justificationPeriod)
    const due = Math.floor(target.number / period) > Math.floor(set.at.number / period)
    const keep = due || target.number === handover
    const proof = keep || listeners.size > 0 ? justify(commit, chain, tree) : undefined
    // Without its proof nobody could follow a change of the set later. Votes nearer to the target come.
    if (target.number === handover && !proof) return
    // Those who miss the last round of a set can only learn of its end from a commit.
    if (target.number === handover) gossip.spread(commit)
    await chain.finalize(target.hash, keep ? proof : undefined)
    announce(proof)
  }
  function announce(proof: Uint8Array | undefined): void {
    if (!proof) return
    for (const listener of listeners) listener(proof)
  }

  async function onCommit(commit: Commit, from: string): Promise<void> {
    if (!voter || commit.target.number <= set.at.number) return
    if (!decides(commit, voter.voters, tree)) {
      const missing = [commit, ...commit.precommits].some(({ target }) => !tree.node(target.hash))
      if (!missing) return gossip.charge(from, 'badCommit')
      held = [...held, { commit, from }].slice(-MAX_HELD)
      return
    }
    gossip.credit(from, 'commit')
    await finalize(commit)
    gossip.spread(commit)
    if (voter.voters.setId === set.setId) await voter.witness(commit)
  }
  async function tryCatchUp(): Promise<void> {
    if (!heldCatchUp || !voter) return
    const { catchUp, from, until } = heldCatchUp
    const missing = blocksOf(catchUp).some(({ hash }) => !tree.node(hash))
    if (missing && clock.now() < until) return
    heldCatchUp = undefined
    if (missing || catchUp.round <= voter.best().round.number) return
    const done = await voter.catchUp(catchUp)
    if (done) gossip.credit(from, 'catchUp')
    else gossip.charge(from, 'badCatchUp')
  }
  async function retryHeld(): Promise<void> {
    blocksArrived = false
    voter?.blocksArrived()
    const retry = held
    held = []
    for (const { commit, from } of retry) await onCommit(commit, from)
    await tryCatchUp()
  }
  async function importJustification(hash: Hash, justification: Uint8Array): Promise<void> {
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
  }

  function onChain(event: ChainEvent): void {
    if (event.type === 'imported') blocksArrived = true
    else {
      for (const hash of event.path) set = afterFinalized(set, tree.node(hash)!)
      tree.prune(event.path.length ? set.at.number : 0, event.stale)
      if (votingSet !== set.setId) voter?.stop()
      else if (voter)
        gossip.moved({
          setId: set.setId,
          round: voter.best().round.number,
          height: set.at.number,
        })
    }
    wake()
  }

  return {
    start() {
      if (running) return
      const { finalizedHash: hash, finalizedNumber: number } = chain.info()
      const known = readRecord(chain.aux)
      const nodeAt = (n: number) => tree.node(chain.hashAt(n)!)!
      set = known ? catchUpSet(known, number, nodeAt) : readAuthoritySet(chain, { hash, number })
      const same = known && known.setId === set.setId
      resume = same ? known : { completed: undefined, base: { hash, number } }
      resume = { completed: resume.completed, base: resume.base }
      const round = (resume.completed?.round ?? 0n) + 1n
      cast = same ? known.cast.filter((vote) => vote.round === round) : []
      running = true
      unsubscribe = chain.subscribe(onChain)
      voter = createSetVoter()
      if (!same) queue(() => record())
      tick()
      wake()
    },
    async stop() {
      running = false
      unsubscribe()
      timer?.timer.cancel()
      ticker?.cancel()
      voter?.stop()
      await pumping
      dropJobs()
    },
    peerConnected: gossip.connected,
    peerDisconnected: gossip.disconnected,
    message(peer, bytes) {
      if (running && !halted) gossip.message(peer, bytes)
    },
    importJustification: (hash, justification) =>
      new Promise((resolve, reject) => {
        const stopped = new ConsensusError(
          'STOPPED',
          'GRANDPA is not running; start the node again.',
        )
        const drop = (): void => reject(stopped)
        queue(() => importJustification(hash, justification).then(resolve, reject), drop)
      }),
    wanted() {
      if (!running) return undefined
      const path = tree.path(set.at, chain.info().bestHash) ?? []
      const handover = handoverOn(set, path)
      return path.find(({ number }) => number === handover)
    },
    roundState: () => reportRounds(set.setId, voter),
    onJustification(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
