import { accountOf } from '@cess/sdk'
import type { Command } from 'commander'
import { MinerError } from '../errors.ts'
import { runningMiner } from '../status/client.ts'
import { chainStatus, type MinerStatus } from '../status/report.ts'
import { tokens } from '../tokens.ts'
import { configOf, load, say, withChain, withKey, withOptions } from './common.ts'

export const addStatus = (program: Command): void => {
  withKey(withOptions(program.command('status'), ['data', 'node', 'genesis', 'count', 'first']))
    .description(
      'what the running miner says about itself; with a key, what the chain says when it is not running',
    )
    .option('--json', 'as JSON')
    .action((flags: Record<string, unknown>) => status(flags))
}

async function status(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const { settings } = await load(flags)
  const json = flags['json'] === true
  try {
    const miners = await (await runningMiner(settings.data)).status()
    if (json) say(JSON.stringify({ running: true, miners }, null, 2))
    else for (const miner of miners) say(describe(miner))
  } catch (error) {
    if (!(error instanceof MinerError) || error.code !== 'NOT_RUNNING') throw error
    await fromChain(flags, json, error)
  }
}

async function fromChain(
  flags: Readonly<Record<string, unknown>>,
  json: boolean,
  notRunning: MinerError,
): Promise<void> {
  const { config } = await configOf(flags).catch(() => {
    throw notRunning
  })
  const miners = await withChain(config, (chain) =>
    Promise.all(
      config.miners.map(async ({ name, pair }) => {
        const account = accountOf(pair)
        return { name, account, chain: await chainStatus({ chain, account }) }
      }),
    ),
  )
  if (json) return say(JSON.stringify({ running: false, miners }, null, 2))
  say('The miner is not running; this is what the chain says.')
  for (const { name, chain } of miners) say([name, ...chainLines(chain)].join('\n  '))
}

const size = (bytes: number | bigint | string): string => {
  let value = Number(bytes)
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1024) return `${Number(value.toFixed(1))} ${unit}`
    value /= 1024
  }
  return `${Number(value.toFixed(2))} TiB`
}

type OnChain = Exclude<MinerStatus['chain'], { unreachable: string }>

function chainLines(chain: OnChain): string[] {
  const amount = (units: string): string => `${tokens(BigInt(units))} tokens`
  const debt = chain.debt === '0' ? '' : `, debt ${amount(chain.debt)}`
  const { lastAudit } = chain
  return [
    `state       ${chain.state} (block ${chain.block})`,
    `space       ${size(chain.declared)} declared: ${size(chain.service)} used, ${size(chain.locked)} promised, ${size(chain.idle)} free`,
    `collateral  ${amount(chain.collateral)}${debt}, balance ${amount(chain.balance)}, claimed ${amount(chain.rewards)}`,
    lastAudit
      ? `last audit  ${lastAudit.result.toLowerCase()} at block ${lastAudit.block}`
      : 'last audit  none yet',
  ]
}

function describe(miner: MinerStatus): string {
  const { store, chain, standing } = miner
  const lines = [
    `${miner.name}  ${miner.address}`,
    `endpoint    ${miner.endpoint} (${miner.peers} peers)`,
    `standing    ${standing.phase}${'why' in standing ? `: ${standing.why}` : ''}`,
    ...('unreachable' in chain
      ? [`chain       not reachable: ${chain.unreachable}`]
      : chainLines(chain)),
    `disk        ${store.fragments} fragments, ${size(store.bytes + store.tagBytes)} of ${size(store.maxBytes)}`,
    `tags        ${store.pendingTags} files wait for their confirmation`,
  ]
  if (store.missing + store.corrupt + store.unknownColumns > 0)
    lines.push(
      `DAMAGE      ${store.missing} fragments missing, ${store.corrupt} corrupt, ${store.unknownColumns} files of the chain unknown here: audits of them fail`,
    )
  for (const { outcome, deadline, block, reason } of miner.audits.slice(0, 5))
    lines.push(
      `audit       ${outcome.toLowerCase()} at block ${block} (deadline ${deadline})${reason ? `: ${reason}` : ''}`,
    )
  return lines.join('\n  ')
}
