import type { Hash } from '@cess/bytes'
import { ROLE } from '@cess/network'
import type { Block, PeerStatus } from './api.ts'
import { type KnownSet, knownSet } from './known.ts'

/** Announcements remembered of each peer. */
const KNOWN_BLOCKS = 512

/** A block that a peer has. Its parent is known when it was announced. */
export interface Offer extends Block {
  readonly parent?: Hash
}

export interface SyncPeer {
  readonly id: string
  readonly roles: number
  /** Its best block, by what it said last. */
  best: Offer
  /** Blocks that we announced to it: also those it told us of, so that it knows how far we are. */
  readonly told: KnownSet<Hash>
  /** A request to it is under way. */
  busy: boolean
  /** It failed us; not before this time. Clock milliseconds. */
  restUntil: number
  failures: number
  /** When it was last asked for a finality proof. */
  proofAskedAt: number
  /** The search for the highest block that its chain and ours have in common. */
  search: AncestorSearch | undefined
  /** Found by the search. */
  common: Block | undefined
  /** Its chain left ours deeper than one answer reaches. */
  deep: boolean
  /** Other peers' ranges did not fit its chain: it is asked for all of them. */
  solo: boolean
  /** Blocks beside its best that it announced and that may be new here. */
  readonly offers: Map<Hash, Offer>
}

export const newPeer = (id: string, roles: number, best: Block): SyncPeer => ({
  id,
  roles,
  best,
  told: knownSet(KNOWN_BLOCKS),
  busy: false,
  restUntil: 0,
  failures: 0,
  proofAskedAt: Number.NEGATIVE_INFINITY,
  search: undefined,
  common: undefined,
  deep: false,
  solo: false,
  offers: new Map(),
})

/** Offers remembered of each peer. */
const MAX_OFFERS = 16

export function offer(peer: SyncPeer, block: Offer): void {
  peer.offers.delete(block.hash)
  peer.offers.set(block.hash, block)
  if (peer.offers.size > MAX_OFFERS) peer.offers.delete(peer.offers.keys().next().value!)
}

/** Light clients have no blocks to give. */
export const isSource = ({ roles }: SyncPeer): boolean => roles !== ROLE.light

export const statusOf = ({ id, roles, best }: SyncPeer): PeerStatus => ({
  peerId: id,
  roles: roles === ROLE.authority ? 'AUTHORITY' : roles === ROLE.light ? 'LIGHT' : 'FULL',
  bestHash: best.hash,
  bestNumber: best.number,
})

/**
 * Finds by single headers where a peer's chain leaves ours: in growing steps down to a block that both have,
 * then by halves. `high` is known to differ, `low` to be common.
 */
export interface AncestorSearch {
  /** The last final block here: a chain without it is of no use. */
  readonly floor: number
  high: number
  low: Block | undefined
  step: number
  /** The number to ask for next. */
  at: number
}

/** @param top The lower of the two tips. */
export const beginSearch = (top: number, floor: number): AncestorSearch => ({
  floor,
  high: Math.max(top, floor) + 1,
  low: undefined,
  step: 1,
  at: Math.max(top, floor),
})

/**
 * Takes in block `search.at` of the peer and whether it is here too. Returns the common block once it is found,
 * or `'none'` when even the last final block differs.
 */
export function advanceSearch(
  search: AncestorSearch,
  block: Block,
  isHere: boolean,
): Block | 'none' | undefined {
  if (isHere) search.low = block
  else {
    if (search.at <= search.floor) return 'none'
    search.high = search.at
  }
  const { low, high, floor } = search
  if (low) {
    if (low.number + 1 >= high) return low
    search.at = (low.number + high) >> 1
    return undefined
  }
  search.at = Math.max(floor, high - search.step)
  search.step *= 2
  return undefined
}

/** The middle one of the numbers that peers claim: a few liars do not move it. */
export function middleBest(peers: Iterable<SyncPeer>): number {
  const numbers = [...peers].filter(isSource).map(({ best }) => best.number)
  numbers.sort((a, b) => a - b)
  return numbers[(numbers.length - 1) >> 1] ?? 0
}
