import { type AccountId, fromUtf8 } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { NetworkError, peerIdText } from '@cess/network'
import type { GatewayContext } from '../context.ts'

/** Where a miner answers. */
export interface MinerAddress {
  readonly peer: string
  readonly addresses: readonly string[]
}

/** Addresses of miners as they have registered them. */
export interface Directory {
  /** @throws NetworkError UNREACHABLE for a miner that has registered none */
  find(miner: AccountId): Promise<MinerAddress>
  /** What is known is old: the next look asks the chain again. */
  forget(miner: AccountId): void
}

const KEPT = 20_000
const FRESH_MS = 5 * 60_000
const PEER = /\/p2p\/([1-9A-HJ-NP-Za-km-z]{40,64})$/

export function createDirectory(ctx: Pick<GatewayContext, 'chain' | 'clock'>): Directory {
  const known = new Map<
    AccountId,
    { readonly at: number; readonly address: Promise<MinerAddress> }
  >()

  async function look(miner: AccountId): Promise<MinerAddress> {
    const { query } = await ctx.chain.best()
    const [endpoint, info] = await Promise.all([
      query.Sminer.Endpoint(miner),
      query.Sminer.MinerItems(miner),
    ])
    const addresses = (endpoint ? fromUtf8(endpoint) : '')
      .split(/[\s,]+/)
      .filter((text) => text.startsWith('/'))
    const peer = PEER.exec(addresses[0] ?? '')?.[1] ?? (info ? peerIdText(info.peerId) : undefined)
    if (!peer || addresses.length === 0)
      throw new NetworkError('UNREACHABLE', `miner ${ss58Encode(miner)} has registered no address`)
    return { peer, addresses }
  }

  return {
    find(miner) {
      const held = known.get(miner)
      if (held && ctx.clock.now() - held.at < FRESH_MS) return held.address
      known.delete(miner)
      const [oldest] = known.keys()
      if (known.size >= KEPT && oldest !== undefined) known.delete(oldest)
      const address = look(miner)
      known.set(miner, { at: ctx.clock.now(), address })
      address.catch(() => known.delete(miner))
      return address
    },
    forget: (miner) => void known.delete(miner),
  }
}
