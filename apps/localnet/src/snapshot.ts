import type { AccountId } from '@cess/bytes'
import { type ChainClient, SdkError } from '@cess/sdk'

export interface ValidatorRow {
  readonly name: string
  readonly best: number
  readonly finalized: number
  readonly peers: number
}
export interface MinerRow {
  readonly account: AccountId
  readonly state: string
  readonly bytes: bigint
  readonly audit: { readonly block: number; readonly result: string } | undefined
  readonly challenged: boolean
}

/** What the network looks like at one moment. */
export interface Snapshot {
  readonly validators: readonly (ValidatorRow | { readonly name: string; readonly down: string })[]
  readonly miners: readonly MinerRow[]
  /** Files on their way to miners, with how many of the 12 have theirs. */
  readonly deals: readonly {
    readonly file: string
    readonly bytes: bigint
    readonly done: number
  }[]
}

const numberOf = (header: unknown): number =>
  Number.parseInt((header as { number: string }).number, 16)

async function validatorRow(name: string, client: ChainClient): Promise<ValidatorRow> {
  const { rpc } = client
  const [best, finalized, health] = await Promise.all([
    rpc.request('chain_getHeader'),
    client.finalizedHead(),
    rpc.request('system_health'),
  ])
  const { peers } = health as { peers: number }
  return { name, best: numberOf(best), finalized: finalized.number, peers }
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Asks all validators how far they are, and the first that answers about miners and deals. */
export async function takeSnapshot(clients: readonly ChainClient[]): Promise<Snapshot> {
  const validators = await Promise.all(
    clients.map((client, i) => {
      const name = `validator ${i + 1}`
      return validatorRow(name, client).catch((error: unknown) => ({
        name,
        down: error instanceof SdkError ? error.message : String(error),
      }))
    }),
  )
  const up = clients[validators.findIndex((row) => 'best' in row)]
  if (!up) return { validators, miners: [], deals: [] }
  const { query } = await up.best()
  const [miners, audits, challenges, deals] = await Promise.all([
    all(query.Sminer.MinerItems.entries()),
    all(query.Audit.LastAudit.entries()),
    all(query.Audit.ChallengeSnapShot.entries()),
    all(query.FileBank.DealMap.entries()),
  ])
  const audit = new Map(audits.map(([[account], last]) => [account, last]))
  const open = new Set(challenges.map(([[account]]) => account))
  return {
    validators,
    miners: miners.map(([[account], info]) => ({
      account,
      state: info.state,
      bytes: info.serviceSpace,
      audit: audit.get(account),
      challenged: open.has(account),
    })),
    deals: deals.map(([[file], deal]) => ({
      file,
      bytes: deal.fileSize,
      done: deal.completeList.length,
    })),
  }
}
