import { balanceOf, formatTokens, listOperators, listTerritories, parseAddress } from '@cess/sdk'
import type { Command } from 'commander'
import picocolors from 'picocolors'
import type { Action, Cli, Result } from '../cli.ts'
import { problemOf } from '../errors.ts'
import { SYMBOL, size } from '../shell/format.ts'
import { checkGateway } from './network.ts'
import { slotMs } from './slot.ts'

/** What was looked at and how it is. `fix`: the command that helps. */
interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  readonly fix?: string
}

/** Slots without a final block that are no reason to worry. */
const SLOTS = 30

async function look(name: string, run: () => Promise<Omit<Finding, 'name'>>): Promise<Finding> {
  try {
    return { name, ...(await run()) }
  } catch (error) {
    return { name, ok: false, found: problemOf(error).message }
  }
}

const node = (cli: Cli) =>
  look('node', async () => {
    const chain = await cli.chain()
    const [head, best, ms, health] = await Promise.all([
      chain.finalizedHead(),
      chain.best().then(({ hash }) => chain.header(hash)),
      slotMs(chain),
      chain.rpc.request('system_health') as Promise<{ isSyncing: boolean; peers: number }>,
    ])
    const lag = best.number - head.number
    if (health.isSyncing)
      return {
        ok: false,
        found: `${chain.chainName} is still synchronizing, at block ${best.number}.`,
      }
    if (lag > SLOTS)
      return {
        ok: false,
        found: `Block ${head.number} is final, ${lag} behind the best: too few validators are there, or they cannot reach one another.`,
      }
    return {
      ok: true,
      found: `${chain.chainName}, block ${head.number} final, one every ${ms / 1000} s, ${health.peers} peers`,
    }
  })

const gateway = (cli: Cli) =>
  look('gateway', async () => {
    const { address, version } = await checkGateway(cli)
    const trouble = await cli.gateway().trouble(cli.signal)
    return trouble === undefined
      ? { ok: true, found: `${cli.gateway().url}, version ${version}, ${address}` }
      : { ok: false, found: trouble, fix: 'Use another one with --gateway, or wait.' }
  })

const key = (cli: Cli) => look('key', async () => ({ ok: true, found: await cli.address() }))

const balance = (cli: Cli) =>
  look('balance', async () => {
    const { free } = await balanceOf(await cli.chain(), parseAddress(await cli.address()))
    return free > 0n
      ? { ok: true, found: `${formatTokens(free)} ${SYMBOL}` }
      : {
          ok: false,
          found: 'The account has no tokens, which space and fees cost.',
          fix: 'Have somebody send you some; a development network has a faucet: cess chain tx Sminer.faucet \'{"to": "YOUR ADDRESS"}\' --dev-key //Alice',
        }
  })

const space = (cli: Cli) =>
  look('space', async () => {
    const list = await listTerritories(await cli.chain(), parseAddress(await cli.address()))
    const active = list.filter(({ state }) => state === 'Active')
    return active.length > 0
      ? { ok: true, found: active.map((t) => `${t.name}: ${size(t.free)} free`).join(', ') }
      : { ok: false, found: 'You have no space.', fix: 'cess space buy --gib 1 --days 30' }
  })

const permission = (cli: Cli) =>
  look('permission', async () => {
    const [chain, { account }] = await Promise.all([cli.chain(), checkGateway(cli)])
    const operators = await listOperators(chain, parseAddress(await cli.address()))
    return operators.includes(account)
      ? { ok: true, found: 'The gateway may store files for you.' }
      : { ok: false, found: 'The gateway may not store files for you.', fix: 'cess authorize' }
  })

async function doctor(cli: Cli): Promise<Result> {
  const findings: Finding[] = []
  for (const check of [node, gateway, key]) findings.push(await check(cli))
  const good = (name: string) => findings.find((one) => one.name === name)?.ok === true
  if (good('node') && good('key')) findings.push(await balance(cli), await space(cli))
  if (good('node') && good('key') && good('gateway')) findings.push(await permission(cli))
  const ok = findings.every((one) => one.ok)
  return {
    json: { ok, findings },
    failed: !ok,
    text: [
      ...findings.flatMap(({ name, ok, found, fix }) => [
        `${ok ? picocolors.green('✔') : picocolors.red('✘')} ${name.padEnd(11)} ${found}`,
        ...(fix === undefined ? [] : [`              ${fix}`]),
      ]),
      '',
      ok ? 'All is well.' : 'Not all is well.',
    ],
  }
}

export function addDoctor(program: Command, action: Action): void {
  program
    .command('doctor')
    .description('see whether everything that `cess put` needs is there')
    .action(action(doctor))
}
