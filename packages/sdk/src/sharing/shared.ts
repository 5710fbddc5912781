import { type AccountId, type FileId, fromHex, toHex } from '@cess/bytes'
import type { Capsule } from '@cess/content'
import { isAnswered, requestMessage, type ShareAnswer, type ShareRequest } from '@cess/proxy'
import { accountKey, BadShares, contextOf, openShares, type Share } from '@cess/reencryption'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'finalized' | 'finalizedHead' | 'genesisHash'>

/** A grant, as owner and grantee see it. */
export interface Grant {
  readonly id: number
  readonly owner: AccountId
  readonly grantee: AccountId
  readonly files: readonly FileId[]
  readonly status: 'Pending' | 'Active' | 'Revoked' | 'Ended'
  readonly threshold: number
  /** Proxies that serve. */
  readonly serving: number
  readonly proxies: number
  readonly expiry: number
  readonly uses: number | undefined
  /** What is left of the fee, in balance units. */
  readonly escrow: bigint
}

async function grantsOf(
  { query }: Awaited<ReturnType<Chain['finalized']>>,
  entries: AsyncIterable<readonly [readonly unknown[], unknown]>,
): Promise<Grant[]> {
  const grants: Grant[] = []
  for await (const [keys] of entries) {
    const id = keys[1] as number
    const found = await query.Reencryption.Grants(id)
    if (!found) continue
    const serving = found.places.filter(({ state }) => state === 'Serving').length
    const { owner, status, threshold, proxies, expiry, uses, escrow } = found
    const files = found.files.map(({ file }) => file)
    const grantee = toHex(found.grantee) as AccountId
    grants.push({
      id,
      owner,
      grantee,
      files,
      status,
      threshold,
      serving,
      proxies,
      expiry,
      uses,
      escrow,
    })
  }
  return grants
}

/** What an account has shared. */
export async function listGrants(
  chain: Pick<Chain, 'finalized'>,
  owner: AccountId,
): Promise<Grant[]> {
  const view = await chain.finalized()
  return grantsOf(view, view.query.Reencryption.GrantsOf.entries(owner))
}

/** What was shared with an account. */
export async function listShared(
  chain: Pick<Chain, 'finalized'>,
  grantee: AccountId,
): Promise<Grant[]> {
  const view = await chain.finalized()
  return grantsOf(view, view.query.Reencryption.SharedWith.entries(fromHex(grantee)))
}

export interface OpenSharedOptions {
  readonly account: Account
  readonly grant: number
  readonly fid: FileId
  /** Of the file's header. */
  readonly header: { readonly publicKey: Uint8Array; readonly capsule: Capsule }
  /** Brings a request to a proxy. Whatever fails counts as no answer. */
  readonly ask: (proxy: AccountId, request: ShareRequest) => Promise<ShareAnswer>
  /** Told of every share that its proxy signed and that is wrong: what the chain takes as proof (`reportFraud`). */
  readonly onFraud?: (fraud: Fraud) => void
}

/** A wrong share with its proxy's signature. */
export interface Fraud extends ShareAnswer {
  readonly grant: number
  readonly proxy: AccountId
  /** Which file of the grant. */
  readonly file: number
  readonly capsule: Capsule
}

/** Shows a fraud to the chain, which takes the proxy's bond; half of it is the reporter's. @throws CallFailed */
export async function reportFraud(
  chain: Pick<ChainClient, 'submit' | 'tx'>,
  { pair }: Pick<Account, 'pair'>,
  fraud: Fraud,
): Promise<void> {
  await chain.submit(pair, chain.tx.Reencryption.report_share(fraud))
}

/**
 * The key of a file that was shared with this account: asks proxies for their shares, verifies each, and combines as many
 * as it takes. A share that its proxy did not sign does not count: nobody could hold the proxy to it. Nobody on the way learns the key.
 * @throws SdkError NOT_FOUND, WRONG_FILE, NO_SHARES; ReencryptionError WRONG_KEY, BAD_CAPSULE
 */
export async function openShared(chain: Chain, options: OpenSharedOptions): Promise<Uint8Array> {
  const { account, fid, header, ask } = options
  const id = options.grant
  const { query } = await chain.finalized()
  const grant = await query.Reencryption.Grants(id)
  const index = grant?.files.findIndex(({ file }) => file === fid) ?? -1
  const file = grant?.files[index]
  if (!grant || !file)
    throw new SdkError('NOT_FOUND', `File ${fid} is not in grant ${id}. Ask who shared it.`)
  if (file.delegator.toHex() !== header.publicKey.toHex())
    throw new SdkError(
      'WRONG_FILE',
      'The file was shared under another key than it is encrypted with. Ask its owner to share it again.',
    )
  const genesis = fromHex(chain.genesisHash)
  const terms = { genesis, grant: id, epoch: file.epoch, threshold: grant.threshold }
  const delegation = {
    context: contextOf({ ...terms, file: Uint8Array.fromHex(fid) }),
    delegator: file.delegator,
    grantee: grant.grantee,
    precursor: file.precursor,
  }
  const serving = grant.places.filter(({ state }) => state === 'Serving')
  const commitments = await Promise.all(
    serving.map(async ({ proxy }) => (await query.Reencryption.Commitments(id, proxy))?.[index]),
  )
  const block = (await chain.finalizedHead()).number
  const request = (proxy: AccountId): ShareRequest => {
    const base = { grant: id, file: index, block }
    const message = requestMessage(genesis, proxy, base, header.capsule)
    return { ...base, capsule: header.capsule, signature: account.pair.sign(message) }
  }
  const signed = new Map<string, Fraud>()
  const answered = async (proxy: AccountId): Promise<Share> => {
    const answer = await ask(proxy, request(proxy))
    if (!isAnswered(delegation.context, proxy, header.capsule, answer, block))
      throw new SdkError(
        'NO_SHARES',
        'A proxy did not sign its answer, or for a block of long ago.',
      )
    const { capsule } = header
    signed.set(answer.share.id.toHex(), { ...answer, grant: id, proxy, file: index, capsule })
    return answer.share
  }
  const answers = await Promise.allSettled(serving.map(({ proxy }) => answered(proxy)))
  let shares: Share[] = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const known = commitments.filter((one) => one !== undefined)
  for (;;) {
    if (shares.length < grant.threshold) throw tooFew(shares.length, grant.threshold, answers)
    try {
      return openShares({
        ...{ delegation, shares, threshold: grant.threshold },
        capsule: header.capsule,
        secret: accountKey(account.pair).secret,
        commitments: known,
      })
    } catch (error) {
      if (!(error instanceof BadShares)) throw error
      const bad = new Set(error.ids.map((name) => name.toHex()))
      for (const name of bad) {
        const fraud = signed.get(name)
        if (fraud) options.onFraud?.(fraud)
      }
      shares = shares.filter((share) => !bad.has(share.id.toHex()))
    }
  }
}

function tooFew(
  count: number,
  threshold: number,
  answers: readonly PromiseSettledResult<unknown>[],
): SdkError {
  const refused = answers.find((one) => one.status === 'rejected')
  const why = refused?.reason instanceof Error ? ` One of them says: ${refused.reason.message}` : ''
  return new SdkError(
    'NO_SHARES',
    `${count} of the proxies made a share that is good, and it takes ${threshold}.${why} If the file is still shared with you, try again soon.`,
  )
}
