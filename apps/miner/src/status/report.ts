import { fromHex } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import type { Network } from '@cess/network'
import type { Cleaner } from '../chores/clean.ts'
import type { Standing } from '../chores/register.ts'
import type { MinerContext } from '../context.ts'
import { reasonOf } from '../errors.ts'

/** What a miner says about itself. Space in bytes; tokens in balance units, as text like every large number. */
export interface MinerStatus {
  readonly name: string
  readonly account: string
  readonly address: string
  readonly peerId: string
  readonly listening: readonly string[]
  readonly endpoint: string
  readonly peers: number
  readonly standing: Standing
  /** What the chain says, or why it could not be asked. */
  readonly chain: ChainStatus | { readonly unreachable: string }
  readonly store: {
    readonly fragments: number
    readonly bytes: number
    readonly tagBytes: number
    readonly maxBytes: number
    readonly missing: number
    readonly corrupt: number
    readonly pendingTags: number
    /** Columns that the chain counts as stored here and that this folder does not have. */
    readonly unknownColumns: number
  }
  /** The latest first. */
  readonly audits: readonly {
    readonly start: number
    readonly deadline: number
    readonly outcome: string
    readonly block: number
    readonly rows: number
    readonly openings: number
    readonly reason: string
  }[]
}

interface ChainStatus {
  readonly block: number
  readonly registered: boolean
  readonly state: string
  readonly collateral: string
  readonly debt: string
  readonly balance: string
  readonly declared: string
  readonly idle: string
  readonly service: string
  readonly locked: string
  readonly rewards: string
  readonly lastAudit: { readonly block: number; readonly result: string } | null
}

/** What the chain says about a miner. */
export async function chainStatus(
  ctx: Pick<MinerContext, 'chain' | 'account'>,
): Promise<ChainStatus> {
  const state = await ctx.chain.best()
  const [held, balance, rewards, audit] = await Promise.all([
    state.registration(ctx.account),
    state.balance(ctx.account),
    state.rewards(ctx.account),
    state.lastAudit(ctx.account),
  ])
  const text = (amount: bigint | undefined): string => (amount ?? 0n).toString()
  return {
    block: state.number,
    registered: held !== undefined,
    state: held?.state ?? 'not registered',
    collateral: text(held?.collateral),
    debt: text(held?.debt),
    balance: text(balance),
    declared: text(held?.declared),
    idle: text(held?.idle),
    service: text(held?.service),
    locked: text(held?.locked),
    rewards: text(rewards),
    lastAudit: audit ? { block: audit.block, result: audit.result } : null,
  }
}

interface Parts {
  readonly ctx: MinerContext
  readonly network: Network
  readonly cleaner: Cleaner
  readonly standing: Standing
  readonly endpoint: string
  readonly maxBytes: number
}
/** Audits that a status shows. */
const SHOWN = 10
const PENDING = 100_000

export async function minerStatus(parts: Parts): Promise<MinerStatus> {
  const { ctx, network } = parts
  const { usage, audits, tags } = ctx.store
  return {
    name: ctx.name,
    account: ctx.account,
    address: ss58Encode(fromHex(ctx.account)),
    peerId: network.peerId,
    listening: network.addresses(),
    endpoint: parts.endpoint,
    peers: network.peers().length,
    standing: parts.standing,
    chain: await chainStatus(ctx).catch((error: unknown) => ({ unreachable: reasonOf(error) })),
    store: {
      ...usage,
      maxBytes: parts.maxBytes,
      pendingTags: (await tags.ready(PENDING)).length,
      unknownColumns: parts.cleaner.unknown(),
    },
    audits: (await audits.latest(SHOWN)).map(({ seed: _, ...audit }) => audit),
  }
}
