import { fromHex } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import { type GrandpaGossip, grandpaGossip as gossipCodec } from '@cess/primitives'
import { encode } from '@cess/scale'
import { type Commit, commitMessage } from './commit.ts'
import {
  chosen,
  heightOf,
  neighborMessage,
  type Peer,
  sameView,
  type View,
  wantsRound,
} from './peers.ts'
import { messageOf, type SignedMessage } from './vote.ts'

/** Neighbor packets are repeated after this time, milliseconds (NEIGHBOR_REBROADCAST_PERIOD). */
export const NEIGHBOR_PERIOD = 120_000
/** Different messages kept of one voter in one phase: two prove that it cheats, more would only fill memory. */
const MAX_OF_VOTER = 2

interface StoredCommit {
  readonly height: number
  readonly bytes: Uint8Array
}

/** What peers should hear of: the messages of the rounds around ours, the last commits, and where we are. */
export interface Outbox {
  view(): View
  /** Enters a checked message. */
  keep(round: bigint, message: SignedMessage): void
  has(round: bigint, message: SignedMessage): boolean
  /** Whether its voter has said enough in this phase. */
  isFull(round: bigint, message: SignedMessage): boolean
  /** Checked messages of a round, in order of arrival. */
  messages(round: bigint): SignedMessage[]
  /** Notes that the peer has the message; false when that was known. */
  note(peer: Peer, round: bigint, message: SignedMessage): boolean
  relay(round: bigint, message: SignedMessage): void
  /** What a peer may be missing of the rounds that it wants, and the last commit of its set. */
  fill(peer: Peer): void
  /** Our own messages of a round again, to everybody. */
  repeat(round: bigint, ids: ReadonlySet<string>): void
  spread(commit: Commit): void
  /** A neighbor packet, if it is due. */
  greet(peer: Peer): void
  post(peer: Peer, message: GrandpaGossip): boolean
  moved(to: View): void
}

export function createOutbox(deps: {
  readonly peers: ReadonlyMap<string, Peer>
  readonly clock: Clock
  /** False when the message could not be sent. */
  send(peer: string, bytes: Uint8Array): boolean
}): Outbox {
  const { peers, clock, send } = deps
  const book = new Map<bigint, Map<string, SignedMessage>>()
  /** The highest commit of this set and of the one before, for peers that missed them. */
  const commits = new Map<bigint, StoredCommit>()
  let view: View = { setId: 0n, round: 1n, height: 0 }

  const keyOf = ({ type, id, target }: SignedMessage): string => `${type}${id}${target.hash}`

  function noteKey(peer: Peer, round: bigint, key: string): boolean {
    const keys = peer.has.get(round) ?? new Set<string>()
    peer.has.set(round, keys)
    if (keys.has(key)) return false
    keys.add(key)
    return true
  }

  const encodeMessage = (round: bigint, message: SignedMessage): Uint8Array =>
    encode(gossipCodec, {
      type: 'Vote',
      value: {
        round,
        setId: view.setId,
        message: messageOf(message.type, message.target),
        signature: message.signature,
        id: fromHex(message.id),
      },
    })

  function sendCommit(peer: Peer, setId: bigint, { height, bytes }: StoredCommit): void {
    if (send(peer.id, bytes)) peer.commit = { setId, height }
  }

  const post: Outbox['post'] = (peer, message) => send(peer.id, encode(gossipCodec, message))

  return {
    view: () => view,
    keep(round, message) {
      const messages = book.get(round) ?? new Map<string, SignedMessage>()
      book.set(round, messages.set(keyOf(message), message))
    },
    has: (round, message) => book.get(round)?.has(keyOf(message)) ?? false,
    isFull(round, { type, id }) {
      let count = 0
      for (const m of book.get(round)?.values() ?? []) if (m.id === id && m.type === type) count++
      return count >= MAX_OF_VOTER
    },
    messages: (round) => [...(book.get(round)?.values() ?? [])],
    note: (peer, round, message) => noteKey(peer, round, keyOf(message)),
    relay(round, message) {
      const bytes = encodeMessage(round, message)
      const key = keyOf(message)
      for (const peer of chosen(peers.values(), round)) {
        if (!wantsRound(peer, view.setId, round) || peer.has.get(round)?.has(key)) continue
        if (send(peer.id, bytes)) noteKey(peer, round, key)
      }
    },
    fill(peer) {
      for (const [round, messages] of book) {
        if (peer.role === 'light' || !wantsRound(peer, view.setId, round)) continue
        for (const [key, message] of messages)
          if (!peer.has.get(round)?.has(key) && send(peer.id, encodeMessage(round, message)))
            noteKey(peer, round, key)
      }
      const { setId } = peer.announced
      const commit = commits.get(setId)
      if (commit && commit.height > heightOf(peer)) sendCommit(peer, setId, commit)
    },
    repeat(round, ids) {
      for (const [key, message] of book.get(round) ?? []) {
        if (!ids.has(message.id)) continue
        const bytes = encodeMessage(round, message)
        for (const peer of chosen(peers.values(), round))
          if (wantsRound(peer, view.setId, round) && send(peer.id, bytes)) noteKey(peer, round, key)
      }
    },
    spread(commit) {
      const height = commit.target.number
      const known = commits.get(view.setId)
      if (known && known.height >= height) return
      const stored = { height, bytes: encode(gossipCodec, commitMessage(commit, view.setId)) }
      commits.set(view.setId, stored)
      for (const peer of peers.values())
        if (peer.announced.setId === view.setId && heightOf(peer) < height)
          sendCommit(peer, view.setId, stored)
    },
    greet(peer) {
      const again = sameView(peer.sent, view)
      if (again && clock.now() - peer.sentAt < NEIGHBOR_PERIOD) return
      if (!post(peer, neighborMessage(view))) return
      peer.sent = view
      peer.sentAt = clock.now()
    },
    post,
    moved(to) {
      const isOtherSet = to.setId !== view.setId
      view = to
      if (isOtherSet) {
        book.clear()
        for (const setId of commits.keys()) if (setId + 1n < to.setId) commits.delete(setId)
      }
      for (const round of book.keys()) if (round + 1n < to.round) book.delete(round)
      for (const { has } of peers.values())
        for (const round of has.keys()) if (isOtherSet || round + 1n < to.round) has.delete(round)
    },
  }
}
