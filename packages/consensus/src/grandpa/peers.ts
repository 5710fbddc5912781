import type { GrandpaGossip } from '@cess/primitives'

/** Where somebody is: in which set and round, and how high the commits go that it knows. */
export interface View {
  readonly setId: bigint
  readonly round: bigint
  readonly height: number
}

export type PeerRole = 'full' | 'light' | 'authority'

export interface Peer {
  readonly id: string
  role: PeerRole
  /** Its last neighbor packet. */
  announced: View
  heardAt: number | undefined
  /** At least this round, by what it announced and sent. */
  round: bigint
  /** Height of the highest commit that it sent us or we sent it, and its set. */
  commit: { setId: bigint; height: number }
  /** Keys of the messages that it has, by round of the current set. */
  readonly has: Map<bigint, Set<string>>
  /** Our last neighbor packet to it. */
  sent: View | undefined
  sentAt: number
  /** When we last sent it everything again. */
  repeatedAt: number
}

/** A peer that has said nothing yet: by default in the first round of the first set. */
export const newPeer = (id: string, role: PeerRole): Peer => ({
  id,
  role,
  announced: { setId: 0n, round: 1n, height: 0 },
  heardAt: undefined,
  round: 1n,
  commit: { setId: 0n, height: 0 },
  has: new Map(),
  sent: undefined,
  sentAt: Number.NEGATIVE_INFINITY,
  repeatedAt: Number.NEGATIVE_INFINITY,
})

export const sameView = (a: View | undefined, b: View): boolean =>
  a?.setId === b.setId && a.round === b.round && a.height === b.height

/** Whether a peer there wants messages of this round: its own, and those beside it. */
export const wantsRound = (peer: Peer, setId: bigint, round: bigint): boolean =>
  peer.announced.setId === setId && round + 1n >= peer.round && round <= peer.round + 1n

/** A neighbor packet may only go forward: in sets, then in rounds; the height never falls. */
export function goesBack(from: View, to: View): boolean {
  if (to.setId !== from.setId) return to.setId < from.setId
  return to.round < from.round || to.height < from.height
}

export const neighborMessage = ({ setId, round, height }: View): GrandpaGossip => ({
  type: 'Neighbor',
  value: { type: 'V1', value: { setId, round, commitFinalizedHeight: height } },
})

/**
 * Peers that a message of this round goes to first: every authority, and of the others a share that grows with
 * the square root of their number, another one in each round.
 */
export function chosen(peers: Iterable<Peer>, round: bigint, lucky = 4): Set<Peer> {
  const result = new Set<Peer>()
  const others: Peer[] = []
  for (const peer of peers) {
    if (peer.role === 'authority') result.add(peer)
    else if (peer.role === 'full') others.push(peer)
  }
  const count = Math.max(lucky, Math.ceil(Math.sqrt(others.length)))
  const rank = (peer: Peer): number => {
    // FNV-1a of round and peer: any order will do that differs from round to round.
    let hash = 0x811c9dc5
    for (const char of `${round}${peer.id}`)
      hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0
    return hash
  }
  const ranked = others.map((peer) => [rank(peer), peer] as const).sort(([a], [b]) => a - b)
  for (const [, peer] of ranked.slice(0, count)) result.add(peer)
  return result
}

/** Height of the highest commit of its set that it knows of. */
export const heightOf = ({ announced, commit }: Peer): number =>
  commit.setId === announced.setId ? Math.max(announced.height, commit.height) : announced.height
