import { type AccountId, type FileId, fromHex } from '@cess/bytes'
import { delegatingKey, type ParsedHeader } from '@cess/content'
import type { Random } from '@cess/ports'
import { sealPurpose } from '@cess/proxy'
import {
  contextOf,
  delegate,
  derivedRandom,
  type KeyFragment,
  sealFragments,
} from '@cess/reencryption'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'finalized' | 'submit' | 'tx' | 'genesisHash'>

/** A file that is shared: its header says which key it is encrypted to. */
export interface SharedFile {
  readonly fid: FileId
  readonly header: Pick<ParsedHeader, 'salt' | 'publicKey'>
}

export interface ShareOptions {
  readonly account: Account
  readonly random: Random
  readonly files: readonly SharedFile[]
  /** Whom they are shared with: an sr25519 account. */
  readonly grantee: AccountId
  /** The last block that it holds in is the one before this. */
  readonly expiry: number
  /** Reserved for the proxies; what is left at the end comes back. */
  readonly fee: bigint
  /** How many proxies it takes, and how many there are: 3 of 5 unless told. */
  readonly threshold?: number
  readonly proxies?: number
  /** How often each proxy answers. */
  readonly uses?: number | undefined
}

const grantOf = async (chain: Chain, id: number) => {
  const { query } = await chain.finalized()
  const grant = await query.Reencryption.Grants(id)
  if (!grant)
    throw new SdkError('NOT_FOUND', `There is no grant ${id}. It may have ended a while ago.`)
  return { query, grant }
}

/**
 * Shares files: asks the chain for proxies, and gives each of them its key fragments, sealed. It is active once enough of
 * them have acknowledged; returns the number of the grant.
 * @throws CallFailed, SdkError
 */
export async function shareFiles(chain: Chain, options: ShareOptions): Promise<number> {
  const { account, files, grantee, threshold = 3, proxies = 5 } = options
  const call = chain.tx.Reencryption.request_grant({
    files: files.map(({ fid }) => fid),
    grantee: fromHex(grantee),
    threshold,
    proxies,
    expiry: options.expiry,
    uses: options.uses,
    fee: options.fee,
  })
  const { events } = await chain.submit(account.pair, call)
  const requested = events.find(({ name }) => name === 'Reencryption.GrantRequested')
  const id = requested?.data['grant']
  if (typeof id !== 'number')
    throw new SdkError('CHAIN_ERROR', 'The chain did not say which number the grant has.')
  await completeGrant(chain, id, options)
  return id
}

/**
 * Makes the fragments of all proxies of a grant that wait for them, also of those that were drawn later: they follow from
 * the owner's key alone. Returns how many that were.
 * @throws CallFailed, SdkError NOT_FOUND, WRONG_FILE
 */
export async function completeGrant(
  chain: Chain,
  id: number,
  { account, random, files }: Pick<ShareOptions, 'account' | 'random' | 'files'>,
): Promise<number> {
  const { query, grant } = await grantOf(chain, id)
  const waiting = [...grant.places.entries()].filter(([, { state }]) => state === 'Drawn')
  if (waiting.length === 0) return 0
  const made = grant.files.map(({ file, epoch }) => {
    const header = files.find(({ fid }) => fid === file)?.header
    const delegating = header && delegatingKey(account.contentSecret(), header.salt)
    if (!header || delegating!.publicKey.toHex() !== header.publicKey.toHex())
      throw new SdkError(
        'WRONG_FILE',
        `The header of file ${file} is missing, or was not made by this account. Fetch it again.`,
      )
    const context = contextOf({
      genesis: fromHex(chain.genesisHash),
      grant: id,
      file: Uint8Array.fromHex(file),
      epoch,
      threshold: grant.threshold,
    })
    // One fragment for each place there ever was, so that a place has the same one whenever this runs.
    return delegate({
      delegating: delegating!,
      grantee: grant.grantee,
      context,
      threshold: grant.threshold,
      fragments: Math.max(grant.places.length, grant.threshold),
      random: derivedRandom(delegating!.secret, context),
    })
  })
  const parts = await Promise.all(
    waiting.map(async ([place, { proxy }]) => {
      const known = await query.Reencryption.Proxies(proxy)
      if (!known) throw new SdkError('NOT_FOUND', `${proxy} is no proxy any more. Draw others.`)
      const fragments: KeyFragment[] = made.map((one) => one.fragments[place]!)
      return {
        proxy,
        commitments: fragments.map(({ id: name, commitment }) => ({ id: name, commitment })),
        sealed: sealFragments(known.sealKey, sealPurpose(id, proxy), fragments, random),
      }
    }),
  )
  const keys = made.map(({ delegation: { delegator, precursor } }) => ({ delegator, precursor }))
  await chain.submit(account.pair, chain.tx.Reencryption.commit_grant({ grant: id, keys, parts }))
  return parts.length
}

/** Has others drawn for proxies that are late or gone, and gives them their fragments. @throws CallFailed, SdkError */
export async function replaceProxies(
  chain: Chain,
  id: number,
  options: Pick<ShareOptions, 'account' | 'random' | 'files'>,
): Promise<number> {
  await chain.submit(options.account.pair, chain.tx.Reencryption.redraw({ grant: id }))
  return completeGrant(chain, id, options)
}

/** Ends a grant: no proxy makes a share of it from this block on, which is returned. @throws CallFailed */
export async function revokeGrant(
  chain: Pick<Chain, 'submit' | 'tx'>,
  account: Pick<Account, 'pair'>,
  id: number,
): Promise<number> {
  const { block } = await chain.submit(account.pair, chain.tx.Reencryption.revoke({ grant: id }))
  return block.number
}
