import { mkdir, rename, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Action, Cli, Result } from '../cli.ts'
import { CliError } from '../errors.ts'
import { CONFIG_KEYS, type Config, type ConfigKey, readConfig } from '../settings.ts'

async function save({ settings }: Cli, config: Config): Promise<void> {
  const { home, config: file } = settings.paths
  await mkdir(home, { recursive: true, mode: 0o700 })
  const part = `${file}.${process.pid}.part`
  await writeFile(part, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600, flush: true })
  await rename(part, file)
}

function checked(key: string): ConfigKey {
  const found = CONFIG_KEYS.find((known) => known === key)
  if (!found)
    throw new CliError(
      'USAGE',
      `There is no setting "${key}". There are ${CONFIG_KEYS.join(', ')}.`,
    )
  return found
}

async function show(cli: Cli): Promise<Result> {
  const { nodes, gateway, key, territory, genesis, paths } = cli.settings
  const json = {
    node: nodes.join(','),
    gateway,
    key: key ?? null,
    territory,
    genesis: genesis ?? null,
    file: paths.config,
  }
  return {
    json,
    text: Object.entries(json).map(
      ([name, value]) =>
        `${name.padEnd(10)} ${value ?? (name === 'key' ? '(the only one)' : '(not set)')}`,
    ),
  }
}

async function set(cli: Cli, name: string, value: string): Promise<Result> {
  const key = checked(name)
  await save(cli, { ...readConfig(cli.settings.paths), [key]: value })
  return { json: { [key]: value }, text: `${key} is ${value} from now on.` }
}

async function unset(cli: Cli, name: string): Promise<Result> {
  const key = checked(name)
  const { [key]: _, ...rest } = readConfig(cli.settings.paths)
  await save(cli, rest)
  return { json: { [key]: null }, text: `${key} is as it comes again.` }
}

export function addConfig(program: Command, action: Action): void {
  const config = program
    .command('config')
    .description('which node, gateway, key and space are used')
  config.command('show', { isDefault: true }).description('what holds now').action(action(show))
  config
    .command('set')
    .description('set one for good')
    .argument('<name>', CONFIG_KEYS.join(', '))
    .argument('<value>')
    .action(action(set))
  config
    .command('unset')
    .description('forget one')
    .argument('<name>', CONFIG_KEYS.join(', '))
    .action(action(unset))
}
