import {
  type Account,
  buySpace,
  type ChainClient,
  expandSpace,
  formatTokens,
  listTerritories,
  parseAddress,
  renewSpace,
  spacePrice,
  type Territory,
} from '@cess/sdk'
import type { Command } from 'commander'
import type { Action, Cli } from '../cli.ts'
import { printable, SYMBOL, size, table } from '../shell/format.ts'
import { whole } from './arguments.ts'
import { slotMs } from './slot.ts'

const DAY_MS = 86_400_000
const gibs = whole(1, 1 << 20)
const days = whole(1, 36_500)

async function both(cli: Cli): Promise<readonly [ChainClient, Account]> {
  return Promise.all([cli.chain(), cli.account()])
}

const paidText = (paid: bigint): string => `${formatTokens(paid)} ${SYMBOL}`

function row(t: Territory, head: number, msPerBlock: number): string[] {
  const left = Math.max(0, ((t.deadline - head) * msPerBlock) / DAY_MS)
  return [
    printable(t.name),
    size(t.total),
    size(t.used),
    size(t.free),
    t.state === 'Active' ? `${left.toFixed(left < 10 ? 1 : 0)} days` : t.state.toLowerCase(),
  ]
}

export function addSpace(program: Command, action: Action): void {
  const space = program
    .command('space')
    .description('buy and look after the space that your files take')
    .addHelpText(
      'after',
      `
A territory is space that you lease: GiB for days. A file takes three times its size, since any 4 of its 12 parts
restore it. When a lease ends you have some days to renew it before the files go.

Examples:
  cess space buy --gib 10 --days 30
  cess space renew --days 90 --territory default
  cess space ls`,
    )
  space
    .command('buy')
    .description('buy a territory')
    .requiredOption('--gib <n>', 'GiB', gibs)
    .option('--days <n>', 'days, 30 at least', days, 30)
    .option('--territory <name>', 'what to call it (default: "default")')
    .action(
      action(async (cli, o: { gib: number; days: number; territory?: string }) => {
        const [chain, account] = await both(cli)
        const territory = o.territory ?? cli.settings.territory
        cli.progress.update('Buying space', 0)
        const bought = await buySpace(chain, account.pair, { ...o, name: territory })
        return {
          json: { territory, gib: o.gib, days: o.days, ...bought },
          text: `${o.gib} GiB for ${o.days} days as "${territory}", for ${paidText(bought.paid)}, in block ${bought.block}.`,
        }
      }),
    )
  space
    .command('expand')
    .description('add space to a territory for the rest of its lease')
    .requiredOption('--gib <n>', 'GiB to add', gibs)
    .option('--territory <name>', 'which (default: "default")')
    .action(
      action(async (cli, o: { gib: number; territory?: string }) => {
        const [chain, account] = await both(cli)
        const territory = o.territory ?? cli.settings.territory
        cli.progress.update('Buying space', 0)
        const bought = await expandSpace(chain, account.pair, { gib: o.gib, name: territory })
        return {
          json: { territory, gib: o.gib, ...bought },
          text: `${o.gib} GiB more in "${territory}", for ${paidText(bought.paid)}, in block ${bought.block}.`,
        }
      }),
    )
  space
    .command('renew')
    .description('lengthen a lease')
    .requiredOption('--days <n>', 'days to add', days)
    .option('--territory <name>', 'which (default: "default")')
    .action(
      action(async (cli, o: { days: number; territory?: string }) => {
        const [chain, account] = await both(cli)
        const territory = o.territory ?? cli.settings.territory
        cli.progress.update('Renewing', 0)
        const wish = { days: o.days, name: territory }
        const bought = await renewSpace(chain, account.pair, account.id, wish)
        return {
          json: { territory, days: o.days, ...bought },
          text: `"${territory}" is yours ${o.days} days longer, for ${paidText(bought.paid)}, in block ${bought.block}.`,
        }
      }),
    )
  space
    .command('price')
    .description('what space costs')
    .option('--gib <n>', 'GiB', gibs, 1)
    .option('--days <n>', 'days', days, 30)
    .action(
      action(async (cli, o: { gib: number; days: number }) => {
        const price = await spacePrice(await cli.chain(), o.gib, o.days)
        return {
          json: { ...o, price },
          text: `${o.gib} GiB for ${o.days} days cost ${paidText(price)}.`,
        }
      }),
    )
  space
    .command('ls')
    .description('list your territories')
    .argument('[address]', 'of another account')
    .action(
      action(async (cli, given: string | undefined) => {
        const chain = await cli.chain()
        const who = parseAddress(given ?? (await cli.address()))
        const [list, head, ms] = await Promise.all([
          listTerritories(chain, who),
          chain.finalizedHead(),
          slotMs(chain),
        ])
        const rows = list.map((t) => row(t, head.number, ms))
        return {
          json: { territories: list },
          text:
            rows.length === 0
              ? 'No space yet. Buy some: cess space buy --gib 1 --days 30'
              : table([['NAME', 'TOTAL', 'USED', 'FREE', 'LEASE'], ...rows]),
        }
      }),
    )
}
