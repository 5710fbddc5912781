import { formatTokens, listMiners } from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address } from '../cli.ts'
import { SYMBOL, size, table } from '../shell/format.ts'

export function addMiners(program: Command, action: Action): void {
  program
    .command('miners')
    .description('the miners of the network and how their last audits ended')
    .action(
      action(async (cli) => {
        const miners = await listMiners(await cli.chain())
        const rows = miners
          .toSorted((a, b) => Number(b.stored - a.stored))
          .map((m) => [
            address(m.account),
            m.state,
            size(m.declared),
            size(m.stored),
            `${formatTokens((m.collateral / 10n ** 16n) * 10n ** 16n)} ${SYMBOL}`,
            m.audit
              ? `${m.audit.result.toLowerCase()} in block ${m.audit.block}${m.challenged ? ', asked again' : ''}`
              : m.challenged
                ? 'asked'
                : 'not yet',
          ])
        return {
          json: { miners: miners.map((m) => ({ ...m, account: address(m.account) })) },
          text:
            rows.length === 0
              ? 'No miners yet.'
              : table([
                  ['MINER', 'STATE', 'OFFERS', 'STORES', 'COLLATERAL', 'LAST AUDIT'],
                  ...rows,
                ]),
        }
      }),
    )
}
