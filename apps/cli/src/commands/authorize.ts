import {
  authorizeGateway,
  listOperators,
  parseAddress,
  revokeGateway,
  revokeGrant,
} from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli, type Result } from '../cli.ts'
import { checkGateway } from './network.ts'

/** The gateway that was named, or the one in use. */
async function operatorOf(cli: Cli, given: string | undefined) {
  if (given !== undefined) return parseAddress(given)
  return (await checkGateway(cli)).account
}

async function revokeShare(cli: Cli, grant: number): Promise<Result> {
  const [chain, account] = await Promise.all([cli.chain(), cli.account()])
  cli.progress.update('Revoking', 0)
  const block = await revokeGrant(chain, account, grant)
  return {
    json: { grant, block },
    text: `Grant ${grant} is over: no proxy makes a share of it after block ${block}. What was read before, you cannot take back.`,
  }
}

export function addAuthorize(program: Command, action: Action): void {
  program
    .command('authorize')
    .description('let a gateway declare and delete files for you')
    .argument('[gateway]', 'address of its account (default: the gateway in use)')
    .option('--list', 'show whom you have authorised')
    .addHelpText(
      'after',
      `
A gateway never gets a key of yours: it cannot read your files or spend your tokens. It can fill your space, and
delete files, until you take the right back with \`cess revoke\`.`,
    )
    .action(
      action(async (cli, given: string | undefined, o: { list?: true }) => {
        const chain = await cli.chain()
        if (o.list) {
          const list = await listOperators(chain, parseAddress(await cli.address()))
          const operators = list.map(address)
          return {
            json: { operators },
            text: operators.length === 0 ? 'You have authorised no gateway.' : operators,
          }
        }
        const operator = await operatorOf(cli, given)
        const account = await cli.account()
        cli.progress.update('Authorising', 0)
        const block = await authorizeGateway(chain, account.pair, account.id, operator)
        return {
          json: { operator: address(operator), block },
          text: `${address(operator)} may store files for you (block ${block}).`,
        }
      }),
    )
  program
    .command('revoke')
    .description('take back a share, or the right of a gateway')
    .argument('[what]', 'number of a grant, or address of a gateway (default: the gateway in use)')
    .action(
      action(async (cli, given: string | undefined) => {
        if (given !== undefined && /^\d{1,9}$/.test(given)) return revokeShare(cli, Number(given))
        const operator = await operatorOf(cli, given)
        const [chain, account] = await Promise.all([cli.chain(), cli.account()])
        cli.progress.update('Revoking', 0)
        const block = await revokeGateway(chain, account.pair, operator)
        return {
          json: { operator: address(operator), block },
          text: `${address(operator)} may not act for you any more (block ${block}).`,
        }
      }),
    )
}
