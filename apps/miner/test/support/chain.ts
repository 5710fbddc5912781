import { type AccountId, type FileId, fromHex, type Hash } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import { type ServiceProof, serviceProof, verify, verifyOpening } from '@cess/podr2'
import type { ChainGrant } from '@cess/proxy'
import type { Commitment, Share } from '@cess/reencryption'
import { decode } from '@cess/scale'
import { accountOf } from '@cess/sdk'
import {
  type Block,
  ChainRefusal,
  type ChainState,
  type Challenge,
  type MinerCall,
  type MinerChain,
  type MinerEvent,
  type Placement,
  type Registration,
  type Tagger,
} from '../../src/index.ts'
import { ACCOUNT, type TestFile } from './file.ts'

export const GENESIS = `0x${'07'.repeat(32)}` as Hash
export const OPERATOR = ACCOUNT(0xa0)
export const OWNER = ACCOUNT(0xa1)
const OTHERS = ACCOUNT(0xee)
const COLLATERAL = 1_000n * 10n ** 18n

interface StoredColumn {
  readonly miner: AccountId
  tagger: number | undefined
}

interface State {
  number: number
  readonly placements: Map<FileId, Placement>
  readonly columns: Map<string, StoredColumn>
  readonly challenges: Map<AccountId, Challenge>
}
const fresh = (): State => ({
  number: 1,
  placements: new Map(),
  columns: new Map(),
  challenges: new Map(),
})

export interface TestChain extends MinerChain {
  /** What the best block says; `finalize` makes it final. */
  readonly state: State
  readonly calls: { readonly from: AccountId; readonly call: MinerCall }[]
  readonly taggers: Tagger[]
  readonly registrations: Map<AccountId, Registration>
  readonly endpoints: Map<AccountId, string>
  readonly balances: Map<AccountId, bigint>
  readonly audits: Map<AccountId, { block: number; result: 'Passed' | 'Failed' | 'Missed' }>
  readonly claimables: Set<AccountId>
  /** Shared files: grants by number, what their owners committed to and sealed, and keys of proxies. */
  readonly shared: {
    readonly grants: Map<number, ChainGrant>
    readonly commitments: Map<string, readonly Commitment[]>
    readonly sealed: Map<string, Uint8Array>
    readonly sealKeys: Map<AccountId, Uint8Array>
    /** Grants that the miner's places are gone of, as those of ended ones are. */
    readonly left: Set<number>
    audit: { readonly grant: number; readonly seed: Uint8Array } | undefined
    readonly audited: Share[]
  }
  /** While set, submissions fail with it. */
  trouble: ChainRefusal | undefined
  /** While false, what is submitted gets into no block. */
  includes: boolean
  /** Puts a deal of a file before the chain, with `miner` in column `index` and strangers elsewhere. */
  declare(file: TestFile, index: number, miner: AccountId): void
  /** The deal becomes a file. */
  complete(file: TestFile): Promise<void>
  remove(fileId: FileId): void
  challenge(miner: AccountId, challenge: Challenge): Promise<void>
  /** Adds blocks and makes everything before them final, with these events in the last one. */
  finalize(...events: MinerEvent[]): Promise<void>
  /** Adds blocks that are not final. */
  mine(blocks: number): void
}

/** Whether a proof answers a challenge, in the way and order of the pallet Audit. */
function answers(open: Challenge, proof: ServiceProof, taggers: readonly Tagger[]): boolean {
  const byTagger = Map.groupBy(
    [...open.rows].sort((a, b) => a.tagger - b.tagger),
    (r) => r.tagger,
  )
  if (proof.groups.length !== byTagger.size || proof.openings.length !== open.openings.length)
    return false
  const opened = open.openings.every((asked, i) =>
    verifyOpening(asked.fragment, asked.size, asked.chunk, proof.openings[i]!),
  )
  return (
    opened &&
    [...byTagger].every(([tagger, rows], i) => {
      const given = proof.groups[i]!
      const asked = rows.map((r) => ({ fragmentId: r.fragment, row: r.row }))
      const { verifier } = taggers[tagger]!
      return given.tagger === tagger && verify(verifier, open.seed, tagger, asked, given.proof)
    })
  )
}

/** A chain in memory that does what the pallets do with a miner's calls. */
export function testChain(): TestChain {
  const best = fresh()
  let final = fresh()
  const listeners = new Set<(block: Block) => void | Promise<void>>()
  const nameOf = (fileId: FileId, index: number): string => `${fileId}/${index}`

  const stateOf = (s: State): ChainState => {
    const { number } = s
    const column = (fileId: FileId, index: number) => s.columns.get(nameOf(fileId, index))
    return {
      number,
      placement: async (fileId) => s.placements.get(fileId),
      assigns: async ({ fileId, index }, miner) =>
        column(fileId, index)?.miner === miner ||
        s.placements.get(fileId)?.miners[index - 1] === miner,
      column: async ({ fileId, index }) => {
        const found = column(fileId, index)
        return found && { ...found }
      },
      async *columnsOf(miner) {
        for (const [name, held] of s.columns) {
          const [fileId, index] = name.split('/')
          if (held.miner === miner) yield { fileId: fileId as FileId, index: Number(index) }
        }
      },
      challenge: async (miner) => s.challenges.get(miner),
      tagger: async (index) => chain.taggers[index],
      taggerOf: async (account) => {
        const at = chain.taggers.findLastIndex((t) => t.owner === account)
        return at < 0 ? undefined : at
      },
      registration: async (miner) => chain.registrations.get(miner),
      endpoint: async (miner) => chain.endpoints.get(miner),
      balance: async (account) => chain.balances.get(account) ?? 0n,
      lastAudit: async (miner) => chain.audits.get(miner),
      claimable: async (miner) => chain.claimables.has(miner),
      rewards: async () => 0n,
      unlockBlock: async () => undefined,
    }
  }

  function apply(from: AccountId, call: MinerCall): MinerEvent[] {
    switch (call.type) {
      case 'register': {
        const free = chain.balances.get(from) ?? 0n
        if (free < call.collateral) throw new ChainRefusal('too poor', 'Balances.Insufficient')
        chain.balances.set(from, free - call.collateral)
        const space = BigInt(call.tib) << 40n
        chain.registrations.set(from, {
          beneficiary: call.beneficiary,
          stakingAccount: from,
          peerId: call.peerId,
          state: 'positive',
          collateral: call.collateral,
          debt: 0n,
          declared: space,
          idle: space,
          service: 0n,
          locked: 0n,
        })
        return []
      }
      case 'setEndpoint':
        chain.endpoints.set(from, call.endpoint)
        return []
      case 'setPeerId':
        chain.registrations.set(from, { ...chain.registrations.get(from)!, peerId: call.peerId })
        return []
      case 'confirmTags':
        for (const { fileId, index } of call.columns) {
          const held = best.columns.get(nameOf(fileId, index))
          if (held?.miner !== from) throw new ChainRefusal('not yours', 'FileBank.MinerError')
          if (held.tagger !== undefined) throw new ChainRefusal('again', 'FileBank.Calculate')
        }
        for (const { fileId, index } of call.columns)
          best.columns.set(nameOf(fileId, index), { miner: from, tagger: call.tagger })
        return []
      case 'submitProof': {
        const open = best.challenges.get(from)
        if (!open) throw new ChainRefusal('no challenge', 'Audit.NoChallenge')
        best.challenges.delete(from)
        const result = answers(open, decode(serviceProof, call.proof), chain.taggers)
        chain.audits.set(from, { block: best.number, result: result ? 'Passed' : 'Failed' })
        return [{ name: 'Audit.VerifyProof', data: { miner: from, result, bytes: open.bytes } }]
      }
      case 'registerProxy':
      case 'setSealKey':
        chain.shared.sealKeys.set(from, call.sealKey)
        return []
      case 'acknowledge': {
        const grant = chain.shared.grants.get(call.grant)!
        const places = grant.places.map((place) =>
          place.proxy === from ? { ...place, state: 'Serving' as const } : place,
        )
        chain.shared.grants.set(call.grant, { ...grant, places, status: 'Active' })
        return []
      }
      case 'answerAudit':
        chain.shared.audited.push(call.share)
        return []
      case 'claim':
        chain.claimables.delete(from)
        return [{ name: 'Sminer.Receive', data: { acc: from, reward: 5n } }]
      default:
        return []
    }
  }

  const chain: TestChain = {
    genesisHash: GENESIS,
    collateralPerTib: COLLATERAL,
    state: best,
    calls: [],
    taggers: [],
    registrations: new Map(),
    endpoints: new Map(),
    balances: new Map(),
    audits: new Map(),
    claimables: new Set(),
    shared: {
      ...{ grants: new Map(), commitments: new Map(), sealed: new Map(), sealKeys: new Map() },
      ...{ audit: undefined, audited: [], left: new Set() },
    },
    async sharing() {
      const { grants, commitments, sealed, sealKeys, audit, left } = chain.shared
      return {
        number: best.number,
        grant: async (id) => grants.get(id),
        commitments: async (id, proxy) => commitments.get(`${id}/${proxy}`),
        sealed: async (id, proxy) => sealed.get(`${id}/${proxy}`),
        epoch: async () => 0,
        audit: async () => audit,
        sealKey: async (account) => sealKeys.get(account),
        async *placesOf(account) {
          for (const [id, { places }] of grants) {
            const stands = places.some(({ proxy, state }) => proxy === account && state !== 'Gone')
            if (stands && !left.has(id)) yield id
          }
        },
      }
    },
    trouble: undefined,
    includes: true,
    best: async () => stateOf(best),
    finalized: async () => stateOf(final),
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async submit(pair: KeyPair, call) {
      const from = accountOf(pair)
      chain.calls.push({ from, call })
      if (chain.trouble) throw chain.trouble
      if (!chain.includes) return new Promise(() => undefined)
      const events = apply(from, call)
      best.number++
      return { number: best.number, events }
    },
    declare(file, index, miner) {
      const miners = Array.from({ length: 12 }, (_, i) => (i === index - 1 ? miner : OTHERS))
      const segments = file.segments.map((s) => ({ fragments: s.ids, size: s.size }))
      best.placements.set(file.fileId, {
        stage: 'deal',
        miners,
        operator: OPERATOR,
        owner: OWNER,
        segments,
      })
    },
    async complete({ fileId }) {
      const deal = best.placements.get(fileId)!
      best.placements.set(fileId, { ...deal, stage: 'file' })
      for (const [i, miner] of deal.miners.entries())
        best.columns.set(nameOf(fileId, i + 1), { miner, tagger: undefined })
      await chain.finalize({ name: 'FileBank.StorageCompleted', data: { fileHash: fileId } })
    },
    remove(fileId) {
      best.placements.delete(fileId)
      for (let index = 1; index <= 12; index++) best.columns.delete(nameOf(fileId, index))
    },
    async challenge(miner, challenge) {
      best.challenges.set(miner, challenge)
      await chain.finalize({ name: 'Audit.GenerateChallenge', data: { miner } })
    },
    async finalize(...events) {
      best.number++
      final = {
        number: best.number,
        placements: new Map(best.placements),
        columns: new Map([...best.columns].map(([name, held]) => [name, { ...held }])),
        challenges: new Map(best.challenges),
      }
      for (const listener of listeners) await listener({ number: best.number, events })
    },
    mine(blocks) {
      best.number += blocks
    },
  }
  return chain
}

/** A challenge for rows and chunks of fragments of a file. */
export function challengeOf(
  start: number,
  fragments: readonly { readonly id: FileId; readonly size: number }[],
  tagger: number | undefined,
  seed: Uint8Array = new Uint8Array(32).fill(start),
): Challenge {
  const rows = fragments.flatMap(({ id, size }) =>
    tagger === undefined
      ? []
      : Array.from({ length: Math.min(3, Math.ceil(size / 63_488)) }, (_, row) => ({
          tagger,
          fragment: fromHex(id),
          row,
        })),
  )
  const openings = fragments.slice(0, 4).map(({ id, size }) => ({
    fragment: fromHex(id),
    size,
    chunk: Math.floor(size / 1024) - 1,
  }))
  return { start, deadline: start + 15, seed, bytes: 1n, rows, openings }
}
