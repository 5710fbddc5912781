import { chmod, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../errors.ts'
import { parseKeyFile } from './key-file.ts'

export interface KeyEntry {
  readonly name: string
  readonly address: string
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/

/** @throws CliError USAGE */
function pathOf(folder: string, name: string): string {
  if (!NAME.test(name))
    throw new CliError(
      'USAGE',
      `"${name.slice(0, 80)}" cannot be the name of a key. Use letters, digits, dots, dashes and underscores.`,
    )
  return join(folder, `${name}.json`)
}

/** Names and addresses of all keys. */
export async function listKeys(folder: string): Promise<KeyEntry[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5))
  return Promise.all(
    names
      .filter((name) => NAME.test(name))
      .sort()
      .map(async (name) => ({
        name,
        address: parseKeyFile(name, await readFile(pathOf(folder, name), 'utf8')).address,
      })),
  )
}

/** Text of a key file. @throws CliError NO_KEY, KEY_FILE */
export async function readKey(folder: string, name: string): Promise<string> {
  const path = pathOf(folder, name)
  const [text, info] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      throw new CliError(
        'NO_KEY',
        `There is no key "${name}". \`cess key list\` shows those there are.`,
      )
    },
  )
  if (process.platform !== 'win32' && (info.mode & 0o077) !== 0)
    throw new CliError(
      'KEY_FILE',
      `Others on this machine can read the key file ${path}. Run \`chmod 600 ${path}\` and try again.`,
    )
  return text
}

/** Writes a new key file, for its owner alone. Never over another one. @throws CliError KEY_EXISTS */
export async function writeKey(folder: string, name: string, text: string): Promise<void> {
  const path = pathOf(folder, name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const part = `${path}.${process.pid}.part`
  await writeFile(part, text, { mode: 0o600, flag: 'wx', flush: true })
  try {
    // A link is refused where a file is already, which a rename would replace.
    await link(part, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CliError('KEY_EXISTS', `There is a key "${name}" already. Choose another name.`)
  } finally {
    await rm(part, { force: true })
  }
}
