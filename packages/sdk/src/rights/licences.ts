import { type AccountId, fromUtf8, utf8 } from '@cess/bytes'
import { type Agreement as AgreementInfo, LICENCE_FLAGS, type Terms } from '@cess/pallets'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'
import { numberIn } from './claim.ts'
import { propose } from './ownership.ts'

type Chain = Pick<ChainClient, 'finalized' | 'submit' | 'tx'>

/** A licence of a work, as people see it. */
export interface LicenceTerms {
  /** Hash of the text, 32 bytes. */
  readonly text: Uint8Array
  /** An SPDX identifier or the id of an ODRL policy, at most 64 bytes. */
  readonly id: string
  readonly commercial: boolean
  readonly derivatives: boolean
  readonly aiTraining: boolean
  /** Balance units. */
  readonly fee: bigint
  /** What derived works pay of their fees, in basis points; at most 5,000. */
  readonly royalty: number
  /** How long it holds; for ever unless told. */
  readonly blocks?: number | undefined
  /** Through how many proxies who buys it can read the file; not at all unless told. */
  readonly access?: { readonly threshold: number; readonly proxies: number } | undefined
}
export interface Licence extends LicenceTerms {
  readonly number: number
  readonly offered: boolean
}

const FLAGS = ['commercial', 'derivatives', 'aiTraining'] as const

const termsFrom = (terms: LicenceTerms): Terms => ({
  text: terms.text,
  id: utf8(terms.id),
  flags: FLAGS.reduce((bits, name) => bits | (terms[name] ? LICENCE_FLAGS[name] : 0), 0),
  ...{ fee: terms.fee, royalty: terms.royalty, blocks: terms.blocks, access: terms.access },
})
const allows = (flags: number) => ({
  commercial: (flags & LICENCE_FLAGS.commercial) !== 0,
  derivatives: (flags & LICENCE_FLAGS.derivatives) !== 0,
  aiTraining: (flags & LICENCE_FLAGS.aiTraining) !== 0,
})

/** Offers a licence; other owners may have to agree. Returns its number once it is offered. @throws CallFailed */
export async function offerLicence(
  chain: Chain,
  account: Pick<Account, 'pair'>,
  work: number,
  terms: LicenceTerms,
): Promise<{ readonly licence: number | undefined; readonly proposal: number }> {
  const { query } = await chain.finalized()
  const next = (await query.Mdrc.NextLicence(work)) ?? 0
  const action = { type: 'OfferLicence', value: termsFrom(terms) } as const
  const { proposal, done } = await propose(chain, account, work, action)
  return { licence: done ? next : undefined, proposal }
}

/** Licences of a work. */
export async function listLicences(
  chain: Pick<Chain, 'finalized'>,
  work: number,
): Promise<Licence[]> {
  const { query } = await chain.finalized()
  const all: Licence[] = []
  for await (const [[, number], { terms, offered }] of query.Mdrc.Licences.entries(work)) {
    const { id, flags, ...rest } = terms
    all.push({ ...rest, number, offered, id: fromUtf8(id), ...allows(flags) })
  }
  return all.sort((a, b) => a.number - b.number)
}

export interface BuyOptions {
  readonly account: Pick<Account, 'pair'>
  readonly work: number
  readonly licence: number
  /** Whose account will read the file; the buyer's unless told. */
  readonly reader?: Uint8Array | undefined
  /** Most that the licence may cost. */
  readonly maxFee: bigint
  /** For the proxies, where the licence gives access. */
  readonly proxyFee?: bigint
}

/** Buys a licence. Returns the number of the agreement, and of the grant that gives access. @throws CallFailed */
export async function buyLicence(
  chain: Chain,
  options: BuyOptions,
): Promise<{ readonly agreement: number; readonly grant: number | undefined }> {
  const { account, work, licence, maxFee, proxyFee = 0n } = options
  const reader = options.reader ?? account.pair.publicKey
  const call = chain.tx.Mdrc.buy_licence({ work, licence, reader, maxFee, proxyFee })
  const included = await chain.submit(account.pair, call)
  const agreement = numberIn(included, 'LicenceBought', 'agreement')
  const grant = included.events.find(({ name }) => name === 'Reencryption.GrantRequested')
  return { agreement, grant: grant?.data['grant'] as number | undefined }
}

/** A licence that somebody bought. */
export interface Agreement {
  readonly id: number
  readonly work: number
  readonly licence: number
  readonly licensee: AccountId
  readonly paid: bigint
  readonly commercial: boolean
  readonly derivatives: boolean
  readonly aiTraining: boolean
  readonly royalty: number
  readonly since: number
  readonly until: number | undefined
  readonly state: AgreementInfo['state']
  readonly grant: number | undefined
  /** From this block on the money may be asked back, while `state` is Waiting. */
  readonly refundable: number
}
const agreementFrom = (id: number, info: AgreementInfo): Agreement => {
  const { flags, payouts: _, ...rest } = info
  return { id, ...rest, ...allows(flags) }
}
export async function getAgreement(chain: Pick<Chain, 'finalized'>, id: number) {
  const { query } = await chain.finalized()
  const info = await query.Mdrc.Agreements(id)
  if (!info) throw new SdkError('NOT_FOUND', `There is no agreement ${id} on this network.`)
  return agreementFrom(id, info)
}
/** Licences that an account has bought, or that were bought of a work. */
export async function listAgreements(
  chain: Pick<Chain, 'finalized'>,
  of: { readonly licensee: AccountId } | { readonly work: number },
): Promise<Agreement[]> {
  const { query } = await chain.finalized()
  const entries =
    'work' in of
      ? query.Mdrc.AgreementsFor.entries(of.work)
      : query.Mdrc.AgreementsOf.entries(of.licensee)
  const all: Agreement[] = []
  for await (const [[, id]] of entries) {
    const info = await query.Mdrc.Agreements(id)
    if (info) all.push(agreementFrom(id, info))
  }
  return all.sort((a, b) => a.id - b.id)
}
/** Asks the money back for access that was not given in time. @throws CallFailed */
export async function refundAgreement(
  chain: Chain,
  { pair }: Pick<Account, 'pair'>,
  agreement: number,
): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.refund({ agreement }))
}
