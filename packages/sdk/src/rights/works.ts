import { type AccountId, type FileId, fromUtf8, toHex } from '@cess/bytes'
import type { Codes, WorkInfo } from '@cess/pallets'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'
import { type IsccUnits, isccOf } from './codes.ts'

type Chain = Pick<ChainClient, 'finalized'>

/** A work on chain, as people see it. */
export interface Work {
  readonly id: number
  readonly title: string
  readonly creator: AccountId
  readonly status: WorkInfo['status']
  readonly privacy: 'public' | 'committed' | 'custody'
  /** What is known of its codes: all of them, or nothing. */
  readonly codes: IsccUnits | undefined
  readonly file: FileId | undefined
  /** Basis points. */
  readonly owners: readonly { readonly account: AccountId; readonly bps: number }[]
  /** How many owners have to agree. */
  readonly consent: number
  readonly parents: readonly { readonly work: number; readonly royalty: number }[]
  /** The block that priority goes by, that of the claim, and the one that challenges end in or ended in. */
  readonly committed: number
  readonly claimed: number
  readonly until: number
  readonly dispute: number | undefined
  readonly metadata: string | undefined
  readonly c2pa: string | undefined
}

const PRIVACY = { Public: 'public', Committed: 'committed', Custody: 'custody' } as const
const shown = (bytes: Uint8Array): string => {
  try {
    return fromUtf8(bytes)
  } catch {
    return toHex(bytes)
  }
}

/** A work from what the chain stores. */
export function workFrom(id: number, info: WorkInfo): Work {
  const { fingerprint, title, metadata, c2pa, deposit: _, ...rest } = info
  return {
    ...rest,
    id,
    title: shown(title),
    privacy: PRIVACY[fingerprint.type],
    codes: fingerprint.type === 'Public' ? isccOf(fingerprint.value) : undefined,
    metadata: metadata && toHex(metadata),
    c2pa: c2pa && toHex(c2pa),
  }
}

/** A work by its number. @throws SdkError NOT_FOUND */
export async function getWork(chain: Chain, id: number): Promise<Work> {
  const { query } = await chain.finalized()
  const info = await query.Mdrc.Works(id)
  if (!info) throw new SdkError('NOT_FOUND', `There is no work ${id} on this network.`)
  return workFrom(id, info)
}

/** Works that an account has a share in. */
export async function listWorks(chain: Chain, owner: AccountId): Promise<Work[]> {
  const { query } = await chain.finalized()
  const works: Work[] = []
  for await (const [[, id]] of query.Mdrc.WorksOf.entries(owner)) {
    const info = await query.Mdrc.Works(id)
    if (info) works.push(workFrom(id, info))
  }
  return works.sort((a, b) => a.id - b.id)
}

/** The work that exactly these bytes are, if somebody has claimed them. */
export async function findWork(
  chain: Chain,
  { instance }: Pick<Codes, 'instance'>,
): Promise<Work | undefined> {
  const { query } = await chain.finalized()
  const id = await query.Mdrc.WorkOf(instance)
  const info = id === undefined ? undefined : await query.Mdrc.Works(id)
  return id === undefined || !info ? undefined : workFrom(id, info)
}
