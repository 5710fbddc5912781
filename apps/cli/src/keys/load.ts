import { DEV_PHRASE } from '@cess/crypto'
import { type Account, accountFromUri } from '@cess/sdk'
import { CliError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { readPassword } from '../shell/prompt.ts'
import type { Shell } from '../shell/shell.ts'
import { openKey } from './key-file.ts'
import { listKeys, readKey } from './key-store.ts'

const DEV_PATH = /^(?:\/\/?[A-Za-z0-9_.-]+)+$/

/** @throws CliError USAGE for anything but a path of the public phrase: secrets do not belong on a command line */
function devAccount(path: string): Account {
  if (!DEV_PATH.test(path))
    throw new CliError(
      'USAGE',
      '--dev-key takes a path of the public development phrase, such as //Alice, and nothing secret. Import real keys with `cess key import`.',
    )
  return accountFromUri(`${DEV_PHRASE}${path}`)
}

/** Which key file to use: the one that was named, or the only one. @throws CliError NO_KEY */
export async function chosenKey({ key, paths }: Settings): Promise<string> {
  if (key !== undefined) return key
  const all = await listKeys(paths.keys)
  if (all.length === 1) return all[0]!.name
  throw new CliError(
    'NO_KEY',
    all.length === 0
      ? 'You have no key yet. Make one with `cess key new`, or import yours with `cess key import`; on a development network add --dev-key //Alice.'
      : `You have ${all.length} keys (${all.map(({ name }) => name).join(', ')}). Say which one with --key NAME, or for good with \`cess config set key NAME\`.`,
  )
}

/** The user's account, with its secret. @throws CliError */
export async function loadAccount(
  settings: Settings,
  shell: Shell,
  signal: AbortSignal,
): Promise<Account> {
  if (settings.devKey !== undefined) return devAccount(settings.devKey)
  const name = await chosenKey(settings)
  const text = await readKey(settings.paths.keys, name)
  const { passwordStdin } = settings
  const what = `the key "${name}"`
  const password = await readPassword({ shell, passwordStdin }, { what, fresh: false, signal })
  return (await openKey(name, text, password)).account
}

/** The user's address; no passphrase is asked for. @throws CliError */
export async function loadAddress(settings: Settings): Promise<string> {
  if (settings.devKey !== undefined) return devAccount(settings.devKey).address
  const name = await chosenKey(settings)
  const found = (await listKeys(settings.paths.keys)).find((key) => key.name === name)
  if (!found)
    throw new CliError(
      'NO_KEY',
      `There is no key "${name}". \`cess key list\` shows those there are.`,
    )
  return found.address
}
