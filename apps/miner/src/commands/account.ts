import { silentLogger } from '@cess/ports'
import { accountOf } from '@cess/sdk'
import type { Command } from 'commander'
import type { MinerChain } from '../chain/port.ts'
import { claimRewards } from '../chores/rewards.ts'
import { MinerError } from '../errors.ts'
import type { MinerSpec } from '../one.ts'
import { parseTokens, tokens } from '../tokens.ts'
import { configOf, pickMiner, say, withChain, withKey, withOptions } from './common.ts'

type Flags = Readonly<Record<string, unknown>>

/** A command that tells the chain something in the name of miners. */
const command = (program: Command, name: string): Command =>
  withKey(withOptions(program.command(name), ['node', 'genesis', 'count', 'first', 'data'])).option(
    '--miner <name>',
    'which miner, when the configuration has several',
  )

export function addAccountCommands(program: Command): void {
  command(program, 'claim')
    .description('claim the rewards of all eras that have ended')
    .action(async (flags: Flags) => {
      const { config } = await configOf(flags)
      const miners =
        flags['miner'] === undefined ? config.miners : [pickMiner(config, flags['miner'])]
      await withChain(config, async (chain) => {
        for (const { name, pair } of miners) {
          const ctx = { account: accountOf(pair), chain, pair, logger: silentLogger }
          const amount = await claimRewards(ctx)
          say(`${name}: ${amount === undefined ? 'nothing to claim' : `${tokens(amount)} tokens`}`)
        }
      })
    })
  command(program, 'exit')
    .description(
      'leave the network: a miner without data is locked, and later gets its collateral back',
    )
    .option('--withdraw', 'take the collateral back, once the lock is over')
    .action((flags: Flags) =>
      withOne(flags, (chain, miner) =>
        flags['withdraw'] === true ? withdraw(chain, miner) : prepareExit(chain, miner),
      ),
    )
  command(program, 'increase-collateral')
    .description('add collateral, which also pays debt and thaws a frozen miner')
    .requiredOption('--tokens <amount>', 'how many tokens, such as 1500 or 0.25')
    .action((flags: Flags) =>
      withOne(flags, async (chain, { name, pair }) => {
        const amount = amountOf(flags['tokens'])
        const miner = accountOf(pair)
        await chain.submit(pair, { type: 'addCollateral', miner, amount })
        const held = await (await chain.best()).registration(miner)
        say(
          `${name}: collateral ${tokens(held?.collateral ?? 0n)} tokens, debt ${tokens(held?.debt ?? 0n)}, state ${held?.state ?? 'unknown'}`,
        )
      }),
    )
}

async function withOne(
  flags: Flags,
  work: (chain: MinerChain, miner: MinerSpec) => Promise<void>,
): Promise<void> {
  const { config } = await configOf(flags)
  const miner = pickMiner(config, flags['miner'])
  await withChain(config, (chain) => work(chain, miner))
}

function amountOf(given: unknown): bigint {
  try {
    return parseTokens(String(given))
  } catch (error) {
    throw new MinerError('CONFIG', `--tokens: ${(error as Error).message}.`)
  }
}

async function prepareExit(chain: MinerChain, { name, pair }: MinerSpec): Promise<void> {
  const miner = accountOf(pair)
  const state = await chain.best()
  const held = await state.registration(miner)
  if (!held)
    throw new MinerError(
      'CHAIN',
      `${name} is not registered on this network, so it cannot leave it.`,
    )
  if (held.service + held.locked > 0n)
    throw new MinerError(
      'CHAIN',
      `${name} still holds ${held.service + held.locked} bytes of files; a miner can leave when it holds none. Wait until they are deleted or moved.`,
    )
  await chain.submit(pair, { type: 'prepareExit', miner })
  const until = await (await chain.best()).unlockBlock(miner)
  say(`${name}: leaving. From block ${until ?? '?'} on: cess-miner exit --withdraw`)
}

async function withdraw(chain: MinerChain, { name, pair }: MinerSpec): Promise<void> {
  const state = await chain.best()
  const until = await state.unlockBlock(accountOf(pair))
  if (until === undefined)
    throw new MinerError('CHAIN', `${name} is not leaving. Begin with \`cess-miner exit\`.`)
  if (state.number < until)
    throw new MinerError(
      'CHAIN',
      `The collateral of ${name} is locked until block ${until}; now it is block ${state.number}. Try again then.`,
    )
  await chain.submit(pair, { type: 'withdraw' })
  say(`${name}: withdrawn; the account is no miner any more`)
}
