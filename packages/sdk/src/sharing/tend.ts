import type { FileId } from '@cess/bytes'
import type { Random } from '@cess/ports'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import { completeGrant, replaceProxies, type SharedFile } from './share.ts'

type Chain = Pick<ChainClient, 'finalized' | 'finalizedHead' | 'submit' | 'tx' | 'genesisHash'>

export interface TendOptions {
  readonly account: Account
  readonly random: Random
  /** The header of a file of the account's. */
  readonly header: (fid: FileId) => Promise<SharedFile['header']>
}

/** What was done for a grant. */
export interface Tended {
  readonly grant: number
  /** Proxies that got their fragments. */
  readonly completed: number
  /** Whether others were drawn for some that were late. */
  readonly redrawn: boolean
}

/**
 * Does what the grants of an account wait for: gives fragments to proxies that were drawn, for shares and for licences
 * that somebody has bought, and has others drawn for proxies that are late. One pass; run it at every block.
 * @throws CallFailed, SdkError
 */
export async function tendGrants(chain: Chain, options: TendOptions): Promise<Tended[]> {
  const { query } = await chain.finalized()
  const { number: now } = await chain.finalizedHead()
  const done: Tended[] = []
  for await (const [[, id]] of query.Reencryption.GrantsOf.entries(options.account.id)) {
    const grant = await query.Reencryption.Grants(id)
    if (!grant || (grant.status !== 'Pending' && grant.status !== 'Active')) continue
    const states = grant.places.map(({ state }) => state)
    const late = states.includes('Committed') && now > grant.deadline
    const missing = states.filter((state) => state !== 'Gone').length < grant.proxies
    if (!late && !missing && !states.includes('Drawn')) continue
    const files = await Promise.all(
      grant.files.map(async ({ file }) => ({ fid: file, header: await options.header(file) })),
    )
    const own = { ...options, files }
    const redrawn = late || missing
    const completed = redrawn
      ? await replaceProxies(chain, id, own)
      : await completeGrant(chain, id, own)
    done.push({ grant: id, completed, redrawn })
  }
  return done
}
