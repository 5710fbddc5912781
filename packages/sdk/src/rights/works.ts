import type { AccountId } from '@cess/bytes'
import { type Work, workFrom } from '@cess/light'
import type { Codes } from '@cess/pallets'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'finalized'>

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
