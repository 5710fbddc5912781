import { balanceOf, formatTokens, parseAddress, parseTokens, sendTokens } from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address } from '../cli.ts'
import { SYMBOL } from '../shell/format.ts'

export function addBalance(program: Command, action: Action): void {
  program
    .command('balance')
    .description('what an account has')
    .argument('[address]', 'of which account (default: yours)')
    .action(
      action(async (cli, given: string | undefined) => {
        const who = parseAddress(given ?? (await cli.address()))
        const { free, reserved, frozen } = await balanceOf(await cli.chain(), who)
        const lines = [`${formatTokens(free)} ${SYMBOL}  ${address(who)}`]
        if (reserved > 0n) lines.push(`${formatTokens(reserved)} ${SYMBOL} more are reserved.`)
        if (frozen > 0n) lines.push(`${formatTokens(frozen)} ${SYMBOL} of them are locked.`)
        return { json: { address: address(who), free, reserved, frozen }, text: lines }
      }),
    )
  program
    .command('send')
    .description('send tokens')
    .argument('<to>', 'address')
    .argument('<amount>', `in ${SYMBOL}, such as 12.5`)
    .action(
      action(async (cli, to: string, amount: string) => {
        const dest = parseAddress(to)
        const units = parseTokens(amount)
        const [chain, account] = await Promise.all([cli.chain(), cli.account()])
        cli.progress.update('Sending', 0)
        const block = await sendTokens(chain, account.pair, dest, units)
        return {
          json: { from: account.address, to: address(dest), amount: units, block },
          text: `Sent ${formatTokens(units)} ${SYMBOL} to ${address(dest)} in block ${block}.`,
        }
      }),
    )
}
