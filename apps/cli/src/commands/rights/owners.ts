import {
  acceptOffer,
  approve,
  offerShare,
  parseAddress,
  parseTokens,
  propose,
  reject,
  withdrawOffer,
} from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli, type Result } from '../../cli.ts'
import { number, percent } from './options.ts'
import { ready } from './ready.ts'

interface TransferFlags {
  readonly to: string
  readonly percent: number
  readonly price: string
}

async function transfer(cli: Cli, work: number, flags: TransferFlags): Promise<Result> {
  const { chain, account } = await ready(cli)
  const to = parseAddress(flags.to)
  const terms = { work, to, bps: flags.percent, price: parseTokens(flags.price) }
  const offer = await offerShare(chain, account, terms)
  return {
    json: { offer, work, to: address(to), bps: flags.percent, price: String(terms.price) },
    text: `Offer ${offer}: ${address(to)} takes it with \`cess rights accept ${offer}\`.`,
  }
}

export function addOwners(rights: Command, action: Action): void {
  rights
    .command('transfer')
    .description('offer a share of a work to somebody')
    .argument('<work>', 'its number', number)
    .requiredOption('--to <address>', 'who may take it')
    .option('--percent <p>', 'how much of the work', percent, 10_000)
    .option('--price <tokens>', 'what it costs', '0')
    .action(action(transfer))
  rights
    .command('accept')
    .description('take a share that was offered to you, and pay its price')
    .argument('<offer>', 'its number', number)
    .option('--max-price <tokens>', 'pay no more', '0')
    .action(
      action(async (cli, offer: number, flags: { readonly maxPrice: string }) => {
        const { chain, account } = await ready(cli)
        await acceptOffer(chain, account, offer, parseTokens(flags.maxPrice))
        return { json: { offer }, text: 'The share is yours.' }
      }),
    )
  rights
    .command('decline')
    .description('take an offer back, or off the list')
    .argument('<offer>', 'its number', number)
    .action(
      action(async (cli, offer: number) => {
        const { chain, account } = await ready(cli)
        await withdrawOffer(chain, account, offer)
        return { json: { offer }, text: `Offer ${offer} is gone.` }
      }),
    )
  for (const [name, does, said] of [
    ['approve', 'agree to what another owner proposes', 'You have agreed.'],
    ['reject', 'take a proposal off the list', 'The proposal is gone.'],
  ] as const)
    rights
      .command(name)
      .description(does)
      .argument('<work>', 'number of the work', number)
      .argument('<proposal>', 'number of the proposal', number)
      .action(
        action(async (cli, work: number, proposal: number) => {
          const { chain, account } = await ready(cli)
          await (name === 'approve' ? approve : reject)(chain, account, work, proposal)
          return { json: { work, proposal }, text: said }
        }),
      )
  rights
    .command('revoke')
    .description('take a claim back; licences that were bought stay')
    .argument('<work>', 'its number', number)
    .action(
      action(async (cli, work: number) => {
        const { chain, account } = await ready(cli)
        const { proposal, done } = await propose(chain, account, work, {
          type: 'Revoke',
          value: undefined,
        })
        return {
          json: { work, proposal, done },
          text: done
            ? `Work ${work} is taken back.`
            : `Proposal ${proposal} waits for other owners.`,
        }
      }),
    )
}
