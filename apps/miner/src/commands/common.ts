import { text } from 'node:stream/consumers'
import { systemClock } from '@cess/ports'
import { connectChain } from '@cess/sdk'
import { type Command, Option as Flag } from 'commander'
import { minerChain } from '../chain/adapter.ts'
import type { MinerChain } from '../chain/port.ts'
import { buildConfig } from '../config/build.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { OPTIONS, type OptionName } from '../config/options.ts'
import { MinerError } from '../errors.ts'
import type { MinerConfig } from '../miner.ts'
import type { MinerSpec } from '../one.ts'

const KEY_ENV = 'CESS_MINER_KEY'

/** Adds flags for these settings, or all, and where the configuration is. */
export function withOptions(command: Command, names?: readonly OptionName[]): Command {
  command.addOption(
    new Flag('-c, --config <file>', 'JSON file with settings; `cess-miner config` prints one').env(
      'CESS_CONFIG',
    ),
  )
  for (const [name, { flag, help, env }] of Object.entries(OPTIONS))
    if (!names || names.includes(name as OptionName))
      command.addOption(new Flag(flag, `${help} [${env}]`))
  return command
}

/** Adds the ways to give a key. None of them puts a secret on the command line. */
export const withKey = (command: Command): Command =>
  command
    .option('--key-file <file>', `file with the secret phrase of the account [or ${KEY_ENV}]`)
    .option('--key-stdin', 'read the secret phrase from standard input')
    .option('--dev-key <path>', 'development key such as //Miner; worthless on a real network')

type Flags = Readonly<Record<string, unknown>>

export const load = (flags: Flags): Promise<Loaded> =>
  loadConfig({ flags, env: process.env, file: flags['config'] as string | undefined })

/** Everything that a command with a key works with. */
export async function configOf(flags: Flags): Promise<{ loaded: Loaded; config: MinerConfig }> {
  const loaded = await load(flags)
  const secret = flags['keyStdin'] === true ? await text(process.stdin) : keyFromEnv(loaded)
  return { loaded, config: await buildConfig(loaded, secret) }
}

/** The environment's key counts only where nothing more explicit is given. */
const keyFromEnv = ({ keyFile, devKey }: Loaded): string | undefined =>
  keyFile === undefined && devKey === undefined ? process.env[KEY_ENV] : undefined

/** One of the configured miners, by name; the only one needs no name. */
export function pickMiner(config: MinerConfig, name: unknown): MinerSpec {
  const { miners } = config
  const found = name === undefined && miners.length === 1 ? miners[0] : undefined
  const named = found ?? miners.find((m) => m.name === name)
  if (!named)
    throw new MinerError(
      'CONFIG',
      `Name one miner with --miner: ${miners.map((m) => m.name).join(', ')}.`,
    )
  return named
}

/** Runs work with a connection to the chain. */
export async function withChain<T>(
  config: Pick<MinerConfig, 'nodes' | 'genesis'>,
  work: (chain: MinerChain) => Promise<T>,
): Promise<T> {
  const { nodes: endpoints, genesis: genesisHash } = config
  const client = await connectChain({
    endpoints,
    clock: systemClock,
    ...(genesisHash && { genesisHash }),
  })
  try {
    return await work(minerChain(client))
  } finally {
    client.close()
  }
}

/** A line on standard output. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`)
