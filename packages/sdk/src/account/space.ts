import { type AccountId, fromUtf8, utf8 } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { ChainClient } from '../chain/client.ts'
import type { Included } from '../chain/submit.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'best' | 'submit' | 'tx'>

/** Days that the unit price is for (pallet StorageHandler). */
const PRICE_DAYS = 30n
const MAX_NAME = 63

/** Space that an account has bought, in bytes. A file takes three times its size. */
export interface Territory {
  readonly name: string
  readonly total: bigint
  readonly used: bigint
  /** Promised to files on their way. */
  readonly locked: bigint
  readonly free: bigint
  /** Block in which the lease ends. */
  readonly deadline: number
  readonly state: 'Active' | 'Frozen' | 'Expired' | 'OnConsignment'
}

/** What a change of a territory cost, and when it happened. */
export interface Paid {
  /** Smallest units. */
  readonly paid: bigint
  readonly block: number
}

/** A territory's name as the chain takes it. @throws SdkError BAD_NAME */
function nameOf(name: string): Uint8Array {
  const bytes = utf8(name)
  if (bytes.length === 0 || bytes.length > MAX_NAME)
    throw new SdkError('BAD_NAME', `The name of a territory has 1 to ${MAX_NAME} bytes.`)
  return bytes
}

const shown = (name: Uint8Array): string => {
  try {
    return fromUtf8(name)
  } catch {
    return `0x${name.toHex()}`
  }
}

const paidIn = ({ events, block }: Included, event: string): Paid => {
  const found = events.find(({ name }) => name === `StorageHandler.${event}`)
  return { paid: BigInt((found?.data['spend'] as bigint | undefined) ?? 0n), block: block.number }
}

/** What `gib` GiB cost for `days` days, in the smallest unit. */
export async function spacePrice(
  chain: Pick<ChainClient, 'best'>,
  gib: number,
  days: number,
): Promise<bigint> {
  const { query } = await chain.best()
  const unit = (await query.StorageHandler.UnitPrice()) ?? 0n
  return (BigInt(gib) * BigInt(days) * unit) / PRICE_DAYS
}

/** All territories of an account, by name. */
export async function listTerritories(
  chain: Pick<ChainClient, 'best'>,
  account: AccountId,
): Promise<Territory[]> {
  const { query } = await chain.best()
  const found: Territory[] = []
  for await (const [[, name], t] of query.StorageHandler.Territory.entries(account))
    found.push({
      name: shown(name),
      total: t.totalSpace,
      used: t.usedSpace,
      locked: t.lockedSpace,
      free: t.remainingSpace,
      deadline: t.deadline,
      state: t.state,
    })
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Buys a territory of `gib` GiB for `days` days (30 at least) and waits until that is final. @throws CallFailed */
export async function buySpace(
  chain: Chain,
  pair: KeyPair,
  { name, gib, days }: { readonly name: string; readonly gib: number; readonly days: number },
): Promise<Paid> {
  const territoryName = nameOf(name)
  const call = chain.tx.StorageHandler.mint_territory({ gibCount: gib, territoryName, days })
  return paidIn(await chain.submit(pair, call), 'MintTerritory')
}

/** Adds GiB for the rest of the lease. @throws CallFailed */
export async function expandSpace(
  chain: Chain,
  pair: KeyPair,
  { name, gib }: { readonly name: string; readonly gib: number },
): Promise<Paid> {
  const call = chain.tx.StorageHandler.expanding_territory({
    territoryName: nameOf(name),
    gibCount: gib,
  })
  return paidIn(await chain.submit(pair, call), 'ExpansionTerritory')
}

/** Lengthens a lease by days; one whose files are gone already begins anew. @throws CallFailed, SdkError NOT_FOUND */
export async function renewSpace(
  chain: Chain,
  pair: KeyPair,
  account: AccountId,
  { name, days }: { readonly name: string; readonly days: number },
): Promise<Paid> {
  const territoryName = nameOf(name)
  const { query } = await chain.best()
  const found = await query.StorageHandler.Territory(account, territoryName)
  if (!found) throw new SdkError('NOT_FOUND', `You have no territory "${name}".`)
  const over = found.state === 'Expired'
  const calls = chain.tx.StorageHandler
  const call = over
    ? calls.reactivate_territory({ territoryName, days })
    : calls.renewal_territory({ territoryName, days })
  return paidIn(await chain.submit(pair, call), over ? 'ReactivateTerritory' : 'RenewalTerritory')
}
