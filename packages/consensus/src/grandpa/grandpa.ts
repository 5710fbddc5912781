import { type Hash, type Hex, toHex } from '@cess/bytes'
import type { Chain, ChainEvent } from '@cess/chain'
import type { KeyPair } from '@cess/crypto'
import { type Clock, type Logger, type Metrics, noMetrics, type Timer } from '@cess/ports'
import { ConsensusError } from '../errors.ts'
import { type AuthoritySet, afterFinalized, catchUpSet, readAuthoritySet } from './authority-set.ts'
import { createFinality } from './finality.ts'
import { createGossip, type GossipPort } from './gossip.ts'
import type { PeerRole } from './peers.ts'
import { createPump } from './pump.ts'
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
  /** Resolves when nothing more is written. It cannot be started again. */
  stop(): Promise<void>
  peerConnected(peer: string, role: PeerRole): void
  peerDisconnected(peer: string): void
  /** A message of `grandpa/1`. */
  message(peer: string, bytes: Uint8Array): void
  /**
   * Finalizes a known block by an encoded proof. Harmless when it is final already.
   * @throws ConsensusError UNKNOWN_BLOCK, BAD_JUSTIFICATION, STOPPED, or OTHER_SET when an earlier block,
   * that of `wanted()`, must become final first.
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
/** A node without votes writes its record after so many final blocks. */
const RECORD_PERIOD = 512

export function createGrandpa(deps: GrandpaDeps): Grandpa {
  const { chain, clock, logger } = deps
  const metrics = deps.metrics ?? noMetrics
  const roundGauge = metrics.gauge('cess_grandpa_round', 'GRANDPA round')
  const votesCast = metrics.counter('cess_grandpa_votes_total', 'Votes cast', ['type'])
  const tree = createTree(chain)
  const ownKeys = new Map<Hex, KeyPair>(deps.keys.map((pair) => [toHex(pair.publicKey), pair]))
  let set: AuthoritySet
  let voter: Voter | undefined
  /** The set that `voter` was made for. */
  let voterSetId: bigint | undefined
  let cast: CastVote[] = []
  let resume: ResumeFrom
  let recordedAt = 0
  let blocksArrived = false
  let lastRound: bigint | undefined
  let ticker: Timer | undefined
  let unsubscribe = (): void => undefined

  const pump = createPump({
    clock,
    step,
    failed: (error) =>
      logger.error(
        { error },
        'GRANDPA stopped voting: its record could not be written, or the chain refused what was decided. Restart the node once the cause is gone.',
      ),
  })
  const gossip = createGossip({
    port: deps.gossip,
    clock,
    voters: () => voter?.voters,
    completed: () => voter?.completed(),
    heard(round, message) {
      voter?.hear(round, message)
      pump.wake()
    },
    commit: (value, setId, peer) => pump.queue(() => finality.onCommit({ value, setId, peer })),
    catchUp: (value, setId, peer) => pump.queue(() => finality.onCatchUp({ value, setId, peer })),
  })
  const finality = createFinality({
    ...deps,
    tree,
    gossip,
    set: () => set,
    voter: () => voter,
  })

  async function step(): Promise<void> {
    if (voterSetId !== set.setId) await changeSet()
    if (blocksArrived) {
      blocksArrived = false
      voter?.blocksArrived()
      await finality.blocksArrived()
    }
    await voter?.step()
    if (voterSetId !== set.setId) pump.wake()
    else if (set.at.number - recordedAt >= RECORD_PERIOD) await record(resume)
    gossip.tick()
  }

  async function record(state: ResumeFrom): Promise<void> {
    resume = state
    const { setId, authorities, pending, at } = set
    await writeRecord(chain.aux, { setId, authorities, pending, at, ...state, cast })
    recordedAt = at.number
  }

  async function changeSet(): Promise<void> {
    cast = []
    await record({ completed: undefined, base: set.at, heard: [] })
    voter = createSetVoter()
    logger.info({ setId: set.setId, voters: set.authorities.length }, 'A new GRANDPA set votes.')
  }

  function createSetVoter(): Voter | undefined {
    voterSetId = set.setId
    const voters = createVoterSet(set.setId, set.authorities)
    if (!voters) return undefined
    return createVoter(
      {
        chain,
        tree,
        voters,
        cast,
        logger,
        lag: deps.voteLag ?? 1,
        keys: new Map([...ownKeys].filter(([id]) => voters.weight(id) !== undefined)),
        gossipMs: deps.gossipDurationMs,
        now: () => clock.now(),
        wakeAt: pump.wakeAt,
        set: () => set,
        persist: record,
        say(round, message) {
          votesCast.inc(1, { type: message.type })
          gossip.say(round, message)
        },
        early: gossip.messages,
        remember: gossip.remember,
        roundBegan(round) {
          roundGauge.set(Number(round))
          gossip.moved({ setId: voters.setId, round, height: set.at.number })
        },
        broadcastCommit: gossip.spread,
        finalize: finality.finalize,
        equivocated: (round, e) => deps.onEquivocation?.(voters.setId, round, e),
      },
      resume,
    )
  }

  function onChain(event: ChainEvent): void {
    if (event.type === 'imported') blocksArrived = true
    else {
      for (const hash of event.path) set = afterFinalized(set, tree.node(hash)!)
      tree.prune(set.at.number, event.stale)
      const round = voter?.best().round.number
      // A set that has ended says nothing more; the next one begins with the next step.
      if (voterSetId !== set.setId) voter?.stop()
      else if (round) gossip.moved({ setId: set.setId, round, height: set.at.number })
    }
    pump.wake()
  }

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

  /** The set at the last final block, and what to go on from when the record is of the same one. */
  function restore(): void {
    const { finalizedHash: hash, finalizedNumber: number } = chain.info()
    const known = readRecord(chain.aux)
    const nodeAt = (n: number) => tree.node(chain.hashAt(n)!)!
    set = known ? catchUpSet(known, number, nodeAt) : readAuthoritySet(chain, { hash, number })
    resume = { completed: undefined, base: { hash, number }, heard: [] }
    if (known?.setId !== set.setId) return
    resume = { completed: known.completed, base: known.base, heard: known.heard }
    const round = (known.completed?.round ?? 0n) + 1n
    cast = known.cast.filter((vote) => vote.round === round)
  }

  return {
    start() {
      if (pump.isRunning()) return
      restore()
      unsubscribe = chain.subscribe(onChain)
      voter = createSetVoter()
      pump.queue(() => record(resume))
      pump.start()
      tick()
    },
    async stop() {
      unsubscribe()
      ticker?.cancel()
      voter?.stop()
      await pump.stop()
    },
    peerConnected: gossip.connected,
    peerDisconnected: gossip.disconnected,
    message(peer, bytes) {
      if (pump.isRunning()) gossip.message(peer, bytes)
    },
    importJustification: (hash, justification) =>
      new Promise((resolve, reject) => {
        const run = () => finality.importJustification(hash, justification).then(resolve, reject)
        pump.queue(run, () =>
          reject(new ConsensusError('STOPPED', 'GRANDPA is not running; start the node again.')),
        )
      }),
    wanted: () => (pump.isRunning() ? finality.wanted() : undefined),
    roundState: () => reportRounds(voterSetId ?? 0n, voter),
    onJustification: finality.onProof,
  }
}
