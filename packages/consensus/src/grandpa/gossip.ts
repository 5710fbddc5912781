import { fromHex, toHex } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import { type GrandpaGossip, grandpaGossip as gossipCodec } from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import { type CatchUp, catchUpMessage, readCatchUp } from './catch-up.ts'
import { type Commit, commitFault, commitMessage, readCommit } from './commit.ts'
import { BENEFIT, COST, UNDECODABLE_BYTE } from './costs.ts'
import {
  chosen,
  goesBack,
  neighborMessage,
  newPeer,
  type Peer,
  type PeerRole,
  sameView,
  type View,
  wantsRound,
} from './peers.ts'
import { isSignedBy, messageOf, type SignedMessage } from './vote.ts'
import type { VoterSet } from './voters.ts'

/** The notification protocol `grandpa/1`. */
export interface GossipPort {
  /** False when the message could not be sent. */
  send(peer: string, bytes: Uint8Array): boolean
  report(peer: string, change: number, reason: string): void
}

export interface GossipDeps {
  readonly port: GossipPort
  readonly clock: Clock
  /** The current set; `undefined` when nobody votes. */
  voters(): VoterSet | undefined
  /** The last round that we completed. */
  completed(): CatchUp | undefined
  heard(round: bigint, message: SignedMessage): void
  commit(commit: Commit, from: string): void
  catchUp(catchUp: CatchUp, from: string): void
}

export interface Gossip {
  connected(peer: string, role: PeerRole): void
  disconnected(peer: string): void
  message(peer: string, bytes: Uint8Array): void
  /** Our own message: to everybody who wants it. */
  say(round: bigint, message: SignedMessage): void
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

/** Neighbor packets are repeated after this time, milliseconds (NEIGHBOR_REBROADCAST_PERIOD). */
export const NEIGHBOR_PERIOD = 120_000
const CATCH_UP_TIMEOUT = 45_000
/** Rounds that a peer must be ahead before we ask for a catch-up. */
const CATCH_UP_THRESHOLD = 2n
/** Times between two repetitions of everything for one peer, milliseconds. */
const REPEAT_PERIOD = 5_000
const MAX_PEERS = 1024

const keyOf = ({ type, id, target }: SignedMessage): string => `${type}${id}${target.hash}`

export function createGossip(deps: GossipDeps): Gossip {
  const { port, clock } = deps
  const peers = new Map<string, Peer>()
  /** Checked messages by round and key; two of each voter and kind. */
  const book = new Map<bigint, Map<string, SignedMessage>>()
  let view: View = { setId: 0n, round: 1n, height: 0 }
  /** The highest commit of this set and of the one before, for peers that missed them. */
  const commits = new Map<bigint, { height: number; bytes: Uint8Array }>()
  let asked: { peer: string; setId: bigint; round: bigint; until: number } | undefined

  const charge: Gossip['charge'] = (peer, what) => port.report(peer, COST[what][0], COST[what][1])
  const credit: Gossip['credit'] = (peer, what) =>
    port.report(peer, BENEFIT[what][0], BENEFIT[what][1])
  const post = (peer: Peer, message: GrandpaGossip): boolean =>
    port.send(peer.id, encode(gossipCodec, message))

  function markHas(peer: Peer, round: bigint, key: string): boolean {
    const keys = peer.has.get(round) ?? new Set<string>()
    peer.has.set(round, keys)
    if (keys.has(key)) return false
    keys.add(key)
    return true
  }

  function sendMessage(peer: Peer, round: bigint, key: string, bytes: Uint8Array): void {
    if (peer.has.get(round)?.has(key)) return
    if (port.send(peer.id, bytes)) markHas(peer, round, key)
  }

  const encodeMessage = (round: bigint, { type, target, signature, id }: SignedMessage) =>
    encode(gossipCodec, {
      type: 'Vote',
      value: {
        round,
        setId: view.setId,
        message: messageOf(type, target),
        signature,
        id: fromHex(id),
      },
    })

  function relay(round: bigint, message: SignedMessage): void {
    const bytes = encodeMessage(round, message)
    const key = keyOf(message)
    for (const peer of chosen(peers.values(), round))
      if (wantsRound(peer, view.setId, round)) sendMessage(peer, round, key, bytes)
  }

  /** What a peer may be missing of the rounds that it wants, and the last commit of its set. */
  function fill(peer: Peer): void {
    if (peer.role !== 'light')
      for (const [round, messages] of book) {
        if (!wantsRound(peer, view.setId, round)) continue
        for (const [key, message] of messages)
          if (!peer.has.get(round)?.has(key))
            sendMessage(peer, round, key, encodeMessage(round, message))
      }
    const commit = commits.get(peer.announced.setId)
    if (commit && commit.height > heightOf(peer)) sendCommit(peer, peer.announced.setId, commit)
  }

  const heightOf = ({ announced, commit }: Peer): number =>
    commit.setId === announced.setId ? Math.max(announced.height, commit.height) : announced.height

  function sendCommit(peer: Peer, setId: bigint, commit: { height: number; bytes: Uint8Array }) {
    if (port.send(peer.id, commit.bytes)) peer.commit = { setId, height: commit.height }
  }

  function greet(peer: Peer): void {
    if (!deps.voters()) return
    const again = sameView(peer.sent, view)
    if (again && clock.now() - peer.sentAt < NEIGHBOR_PERIOD) return
    if (!post(peer, neighborMessage(view))) return
    peer.sent = view
    peer.sentAt = clock.now()
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
    // It has not moved for minutes: maybe what we sent did not arrive.
    if (again) forget(peer)
    peer.announced = to
    peer.heardAt = now
    for (const round of peer.has.keys()) if (round + 1n < peer.round) peer.has.delete(round)
    credit(peer.id, 'neighbor')
    fill(peer)
    askToCatchUp(peer)
  }

  function forget(peer: Peer): void {
    peer.has.clear()
    peer.commit = { setId: peer.announced.setId, height: peer.announced.height }
    peer.repeatedAt = clock.now()
  }

  function askToCatchUp(peer: Peer): void {
    const { setId, round } = peer.announced
    if (asked || peer.role === 'light' || setId !== view.setId) return
    if (round < view.round + CATCH_UP_THRESHOLD) return
    const request = { setId, round: round - 1n }
    if (!post(peer, { type: 'CatchUpRequest', value: request })) return
    asked = { peer: peer.id, ...request, until: clock.now() + CATCH_UP_TIMEOUT }
  }

  function onMessage(
    peer: Peer,
    {
      round,
      setId,
      message,
      signature,
      id: key,
    }: Extract<GrandpaGossip, { type: 'Vote' }>['value'],
  ): void {
    const voters = deps.voters()
    if (!voters || setId < view.setId || round + 1n < view.round) return charge(peer.id, 'past')
    if (setId > view.setId || round > view.round + 1n) return charge(peer.id, 'future')
    const id = toHex(key)
    if (voters.weight(id) === undefined) return charge(peer.id, 'unknownVoter')
    const target = { hash: message.value.targetHash, number: message.value.targetNumber }
    const heard: SignedMessage = { type: message.type, target, signature, id }
    const known = keyOf(heard)
    const messages = book.get(round) ?? new Map<string, SignedMessage>()
    if (messages.has(known)) {
      if (!markHas(peer, round, known)) repeatFor(peer, round)
      return
    }
    // Two prove that the voter cheats. More would only fill memory.
    let count = 0
    for (const m of messages.values()) if (m.id === id && m.type === heard.type) count++
    if (count >= 2) return
    if (!isSignedBy(id, signature, message, round, setId)) return charge(peer.id, 'badSignature')
    book.set(round, messages.set(known, heard))
    markHas(peer, round, known)
    // It is there, or one round before: else it would not have passed this on.
    if (peer.announced.setId === setId && round - 1n > peer.round) peer.round = round - 1n
    credit(peer.id, 'vote')
    deps.heard(round, heard)
    relay(round, heard)
  }

  /** A peer that says again what it said in a round that we have completed is stuck there for want of something. */
  function repeatFor(peer: Peer, round: bigint): void {
    charge(peer.id, 'duplicate')
    if (round >= view.round || clock.now() - peer.repeatedAt < REPEAT_PERIOD) return
    forget(peer)
    fill(peer)
  }

  function onCommit(
    peer: Peer,
    message: Extract<GrandpaGossip, { type: 'Commit' }>['value'],
  ): void {
    const voters = deps.voters()
    const { setId, targetNumber: height } = message
    if (!voters || setId < view.setId) return charge(peer.id, 'past')
    if (setId > view.setId) return charge(peer.id, 'future')
    if (height > peer.commit.height || setId !== peer.commit.setId) peer.commit = { setId, height }
    // Two peers may tell us of the same block at the same time: that is no fault.
    if (height <= view.height) return
    const commit = readCommit(message)
    if (!commit || commitFault(commit, voters)) return charge(peer.id, 'badCommit')
    deps.commit(commit, peer.id)
  }

  function onCatchUpRequest(peer: Peer, setId: bigint, round: bigint): void {
    const completed = deps.completed()
    const justChanged = setId + 1n === view.setId && view.round <= CATCH_UP_THRESHOLD
    if (justChanged) return charge(peer.id, 'catchUpReply')
    if (setId !== view.setId || peer.round >= round || !completed || completed.round < round)
      return charge(peer.id, 'outOfScope')
    // Charged although it is honest: answers are large.
    charge(peer.id, 'catchUpReply')
    post(peer, catchUpMessage(completed, setId))
  }

  function onCatchUp(
    peer: Peer,
    message: Extract<GrandpaGossip, { type: 'CatchUp' }>['value'],
  ): void {
    const voters = deps.voters()
    if (asked?.peer !== peer.id || message.setId !== asked.setId || !voters)
      return charge(peer.id, 'outOfScope')
    const { round, setId } = asked
    asked = undefined
    // The set may have changed since we asked.
    if (setId !== view.setId) return
    if (message.round < round) return charge(peer.id, 'malformedCatchUp')
    const catchUp = readCatchUp(message, voters)
    if (typeof catchUp === 'string') return charge(peer.id, 'malformedCatchUp')
    deps.catchUp(catchUp, peer.id)
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
        port.report(id, UNDECODABLE_BYTE * bytes.length, 'GRANDPA: a message that does not decode')
        return
      }
      if (message.type === 'Vote') onMessage(peer, message.value)
      else if (message.type === 'Commit') onCommit(peer, message.value)
      else if (message.type === 'Neighbor') {
        const { setId, round, commitFinalizedHeight: height } = message.value.value
        onNeighbor(peer, { setId, round, height })
      } else if (message.type === 'CatchUp') onCatchUp(peer, message.value)
      else onCatchUpRequest(peer, message.value.setId, message.value.round)
    },
    say(round, message) {
      const messages = book.get(round) ?? new Map<string, SignedMessage>()
      book.set(round, messages.set(keyOf(message), message))
      relay(round, message)
    },
    spread(commit) {
      const height = commit.target.number
      const known = commits.get(view.setId)
      if (known && known.height >= height) return
      const bytes = encode(gossipCodec, commitMessage(commit, view.setId))
      commits.set(view.setId, { height, bytes })
      for (const peer of peers.values())
        if (peer.announced.setId === view.setId && heightOf(peer) < height)
          sendCommit(peer, view.setId, { height, bytes })
    },
    moved(to) {
      const before = view
      if (sameView(before, to)) return
      view = to
      if (to.setId !== before.setId) {
        book.clear()
        for (const peer of peers.values()) peer.has.clear()
        for (const setId of commits.keys()) if (setId + 1n < to.setId) commits.delete(setId)
        asked = undefined
      }
      for (const round of book.keys()) if (round + 1n < to.round) book.delete(round)
      for (const peer of peers.values()) {
        for (const round of peer.has.keys()) if (round + 1n < to.round) peer.has.delete(round)
        askToCatchUp(peer)
      }
    },
    messages: (round) => [...(book.get(round)?.values() ?? [])],
    repeat(round, ids) {
      for (const message of book.get(round)?.values() ?? []) {
        if (!ids.has(message.id)) continue
        const bytes = encodeMessage(round, message)
        for (const peer of chosen(peers.values(), round))
          if (wantsRound(peer, view.setId, round) && port.send(peer.id, bytes))
            markHas(peer, round, keyOf(message))
      }
    },
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
