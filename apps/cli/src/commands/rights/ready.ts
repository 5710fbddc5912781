import type { Account, ChainClient } from '@cess/sdk'
import type { Cli } from '../../cli.ts'

/** Chain and account, for a command that sends one transaction. */
export async function ready(
  cli: Cli,
): Promise<{ readonly chain: ChainClient; readonly account: Account }> {
  const [chain, account] = await Promise.all([cli.chain(), cli.account()])
  cli.progress.update('Waiting for the chain', 0)
  return { chain, account }
}
