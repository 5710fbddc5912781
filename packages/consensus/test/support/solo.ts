import { type Hash, toHex } from '@cess/bytes'
import { silentLogger, VirtualClock } from '@cess/ports'
import { type GrandpaGossip, grandpaGossip, type Header, headerHash } from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import { createGrandpa, type Equivocation, type Grandpa, type PeerRole } from '../../src/index.ts'
import { signedVote } from './cheats.ts'
import { child, type Extra, type FakeChain, fakeChain } from './fake-chain.ts'
import { authoritiesOf, GOSSIP_MS, pairOf } from './simulation.ts'

export interface SoloOptions {
  /** Voters in the set. Ours is number 0. */
  readonly voters?: number
  /** Without a key of its own it only follows. */
  readonly isFollower?: boolean
  readonly chain?: FakeChain
  readonly voteLag?: number
  readonly justificationPeriod?: number
}

/** One node, whose peers are played by hand. */
export function solo(options: SoloOptions = {}) {
  const pairs = Array.from({ length: options.voters ?? 4 }, (_, i) => pairOf(i))
  const authorities = authoritiesOf(pairs)
  const chain = options.chain ?? fakeChain(authorities)
  const clock = new VirtualClock()
  const sent: { peer: string; message: GrandpaGossip }[] = []
  const reports: { peer: string; change: number; reason: string }[] = []
  const equivocations: Equivocation[] = []
  const justifications: Uint8Array[] = []
  let isDeaf = false

  const grandpa: Grandpa = createGrandpa({
    chain,
    keys: options.isFollower ? [] : [pairs[0]!],
    clock,
    logger: silentLogger,
    gossip: {
      send(peer, bytes) {
        if (isDeaf) return false
        sent.push({ peer, message: decode(grandpaGossip, bytes) })
        return true
      },
      report: (peer, change, reason) => void reports.push({ peer, change, reason }),
    },
    gossipDurationMs: GOSSIP_MS,
    justificationPeriod: options.justificationPeriod ?? 512,
    voteLag: options.voteLag ?? 0,
    onEquivocation: (_set, _round, e) => void equivocations.push(e),
  })
  grandpa.onJustification((j) => justifications.push(j))

  const tip = (): Header => chain.header(chain.info().bestHash)!
  const targetOf = (header: Header) => ({
    targetHash: headerHash(header),
    targetNumber: header.number,
  })

  return {
    pairs,
    authorities,
    chain,
    clock,
    grandpa,
    sent,
    reports,
    equivocations,
    justifications,
    /** Sends fail from now on, as to a peer that takes nothing. */
    deafen: (): void => {
      isDeaf = true
    },
    connect: (peer: string, role: PeerRole = 'authority') => grandpa.peerConnected(peer, role),
    hear: (peer: string, message: GrandpaGossip) =>
      grandpa.message(peer, encode(grandpaGossip, message)),
    /** A vote of voter `who`, signed, from `peer`. */
    vote(
      peer: string,
      who: number,
      type: 'Prevote' | 'Precommit',
      header: Header,
      round = 1n,
      setId = 0n,
    ): void {
      const message = { type, value: targetOf(header) }
      grandpa.message(peer, signedVote(pairs[who]!, message, round, setId))
    },
    /** A commit by these voters for `header`. */
    commit(header: Header, who: readonly number[], round = 1n, setId = 0n): GrandpaGossip {
      const votes = who.map((n) => {
        const message = { type: 'Precommit', value: targetOf(header) } as const
        const vote = decode(grandpaGossip, signedVote(pairs[n] ?? pairOf(n), message, round, setId))
        if (vote.type !== 'Vote') throw new Error('unreachable')
        return vote.value
      })
      return {
        type: 'Commit',
        value: {
          round,
          setId,
          ...targetOf(header),
          precommits: votes.map((v) => v.message.value),
          authData: votes.map((v) => [v.signature, v.id] as const),
        },
      }
    },
    neighbor: (round: bigint, height: number, setId = 0n): GrandpaGossip => ({
      type: 'Neighbor',
      value: { type: 'V1', value: { round, setId, commitFinalizedHeight: height } },
    }),
    grow(count: number, extra: Extra = {}): Header[] {
      const headers: Header[] = []
      for (let i = 0; i < count; i++) {
        const header = child(tip(), extra)
        chain.add(header)
        headers.push(header)
      }
      return headers
    },
    /** Lets promises settle; no time passes. */
    settle: () => clock.advance(0),
    costs: (peer: string): number[] =>
      reports.filter((r) => r.peer === peer && r.change < 0).map((r) => r.change),
    messages: <T extends GrandpaGossip['type']>(type: T, peer?: string) =>
      sent
        .filter((s) => s.message.type === type && (peer === undefined || s.peer === peer))
        .map((s) => s.message.value as Extract<GrandpaGossip, { type: T }>['value']),
    ownVotes: () =>
      sent.flatMap(({ message }) =>
        message.type === 'Vote' && toHex(message.value.id) === toHex(pairs[0]!.publicKey)
          ? [message.value]
          : [],
      ),
    finalized: (): [number, Hash] => {
      const { finalizedNumber, finalizedHash } = chain.info()
      return [finalizedNumber, finalizedHash]
    },
  }
}

/** Blocks that the voter's own votes of one kind were for. */
export const targets = (s: ReturnType<typeof solo>, type: string) =>
  s
    .ownVotes()
    .filter((v) => v.message.type === type)
    .map((v) => v.message.value.targetNumber)
