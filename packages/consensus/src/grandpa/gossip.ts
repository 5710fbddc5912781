import { toHex } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import { type GrandpaGossip, grandpaGossip as gossipCodec } from '@cess/primitives'
import { decode } from '@cess/scale'
import { type CatchUp, catchUpMessage, readCatchUp } from './catch-up.ts'
import { type Commit, commitFault, readCommit } from './commit.ts'
import { BENEFIT, COST, UNDECODABLE_BYTE } from './costs.ts'
import { createOutbox, NEIGHBOR_PERIOD } from './outbox.ts'
import { goesBack, newPeer, type Peer, type PeerRole, sameView, type View } from './peers.ts'
import { isSignedBy, type SignedMessage } from './vote.ts'
import type { VoterSet } from './voters.ts'

/** The notification protocol `grandpa/1`. */
export interface GossipPort {
  /** False when the message could not be sent. */
  send(peer: string, bytes: Uint8Array): boolean
  report(peer: string, change: number, reason: string): void
}

interface GossipDeps {
  readonly port: GossipPort
  readonly clock: Clock
  /** The current set; `undefined` when nobody votes. */
  voters(): VoterSet | undefined
  /** The last round that we completed. */
  completed(): CatchUp | undefined
  /** Each message whose form, window and signatures were checked. */
  heard(round: bigint, message: SignedMessage): void
  commit(commit: Commit, setId: bigint, from: string): void
  catchUp(catchUp: CatchUp, setId: bigint, from: string): void
}

/** Checks what peers say, and tells them what they should hear (sc_consensus_grandpa `communication/gossip.rs`). */
export interface Gossip {
  connected(peer: string, role: PeerRole): void
  disconnected(peer: string): void
  message(peer: string, bytes: Uint8Array): void
  /** Our own message: to everybody who wants it. */
  say(round: bigint, message: SignedMessage): void
  /** Checked messages that it may not have seen, to pass on to those who lack them. */
  remember(round: bigint, messages: readonly SignedMessage[]): void
  /** A commit that is good, ours or a peer's: to everybody who knows less. */
  spread(commit: Commit): void
  /** Where we are now. Peers hear of it with the next `tick`. */
  moved(view: View): void
  /** Messages of this round that were checked, in order of arrival. */
  messages(round: bigint): SignedMessage[]
  /** Sends our own messages of this round again, to everybody. */
  repeat(round: bigint, ids: ReadonlySet<string>): void
  /** Sends neighbor packets that are due; gives up on catch-ups that do not come. */
  tick(): void
  charge(peer: string, what: keyof typeof COST): void
  credit(peer: string, what: keyof typeof BENEFIT): void
}

type Message<T extends GrandpaGossip['type']> = Extract<GrandpaGossip, { type: T }>['value']

const CATCH_UP_TIMEOUT = 45_000
/** Rounds that a peer must be ahead before we ask for a catch-up. */
const CATCH_UP_THRESHOLD = 2n
/** Times between two repetitions of everything for one peer, milliseconds. */
const REPEAT_PERIOD = 5_000
const MAX_PEERS = 1024

export function createGossip(deps: GossipDeps): Gossip {
  const { port, clock } = deps
  const peers = new Map<string, Peer>()
  const outbox = createOutbox({ peers, clock, send: port.send })
  const { view } = outbox
  /** The catch-up that we wait for. */
  let asked: { peer: string; setId: bigint; round: bigint; until: number } | undefined

  const charge: Gossip['charge'] = (peer, what) => port.report(peer, COST[what][0], COST[what][1])
  const credit: Gossip['credit'] = (peer, what) =>
    port.report(peer, BENEFIT[what][0], BENEFIT[what][1])
  const greet = (peer: Peer): void => {
    if (deps.voters()) outbox.greet(peer)
  }

  function onNeighbor(peer: Peer, to: View): void {
    const now = clock.now()
    const first = peer.heardAt === undefined
    const again = !first && sameView(peer.announced, to)
    if (!first && goesBack(peer.announced, to)) return charge(peer.id, 'invalidViewChange')
    if (again && now - peer.heardAt! < NEIGHBOR_PERIOD / 2)
      return charge(peer.id, 'duplicateNeighbor')
    if (to.setId !== peer.announced.setId || first) {
      peer.has.clear()
      peer.round = to.round
    }
    if (to.round > peer.round) peer.round = to.round
    peer.announced = to
    peer.heardAt = now
    // It has not moved for minutes: maybe what we sent did not arrive.
    if (again) forget(peer)
    for (const round of peer.has.keys()) if (round + 1n < peer.round) peer.has.delete(round)
    credit(peer.id, 'neighbor')
    outbox.fill(peer)
    askToCatchUp(peer)
  }

  function forget(peer: Peer): void {
    peer.has.clear()
    peer.commit = { setId: peer.announced.setId, height: peer.announced.height }
    peer.repeatedAt = clock.now()
  }

  function onVote(peer: Peer, vote: Message<'Vote'>): void {
    const { round, setId, message, signature } = vote
    const voters = deps.voters()
    const here = view()
    if (!voters || setId < here.setId || round + 1n < here.round) return charge(peer.id, 'past')
    if (setId > here.setId || round > here.round + 1n) return charge(peer.id, 'future')
    const id = toHex(vote.id)
    if (voters.weight(id) === undefined) return charge(peer.id, 'unknownVoter')
    const target = { hash: message.value.targetHash, number: message.value.targetNumber }
    const heard: SignedMessage = { type: message.type, target, signature, id }
    if (outbox.has(round, heard)) {
      if (!outbox.note(peer, round, heard)) onRepeated(peer, round)
      return
    }
    if (outbox.isFull(round, heard)) return
    if (!isSignedBy(id, signature, message, round, setId)) return charge(peer.id, 'badSignature')
    outbox.keep(round, heard)
    outbox.note(peer, round, heard)
    // It is there, or one round before: else it would not have passed this on.
    if (peer.announced.setId === setId && round - 1n > peer.round) peer.round = round - 1n
    credit(peer.id, 'vote')
    deps.heard(round, heard)
    outbox.relay(round, heard)
  }

  /** A peer that says again what it said in a round that we have completed is stuck there for want of something. */
  function onRepeated(peer: Peer, round: bigint): void {
    charge(peer.id, 'duplicate')
    if (round >= view().round || clock.now() - peer.repeatedAt < REPEAT_PERIOD) return
    forget(peer)
    outbox.fill(peer)
  }

  function onCommit(peer: Peer, message: Message<'Commit'>): void {
    const voters = deps.voters()
    const { setId, targetNumber: height } = message
    if (!voters || setId < view().setId) return charge(peer.id, 'past')
    if (setId > view().setId) return charge(peer.id, 'future')
    if (height > peer.commit.height || setId !== peer.commit.setId) peer.commit = { setId, height }
    // Two peers may tell us of the same block at the same time: that is no fault.
    if (height <= view().height) return
    const commit = readCommit(message)
    if (!commit || commitFault(commit, voters)) return charge(peer.id, 'badCommit')
    deps.commit(commit, setId, peer.id)
  }

  function askToCatchUp(peer: Peer): void {
    const { setId, round } = peer.announced
    if (asked || peer.role === 'light' || setId !== view().setId) return
    if (round < view().round + CATCH_UP_THRESHOLD) return
    const request = { setId, round: round - 1n }
    if (!outbox.post(peer, { type: 'CatchUpRequest', value: request })) return
    asked = { peer: peer.id, ...request, until: clock.now() + CATCH_UP_TIMEOUT }
  }

  function onCatchUpRequest(peer: Peer, { setId, round }: Message<'CatchUpRequest'>): void {
    const completed = deps.completed()
    const here = view()
    const justChanged = setId + 1n === here.setId && here.round <= CATCH_UP_THRESHOLD
    if (justChanged) return charge(peer.id, 'catchUpReply')
    if (setId !== here.setId || peer.round >= round || !completed || completed.round < round)
      return charge(peer.id, 'outOfScope')
    // Charged although it is honest: answers are large.
    charge(peer.id, 'catchUpReply')
    outbox.post(peer, catchUpMessage(completed, setId))
  }

  function onCatchUp(peer: Peer, message: Message<'CatchUp'>): void {
    const voters = deps.voters()
    if (asked?.peer !== peer.id || message.setId !== asked.setId || !voters)
      return charge(peer.id, 'outOfScope')
    const { round, setId } = asked
    asked = undefined
    if (message.round < round) return charge(peer.id, 'malformedCatchUp')
    const catchUp = readCatchUp(message, voters)
    if (typeof catchUp === 'string') return charge(peer.id, 'malformedCatchUp')
    deps.catchUp(catchUp, setId, peer.id)
  }

  function dispatch(peer: Peer, { type, value }: GrandpaGossip): void {
    if (type === 'Vote') return onVote(peer, value)
    if (type === 'Commit') return onCommit(peer, value)
    if (type === 'CatchUp') return onCatchUp(peer, value)
    if (type === 'CatchUpRequest') return onCatchUpRequest(peer, value)
    const { setId, round, commitFinalizedHeight: height } = value.value
    onNeighbor(peer, { setId, round, height })
  }

  return {
    connected(id, role) {
      if (peers.size >= MAX_PEERS && !peers.has(id)) return
      const peer = newPeer(id, role)
      peers.set(id, peer)
      greet(peer)
    },
    disconnected(id) {
      peers.delete(id)
      if (asked?.peer === id) asked = undefined
    },
    message(id, bytes) {
      const peer = peers.get(id)
      if (!peer) return
      let message: GrandpaGossip
      try {
        message = decode(gossipCodec, bytes)
      } catch {
        const cost = UNDECODABLE_BYTE * bytes.length
        port.report(id, cost, 'GRANDPA: a message that does not decode')
        return
      }
      dispatch(peer, message)
    },
    say(round, message) {
      outbox.keep(round, message)
      outbox.relay(round, message)
    },
    remember(round, messages) {
      for (const message of messages) if (!outbox.has(round, message)) outbox.keep(round, message)
    },
    spread: outbox.spread,
    moved(to) {
      // What we asked for was of the set before.
      if (to.setId !== view().setId) asked = undefined
      outbox.moved(to)
      for (const peer of peers.values()) askToCatchUp(peer)
    },
    messages: outbox.messages,
    repeat: outbox.repeat,
    tick() {
      if (asked && asked.until <= clock.now()) {
        charge(asked.peer, 'catchUpTimeout')
        asked = undefined
        for (const peer of peers.values()) askToCatchUp(peer)
      }
      for (const peer of peers.values()) greet(peer)
    },
    charge,
    credit,
  }
}
