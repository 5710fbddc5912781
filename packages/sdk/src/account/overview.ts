import { type AccountId, fromUtf8 } from '@cess/bytes'
import type { ChainClient } from '../chain/client.ts'

/** A miner of the network. */
export interface MinerInfo {
  readonly account: AccountId
  readonly state: string
  /** Bytes that it offers, that hold users' data, and that are promised to files on their way. */
  readonly declared: bigint
  readonly stored: bigint
  readonly promised: bigint
  /** Smallest units. */
  readonly collateral: bigint
  readonly debt: bigint
  readonly endpoint: string | undefined
  /** Whether it has a challenge to answer. */
  readonly challenged: boolean
  readonly audit: { readonly block: number; readonly result: string } | undefined
}

async function all<K, V>(entries: AsyncIterable<readonly [K, V]>): Promise<(readonly [K, V])[]> {
  const found: (readonly [K, V])[] = []
  for await (const entry of entries) found.push(entry)
  return found
}

/** All miners and how their last audits ended, as the best block has it. */
export async function listMiners(chain: Pick<ChainClient, 'best'>): Promise<MinerInfo[]> {
  const { query } = await chain.best()
  const [miners, endpoints, audits, challenges] = await Promise.all([
    all(query.Sminer.MinerItems.entries()),
    all(query.Sminer.Endpoint.entries()),
    all(query.Audit.LastAudit.entries()),
    all(query.Audit.ChallengeSnapShot.entries()),
  ])
  const endpoint = new Map(endpoints.map(([[account], bytes]) => [account, bytes]))
  const audit = new Map(audits.map(([[account], last]) => [account, last]))
  const open = new Set(challenges.map(([[account]]) => account))
  return miners.map(([[account], info]) => {
    const last = audit.get(account)
    const address = endpoint.get(account)
    return {
      account,
      state: info.state,
      declared: info.declarationSpace,
      stored: info.serviceSpace,
      promised: info.lockSpace,
      collateral: info.collaterals,
      debt: info.debt,
      endpoint: address && printable(address),
      challenged: open.has(account),
      audit: last && { block: last.block, result: last.result },
    }
  })
}

/** Text from others, fit for a terminal. */
function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = fromUtf8(bytes)
    return /^[\x21-\x7e]{1,200}$/.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
