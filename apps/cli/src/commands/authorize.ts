import { authorizeGateway, listOperators, parseAddress, revokeGateway } from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli } from '../cli.ts'
import { CliError } from '../errors.ts'
import { checkGateway } from './network.ts'
import { revokeShare } from './revoke.ts'

/** The gateway that was named, or the one in use. */
async function operatorOf(cli: Cli, given: string | undefined) {
  if (given !== undefined) return parseAddress(given)
  return (await checkGateway(cli)).account
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
    .option(
      '--rotate',
      'encrypt the files of the grant anew: also what was learned of their keys is worth nothing then',
    )
    .addHelpText(
      'after',
      `
From the next final block on no proxy makes a share of a grant that was revoked. Who has opened a file before may have
kept its key, and could read its ciphertext if they get hold of it. With --rotate the file is fetched, encrypted under a
new key and stored anew, and the old one deleted; it has another id then. What somebody has copied stays copied.`,
    )
    .action(
      action(async (cli, given: string | undefined, { rotate = false }: { rotate?: boolean }) => {
        if (given !== undefined && /^\d{1,9}$/.test(given))
          return revokeShare(cli, Number(given), rotate)
        if (rotate) throw new CliError('USAGE', '--rotate goes with the number of a grant.')
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
