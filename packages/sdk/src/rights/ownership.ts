import type { AccountId } from '@cess/bytes'
import type { Action } from '@cess/pallets'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import { numberIn } from './claim.ts'

type Chain = Pick<ChainClient, 'submit' | 'tx'>
type Signer = Pick<Account, 'pair'>

/** A share that is offered to somebody. */
export interface ShareOffer {
  readonly id: number
  readonly work: number
  readonly from: AccountId
  readonly to: AccountId
  readonly bps: number
  readonly price: bigint
}

/** Offers a share, in basis points of the work, for a price or as a gift. Returns the number of the offer. @throws CallFailed */
export async function offerShare(
  chain: Chain,
  { pair }: Signer,
  offer: Omit<ShareOffer, 'id' | 'from'>,
): Promise<number> {
  return numberIn(
    await chain.submit(pair, chain.tx.Mdrc.offer_share(offer)),
    'ShareOffered',
    'offer',
  )
}
/** Takes an offered share, for at most this price. @throws CallFailed */
export async function acceptOffer(
  chain: Chain,
  { pair }: Signer,
  offer: number,
  maxPrice: bigint,
): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.accept_offer({ offer, maxPrice }))
}
/** Takes an offer back, or declines it. @throws CallFailed */
export async function withdrawOffer(chain: Chain, { pair }: Signer, offer: number): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.withdraw_offer({ offer }))
}
/** Offers to and from an account. */
export async function listOffers(
  chain: Pick<ChainClient, 'finalized'>,
  account: AccountId,
): Promise<ShareOffer[]> {
  const { query } = await chain.finalized()
  const offers: ShareOffer[] = []
  for await (const [[id], offer] of query.Mdrc.Offers.entries())
    if (offer.from === account || offer.to === account) offers.push({ id, ...offer })
  return offers
}

/** What owners still have to agree on. */
export interface Proposal {
  readonly id: number
  readonly action: Action['type']
  readonly approvals: readonly AccountId[]
}
export async function listProposals(
  chain: Pick<ChainClient, 'finalized'>,
  work: number,
): Promise<Proposal[]> {
  const { query } = await chain.finalized()
  const all: Proposal[] = []
  for await (const [[, id], { action, approvals }] of query.Mdrc.Proposals.entries(work))
    all.push({ id, action: action.type, approvals })
  return all
}
/** Proposes what owners decide together. Returns the proposal, and whether it was done at once. @throws CallFailed */
export async function propose(
  chain: Chain,
  { pair }: Signer,
  work: number,
  action: Action,
): Promise<{ readonly proposal: number; readonly done: boolean }> {
  const included = await chain.submit(pair, chain.tx.Mdrc.propose({ work, action }))
  const done = included.events.some(({ name }) => DONE.has(name))
  return { proposal: numberIn(included, 'Proposed', 'proposal'), done }
}
const DONE = new Set(
  ['LicenceOffered', 'LicenceWithdrawn', 'ConsentSet', 'FileSet', 'WorkChanged'].map(
    (event) => `Mdrc.${event}`,
  ),
)
/** Agrees to a proposal. @throws CallFailed */
export async function approve(
  chain: Chain,
  { pair }: Signer,
  work: number,
  proposal: number,
): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.approve({ work, proposal }))
}
/** Takes a proposal off the list. @throws CallFailed */
export async function reject(
  chain: Chain,
  { pair }: Signer,
  work: number,
  proposal: number,
): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.reject({ work, proposal }))
}

/** How shares of a work moved, in order. */
export async function listTransfers(chain: Pick<ChainClient, 'finalized'>, work: number) {
  const { query } = await chain.finalized()
  const all = []
  for await (const [[, n], moved] of query.Mdrc.Transfers.entries(work)) all.push({ n, ...moved })
  return all.sort((a, b) => a.n - b.n)
}
