import type { FileId } from '@cess/bytes'
import {
  blockInDays,
  formatTokens,
  type Grant,
  linkKey,
  linkText,
  listGrants,
  listShared,
  parseAddress,
  parseTokens,
  readHeader,
  shareFee,
  shareFiles,
} from '@cess/sdk'
import { type Command, InvalidArgumentError } from 'commander'
import { type Action, address, type Cli, type Result } from '../cli.ts'
import { CliError } from '../errors.ts'
import { waitUntil } from '../shell/wait.ts'
import { fid, whole } from './arguments.ts'

interface ShareFlags {
  readonly with?: string
  readonly link?: true
  readonly days: number
  readonly threshold: number
  readonly proxies: number
  readonly uses?: number
  readonly fee?: string
}

async function share(cli: Cli, ids: readonly FileId[], flags: ShareFlags): Promise<Result> {
  if ((flags.with === undefined) === (flags.link === undefined))
    throw new CliError(
      'USAGE',
      'Say whom the files are shared with: --with ADDRESS, or --link for whoever has the link.',
    )
  if (flags.link && ids.length > 1)
    throw new CliError(
      'USAGE',
      'A link leads to one file. Make one for each, or share a folder as an archive.',
    )
  const key = flags.link && linkKey(cli.random)
  const grantee = key ? key.account.id : parseAddress(flags.with!)
  const [account, chain] = await Promise.all([cli.account(), cli.chain()])
  const access = { gateway: cli.gateway(), clock: cli.clock, signal: cli.signal }
  cli.progress.update('Reading headers', 0)
  const files = await Promise.all(
    ids.map(async (id) => ({ fid: id, header: await readHeader(id, access) })),
  )
  const { threshold, proxies, uses, days } = flags
  const fee = flags.fee === undefined ? shareFee(proxies, days) : parseTokens(flags.fee)
  const expiry = await blockInDays(chain, days)
  cli.progress.update('Asking the chain for proxies', 0)
  const terms = { threshold, proxies, uses, fee, expiry, grantee }
  const grant = await shareFiles(chain, { account, random: cli.random, files, ...terms })
  cli.progress.update('Waiting for the proxies', 0)
  const active = await waitUntilActive(cli, grant)
  const link =
    key && linkText({ gateway: cli.settings.gateway, fid: ids[0]!, grant, seed: key.seed })
  return {
    json: {
      ...{ grant, grantee: address(grantee), files: ids, expiry, fee: String(fee), active },
      ...(link && { link }),
    },
    text: link
      ? [
          `Grant ${grant}: whoever has this link can read the file for ${days} days, with \`cess get LINK\`.`,
          link,
          `It is a key: send it as you would send one. Take it back with \`cess revoke ${grant}\`.`,
          ...(active
            ? []
            : ['It still waits for its proxies; `cess shared` shows when they are ready.']),
        ]
      : active
        ? `Grant ${grant}: ${address(grantee)} can read ${ids.length === 1 ? 'the file' : `${ids.length} files`} for ${days} days. Take it back with \`cess revoke ${grant}\`.`
        : `Grant ${grant} is made, and waits for its proxies. \`cess shared\` shows when they are ready.`,
  }
}

/** Proxies look at the chain when it tells them: a few blocks. */
const waitUntilActive = (cli: Cli, grant: number): Promise<boolean> =>
  waitUntil(cli, async () => {
    const { query } = await (await cli.chain()).finalized()
    return (await query.Reencryption.Grants(grant))?.status === 'Active'
  })

const row = (grant: Grant, other: string): string =>
  `${String(grant.id).padStart(6)}  ${grant.status.padEnd(8)} ${grant.serving}/${grant.proxies} proxies  until #${grant.expiry}  ${other}  ${grant.files.join(' ')}`

const plain = ({ escrow, owner, grantee, ...rest }: Grant): object => ({
  ...rest,
  owner: address(owner),
  grantee: address(grantee),
  escrow: formatTokens(escrow),
})

async function shared(cli: Cli): Promise<Result> {
  const [chain, own] = await Promise.all([cli.chain(), cli.address()])
  const account = parseAddress(own)
  const [given, got] = await Promise.all([listGrants(chain, account), listShared(chain, account)])
  return {
    json: { given: given.map(plain), received: got.map(plain) },
    text: [
      given.length === 0 ? 'You have shared nothing.' : 'Shared by you:',
      ...given.map((grant) => row(grant, `to ${address(grant.grantee)}`)),
      got.length === 0 ? 'Nothing is shared with you.' : 'Shared with you:',
      ...got.map((grant) => row(grant, `by ${address(grant.owner)}`)),
    ],
  }
}

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 365)) throw new InvalidArgumentError('It must be 0 to 365 days.')
  return value
}

export function addShare(program: Command, action: Action): void {
  program
    .command('share')
    .description('let somebody read files of yours, for some days')
    .argument('<fid...>', 'file ids, 16 at most')
    .option('--with <address>', 'account that may read them')
    .option('--link', 'make a link instead, for somebody without an account')
    .option('--days <n>', 'how long', positive, 30)
    .option('--threshold <m>', 'proxies that it takes', whole(1, 16), 3)
    .option('--proxies <n>', 'proxies that there are', whole(1, 16), 5)
    .option('--uses <n>', 'how often each proxy answers (default: any number)', whole(1, 1_000_000))
    .option('--fee <tokens>', 'what the proxies get together; the rest comes back')
    .addHelpText(
      'after',
      `
The chain draws proxies among miners. Each gets a part of a key that it cannot read your file with; enough of them together
re-encrypt the file's key for the other account, and nobody else. Everybody can see on chain who shares which file with whom.
What the other account has read once, you cannot take back. The key of a link is in the part behind #, which no server is
sent; whoever gets hold of the link reads the file, until the grant ends on chain.

Examples:
  cess share 6f2c…e1 --with cXgaee2N8E4JT9eU6hKFcMiTYyNGrHrZJvZb3MiQYMdcZiWNB --days 7
  cess share 6f2c…e1 --link --days 1
  cess shared
  cess revoke 3`,
    )
    .action(
      action(async (cli, ids: string[], flags: ShareFlags) => share(cli, ids.map(fid), flags)),
    )
  program
    .command('shared')
    .description('what you have shared, and what was shared with you')
    .action(action(shared))
}
