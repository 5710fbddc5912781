import {
  type Agreement,
  formatTokens,
  getDispute,
  getWork,
  type Licence,
  listAgreements,
  listLicences,
  listOffers,
  listPanels,
  listProposals,
  listTransfers,
  listWorks,
  meaningOf,
  parseAddress,
  type Work,
} from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli, type Result } from '../../cli.ts'
import { printable, SYMBOL, table } from '../../shell/format.ts'
import { number } from './options.ts'

const money = (amount: bigint): string => `${formatTokens(amount)} ${SYMBOL}`
const share = (bps: number): string => `${bps / 100} %`

/** A work as JSON, with addresses as people write them. */
export const plainWork = (work: Work): object => ({
  ...work,
  creator: address(work.creator),
  owners: work.owners.map(({ account, bps }) => ({ account: address(account), bps })),
})

const licenceLine = ({ number: n, id, fee, royalty, offered, ...terms }: Licence): string => {
  const allows = [
    terms.commercial && 'commercial use',
    terms.derivatives && `derived works (${share(royalty)} royalty)`,
    terms.aiTraining && 'AI training',
    terms.access &&
      `reading the file (${terms.access.threshold} of ${terms.access.proxies} proxies)`,
  ].filter((one) => one !== false && one !== undefined)
  return `  licence ${n}  ${printable(id)}  ${money(fee)}${offered ? '' : '  (withdrawn)'}  ${allows.join(', ')}`
}
const agreementLine = ({ id, licensee, paid, state, grant }: Agreement): string =>
  `  agreement ${id}  ${address(licensee)}  ${money(paid)}  ${state}${grant === undefined ? '' : `  grant ${grant}`}`

async function show(cli: Cli, id: number): Promise<Result> {
  const chain = await cli.chain()
  const work = await getWork(chain, id)
  const [licences, agreements, transfers, proposals] = await Promise.all([
    listLicences(chain, id),
    listAgreements(chain, { work: id }),
    listTransfers(chain, id),
    listProposals(chain, id),
  ])
  const dispute = work.dispute === undefined ? undefined : await getDispute(chain, work.dispute)
  return {
    json: {
      work: plainWork(work),
      licences,
      agreements: agreements.map((one) => ({ ...one, licensee: address(one.licensee) })),
      ...{ transfers, proposals, dispute },
    },
    text: [
      `Work ${id}: ${printable(work.title)}`,
      `  ${work.status}: ${meaningOf(work)}`,
      `  creator ${address(work.creator)}`,
      ...work.owners.map(({ account, bps }) => `  owner ${address(account)}  ${share(bps)}`),
      ...(work.owners.length > 1 ? [`  ${work.consent} of them have to agree`] : []),
      ...(work.codes ? [`  ${work.codes.iscc}`] : [`  codes are not public (${work.privacy})`]),
      ...(work.file ? [`  file ${work.file}`] : []),
      ...work.parents.map(
        (one) => `  derived from work ${one.work}, ${share(one.royalty)} royalty`,
      ),
      ...(dispute ? [`  dispute ${dispute.id}  ${dispute.stage} until block ${dispute.due}`] : []),
      ...licences.map(licenceLine),
      ...agreements.map(agreementLine),
      ...transfers.map(
        ({ block, from, to, bps }) =>
          `  block ${block}: ${share(bps)} from ${address(from)} to ${address(to)}`,
      ),
      ...proposals.map(
        (one) => `  proposal ${one.id}  ${one.action}  ${one.approvals.length} agree`,
      ),
    ],
  }
}

async function ls(cli: Cli): Promise<Result> {
  const [chain, own] = await Promise.all([cli.chain(), cli.address()])
  const account = parseAddress(own)
  const [works, agreements, offers, panels] = await Promise.all([
    listWorks(chain, account),
    listAgreements(chain, { licensee: account }),
    listOffers(chain, account),
    listPanels(chain, account),
  ])
  const rows = works.map((work) => [
    String(work.id),
    work.status,
    share(work.owners.find((one) => one.account === account)?.bps ?? 0),
    printable(work.title),
  ])
  return {
    json: {
      works: works.map(plainWork),
      agreements: agreements.map((one) => ({ ...one, licensee: address(one.licensee) })),
      offers: offers.map((one) => ({ ...one, from: address(one.from), to: address(one.to) })),
      panels: panels.map(({ id, work, stage, due }) => ({ id, work, stage, due })),
    },
    text: [
      ...(works.length === 0
        ? ['No works yet. Claim one: cess rights claim FILE']
        : table([['WORK', 'STATUS', 'SHARE', 'TITLE'], ...rows])),
      ...(agreements.length > 0 ? ['Licences that you bought:'] : []),
      ...agreements.map((one) => `${agreementLine(one)}  of work ${one.work}`),
      ...(offers.length > 0 ? ['Offers:'] : []),
      ...offers.map(
        ({ id, work, from, to, bps, price }) =>
          `  offer ${id}  ${share(bps)} of work ${work} from ${address(from)} to ${address(to)} for ${money(price)}`,
      ),
      ...(panels.length > 0 ? ['Disputes that you are a juror of:'] : []),
      ...panels.map(
        ({ id, work, stage, due }) => `  dispute ${id}  work ${work}  ${stage} until block ${due}`,
      ),
    ],
  }
}

export function addShow(rights: Command, action: Action): void {
  rights
    .command('show')
    .description('a work: what is claimed, by whom, since when, and under which licences')
    .argument('<work>', 'its number', number)
    .action(action(show))
  rights
    .command('ls')
    .description('your works, licences that you bought, offers and panels')
    .action(action(ls))
}
