import { type AccountId, fromHex } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import { type Dispute as DisputeInfo, type DisputeReason, voteCommitment } from '@cess/pallets'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'
import { numberIn } from './claim.ts'

type Chain = Pick<ChainClient, 'finalized' | 'submit' | 'tx' | 'genesisHash'>
export type EvidenceKind = Extract<DisputeReason, { type: 'Evidence' }>['value']['kind']

export interface Dispute extends DisputeInfo {
  readonly id: number
}

/** A dispute by its number. @throws SdkError NOT_FOUND */
export async function getDispute(chain: Pick<Chain, 'finalized'>, id: number): Promise<Dispute> {
  const { query } = await chain.finalized()
  const info = await query.Mdrc.Disputes(id)
  if (!info) throw new SdkError('NOT_FOUND', `There is no dispute ${id} on this network.`)
  return { id, ...info }
}

/** Shows that a work is near an earlier one. Returns the number of the dispute. @throws CallFailed */
export async function challengeWork(
  chain: Chain,
  { pair }: Pick<Account, 'pair'>,
  work: number,
  prior: number,
): Promise<number> {
  const call = chain.tx.Mdrc.challenge({ work, prior })
  return numberIn(await chain.submit(pair, call), 'Disputed', 'dispute')
}
/** Contests a work with evidence, of which the chain keeps the hash. Returns the number of the dispute. @throws CallFailed */
export async function disputeWork(
  chain: Chain,
  { pair }: Pick<Account, 'pair'>,
  work: number,
  evidence: { readonly kind: EvidenceKind; readonly hash: Uint8Array },
): Promise<number> {
  const call = chain.tx.Mdrc.dispute({ work, kind: evidence.kind, evidence: evidence.hash })
  return numberIn(await chain.submit(pair, call), 'Disputed', 'dispute')
}
/** An owner does not accept a dispute: jurors decide. @throws CallFailed */
export async function respond(
  chain: Chain,
  { pair }: Pick<Account, 'pair'>,
  dispute: number,
): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.respond({ dispute }))
}
/** Who lost asks for a larger panel. @throws CallFailed */
export async function appeal(
  chain: Chain,
  { pair }: Pick<Account, 'pair'>,
  dispute: number,
): Promise<void> {
  await chain.submit(pair, chain.tx.Mdrc.appeal({ dispute }))
}

/** The salt of a vote follows from the juror's key: it can be shown without having been kept. */
const voteSalt = (account: Account, id: number, round: number): Uint8Array =>
  hkdfSha256(account.contentSecret(), Uint8Array.of(round), `cess/mdrc/vote-salt/1/${id}`, 32)
/** A juror commits to a vote: `upheld` is for the challenger. @throws CallFailed, SdkError NOT_FOUND */
export async function vote(
  chain: Chain,
  account: Account,
  dispute: number,
  upheld: boolean,
): Promise<void> {
  const { round } = await getDispute(chain, dispute)
  const at = { dispute, round, juror: account.id }
  const salt = voteSalt(account, dispute, round)
  const sealed = voteCommitment(fromHex(chain.genesisHash), at, salt, upheld)
  await chain.submit(account.pair, chain.tx.Mdrc.vote({ dispute, vote: sealed }))
}
/** Shows the vote that was committed to. @throws CallFailed, SdkError NOT_FOUND */
export async function revealVote(
  chain: Chain,
  account: Account,
  dispute: number,
): Promise<boolean> {
  const { round, panel } = await getDispute(chain, dispute)
  const salt = voteSalt(account, dispute, round)
  const at = { dispute, round, juror: account.id }
  const sealed = panel.find(({ juror }) => juror === account.id)?.sealed?.toHex()
  const genesis = fromHex(chain.genesisHash)
  const upheld = [true, false].find(
    (side) => voteCommitment(genesis, at, salt, side).toHex() === sealed,
  )
  if (upheld === undefined)
    throw new SdkError(
      'NOT_FOUND',
      `This account has no vote in dispute ${dispute} that it could show.`,
    )
  await chain.submit(account.pair, chain.tx.Mdrc.reveal_vote({ dispute, upheld, salt }))
  return upheld
}
/** Becomes a juror, or ceases to be one. @throws CallFailed */
export async function setJuror(
  chain: Chain,
  { pair }: Pick<Account, 'pair'>,
  juror: boolean,
): Promise<void> {
  const { register_juror, leave_jury } = chain.tx.Mdrc
  await chain.submit(pair, juror ? register_juror({}) : leave_jury({}))
}
/** Disputes whose panel an account is on. */
export async function listPanels(
  chain: Pick<Chain, 'finalized'>,
  juror: AccountId,
): Promise<Dispute[]> {
  const { query } = await chain.finalized()
  const all: Dispute[] = []
  for await (const [[id], info] of query.Mdrc.Disputes.entries())
    if (info.stage !== 'Settled' && info.panel.some((seat) => seat.juror === juror))
      all.push({ id, ...info })
  return all
}
