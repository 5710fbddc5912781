import { utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import {
  blockInDays,
  buyLicence,
  formatTokens,
  getAgreement,
  listLicences,
  offerLicence,
  parseTokens,
  propose,
  readHeader,
  refundAgreement,
  shareFee,
  tendGrants,
} from '@cess/sdk'
import type { Command } from 'commander'
import { finalBlocks } from '../../chain/final-blocks.ts'
import type { Action, Cli, Result } from '../../cli.ts'
import { CliError } from '../../errors.ts'
import { SYMBOL } from '../../shell/format.ts'
import { waitUntil } from '../../shell/wait.ts'
import { whole } from '../arguments.ts'
import { hashOfFile } from './fingerprint.ts'
import { number, percent, proxies } from './options.ts'

interface LicenceFlags {
  readonly id: string
  readonly terms?: string
  readonly fee: string
  readonly royalty: number
  readonly commercial?: true
  readonly derivatives?: true
  readonly aiTraining?: true
  readonly days?: number
  readonly access?: { threshold: number; proxies: number }
}

async function license(cli: Cli, work: number, flags: LicenceFlags): Promise<Result> {
  const [account, chain] = await Promise.all([cli.account(), cli.chain()])
  const head = (await chain.finalizedHead()).number
  const blocks = flags.days && (await blockInDays(chain, flags.days)) - head
  cli.progress.update('Offering the licence', 0)
  const { licence, proposal } = await offerLicence(chain, account, work, {
    text: flags.terms ? await hashOfFile(flags.terms) : blake3(utf8(flags.id)),
    id: flags.id,
    commercial: flags.commercial === true,
    derivatives: flags.derivatives === true,
    aiTraining: flags.aiTraining === true,
    fee: parseTokens(flags.fee),
    royalty: flags.royalty,
    blocks,
    access: flags.access,
  })
  return {
    json: { work, licence: licence ?? null, proposal },
    text:
      licence === undefined
        ? `Proposal ${proposal}: other owners have to agree with \`cess rights approve ${work} ${proposal}\`.`
        : `Licence ${licence} of work ${work} is offered for ${flags.fee} ${SYMBOL}.${flags.access ? ' Keep `cess tend` running: it gives buyers the access that they pay for.' : ''}`,
  }
}

async function buy(
  cli: Cli,
  work: number,
  licence: number,
  flags: { readonly maxFee?: string },
): Promise<Result> {
  const [account, chain] = await Promise.all([cli.account(), cli.chain()])
  const terms = (await listLicences(chain, work)).find((one) => one.number === licence)
  if (!terms?.offered)
    throw new CliError(
      'USAGE',
      `Work ${work} has no licence ${licence} on offer. \`cess rights show ${work}\` lists them.`,
    )
  const maxFee = flags.maxFee === undefined ? terms.fee : parseTokens(flags.maxFee)
  const days = await accessDays(cli, terms.blocks)
  const proxyFee = terms.access ? shareFee(terms.access.proxies, days) : 0n
  cli.progress.update('Buying the licence', 0)
  const { agreement, grant } = await buyLicence(chain, { account, work, licence, maxFee, proxyFee })
  let { state, refundable } = await getAgreement(chain, agreement)
  cli.progress.update('Waiting for the owner to give access', 0)
  await waitUntil(cli, async () => {
    ;({ state, refundable } = await getAgreement(chain, agreement))
    return state !== 'Waiting'
  })
  return {
    json: { agreement, grant: grant ?? null, paid: String(terms.fee), state },
    text: [
      `Agreement ${agreement}: you paid ${formatTokens(terms.fee)} ${SYMBOL}.`,
      ...(state === 'Waiting'
        ? [
            `The owner has not given access yet. From block ${refundable} on \`cess rights refund ${agreement}\` brings your money back.`,
          ]
        : []),
      ...(state === 'Held' && grant !== undefined
        ? ['You can read its file with `cess get`.']
        : []),
    ],
  }
}

/** Days that access is paid for: those of the licence, a year at most. */
async function accessDays(cli: Cli, blocks: number | undefined): Promise<number> {
  const chain = await cli.chain()
  const head = (await chain.finalizedHead()).number
  const perDay = Math.max(1, (await blockInDays(chain, 1)) - head)
  return Math.min(366, Math.ceil((blocks ?? 366 * perDay) / perDay))
}

async function tend(cli: Cli, { once }: { readonly once?: true }): Promise<Result> {
  const [account, chain] = await Promise.all([cli.account(), cli.chain()])
  const access = { gateway: cli.gateway(), clock: cli.clock, signal: cli.signal }
  const pass = () =>
    tendGrants(chain, { account, random: cli.random, header: (fid) => readHeader(fid, access) })
  const done = await pass()
  const told = (all: typeof done): void => {
    for (const { grant, completed, redrawn } of all)
      cli.progress.say(
        `Grant ${grant}: ${completed} proxies got their fragments${redrawn ? ', in the place of late ones' : ''}.`,
      )
  }
  told(done)
  if (!once) {
    cli.progress.update('Looking after shares and sales; Ctrl-C ends it', 0)
    for await (const _ of finalBlocks(chain, cli.signal)) {
      const more = await pass()
      told(more)
      done.push(...more)
    }
  }
  return { json: { tended: done }, text: done.length === 0 ? 'Nothing waits for you.' : [] }
}

export function addLicences(rights: Command, action: Action): void {
  rights
    .command('license')
    .description('offer a licence of a work')
    .argument('<work>', 'its number', number)
    .requiredOption('--id <name>', 'SPDX identifier or ODRL policy, such as CC-BY-4.0')
    .requiredOption('--fee <tokens>', 'what it costs')
    .option('--terms <file>', 'text of the licence; the chain keeps its hash')
    .option('--royalty <percent>', 'what derived works pay of their fees', percent, 0)
    .option('--commercial', 'allows commercial use')
    .option('--derivatives', 'allows derived works')
    .option('--ai-training', 'allows training of AI models')
    .option('--days <n>', 'how long it holds (default: for ever)', whole(1, 36_500))
    .option('--access <m/n>', 'buyers can read the file, through m of n proxies', proxies)
    .action(action(license))
  rights
    .command('withdraw-licence')
    .description('offer a licence no longer; who has bought it keeps it')
    .argument('<work>', 'number of the work', number)
    .argument('<licence>', 'number of the licence', number)
    .action(
      action(async (cli, work: number, licence: number) => {
        const [account, chain] = await Promise.all([cli.account(), cli.chain()])
        const action = { type: 'WithdrawLicence', value: licence } as const
        const { proposal, done } = await propose(chain, account, work, action)
        return {
          json: { work, proposal, done },
          text: done
            ? `Licence ${licence} is withdrawn.`
            : `Proposal ${proposal} waits for other owners.`,
        }
      }),
    )
  rights
    .command('buy')
    .description('buy a licence, with the access that comes with it')
    .argument('<work>', 'number of the work', number)
    .argument('<licence>', 'number of the licence', number)
    .option('--max-fee <tokens>', 'refuse a higher price (default: the price that is shown now)')
    .action(action(buy))
  rights
    .command('refund')
    .description('get your money back for access that was not given in time')
    .argument('<agreement>', 'its number', number)
    .action(
      action(async (cli, agreement: number) => {
        const [account, chain] = await Promise.all([cli.account(), cli.chain()])
        await refundAgreement(chain, account, agreement)
        return { json: { agreement }, text: `Agreement ${agreement} is paid back.` }
      }),
    )
}

export function addTend(program: Command, action: Action): void {
  program
    .command('tend')
    .description('give buyers and grantees the access that they wait for, and replace late proxies')
    .option('--once', 'do what waits now, and end')
    .addHelpText(
      'after',
      `
Access to a file hangs on a key that only you have, so somebody with it has to be there when a licence is bought, or a
proxy has to be replaced. Run this where your key is; it ends with Ctrl-C.`,
    )
    .action(action(tend))
}
