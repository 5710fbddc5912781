import { generateMnemonic } from '@cess/crypto'
import { accountFromUri } from '@cess/sdk'
import type { Command } from 'commander'
import type { Action, Cli, Result } from '../cli.ts'
import { CliError } from '../errors.ts'
import { openKey, sealKey } from '../keys/key-file.ts'
import { listKeys, readKey, writeKey } from '../keys/key-store.ts'
import { chosenKey } from '../keys/load.ts'
import { table } from '../shell/format.ts'
import { readPassword, readPhrase } from '../shell/prompt.ts'

const DEFAULT_NAME = 'default'

/** Seals a secret under a fresh passphrase and writes it. Returns the address. */
async function keep(cli: Cli, name: string, uri: string): Promise<string> {
  const { keys } = cli.settings.paths
  if ((await listKeys(keys)).some((key) => key.name === name))
    throw new CliError('KEY_EXISTS', `There is a key "${name}" already. Choose another name.`)
  const { address } = accountFromUri(uri)
  const { shell, signal, settings } = cli
  const input = { shell, passwordStdin: settings.passwordStdin }
  const password = await readPassword(input, { what: `the key "${name}"`, fresh: true, signal })
  await writeKey(keys, name, await sealKey(uri, password, cli.random))
  return address
}

async function create(cli: Cli, name = DEFAULT_NAME): Promise<Result> {
  const phrase = generateMnemonic(24)
  const address = await keep(cli, name, phrase)
  const shown =
    cli.shell.shows && !cli.json
      ? [
          '',
          'Write these words down, in order, and keep them where nobody finds them:',
          '',
          `  ${phrase}`,
          '',
        ]
      : []
  return {
    json: { name, address },
    text: [
      `Key "${name}": ${address}`,
      ...shown,
      `The words are the only way to your files if you lose this machine or the passphrase. See them again: cess key show ${name} --secret`,
    ],
  }
}

async function bring(
  cli: Cli,
  name: string | undefined,
  { file, stdin }: { readonly file?: string; readonly stdin?: true },
): Promise<Result> {
  if (stdin && cli.settings.passwordStdin)
    throw new CliError(
      'USAGE',
      'Standard input gives either the phrase or the passphrase. Name a file in CESS_PASSWORD_FILE for the passphrase.',
    )
  const phrase = await readPhrase(cli.shell, { file, stdin: stdin ?? false }, cli.signal)
  const chosen = name ?? DEFAULT_NAME
  const address = await keep(cli, chosen, phrase)
  return { json: { name: chosen, address }, text: `Key "${chosen}": ${address}` }
}

async function show(
  cli: Cli,
  name: string | undefined,
  { secret }: { readonly secret?: true },
): Promise<Result> {
  const { keys } = cli.settings.paths
  const chosen = name ?? (await chosenKey(cli.settings))
  const text = await readKey(keys, chosen)
  const found = (await listKeys(keys)).find((key) => key.name === chosen)!
  if (!secret) return { json: found, text: `Key "${chosen}": ${found.address}` }
  const { shell, signal, settings } = cli
  const input = { shell, passwordStdin: settings.passwordStdin }
  const password = await readPassword(input, { what: `the key "${chosen}"`, fresh: false, signal })
  const { uri } = await openKey(chosen, text, password)
  return { json: { ...found, secret: uri }, text: uri }
}

async function list(cli: Cli): Promise<Result> {
  const all = await listKeys(cli.settings.paths.keys)
  const rows = all.map(({ name, address }) => [name, address])
  return {
    json: { keys: all },
    text:
      rows.length === 0
        ? 'No keys yet. Make one: cess key new'
        : table([['NAME', 'ADDRESS'], ...rows]),
  }
}

export function addKey(program: Command, action: Action): void {
  const key = program
    .command('key')
    .description('make, import and look at keys')
    .addHelpText(
      'after',
      `
Keys are kept in ~/.cess/keys, encrypted with a passphrase (scrypt and AES-256-GCM). No secret is ever taken from the
command line: passphrases are asked for on the terminal, or come from standard input (--password-stdin) or the file
that CESS_PASSWORD_FILE names.

Examples:
  cess key new
  cess key import work --file phrase.txt
  cess key show --secret`,
    )
  key
    .command('new')
    .description('make a key')
    .argument('[name]', 'what to call it (default: "default")')
    .action(action(create))
  key
    .command('import')
    .description('keep a key that you have: a phrase, or 0x and 64 hex characters')
    .argument('[name]', 'what to call it (default: "default")')
    .option('--file <file>', 'file that holds the phrase')
    .option('--stdin', 'take the phrase from standard input')
    .action(action(bring))
  key
    .command('show')
    .description('show the address of a key, or its secret')
    .argument('[name]', 'which (default: the one in use)')
    .option('--secret', 'show the phrase; asks for the passphrase')
    .action(action(show))
  key.command('list').alias('ls').description('list your keys').action(action(list))
}
