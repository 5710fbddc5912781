import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { CliError } from '../errors.ts'
import type { Shell } from './shell.ts'

/** Where secrets come from: a terminal, a file, standard input. Never the command line. */
export interface SecretInput {
  readonly shell: Shell
  readonly passwordStdin: boolean
}

const MIN_PASSWORD = 8
const MAX_SECRET = 4096

/** Asks on the terminal; what is typed is not shown. */
async function askHidden(shell: Shell, question: string, signal: AbortSignal): Promise<string> {
  shell.err(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: shell.stdin, output: silent, terminal: true })
  try {
    return await terminal.question('', { signal })
  } finally {
    terminal.close()
    shell.err('\n')
  }
}

const lineOf = (text: string): string => text.slice(0, MAX_SECRET).split(/\r?\n/, 1)[0]!

/** The passphrase of a key file. `fresh`: for a new one, asked twice. @throws CliError NO_PASSWORD, WEAK_PASSWORD */
export async function readPassword(
  input: SecretInput,
  {
    what,
    fresh,
    signal,
  }: { readonly what: string; readonly fresh: boolean; readonly signal: AbortSignal },
): Promise<string> {
  const { shell } = input
  const file = shell.env['CESS_PASSWORD_FILE']
  let password: string
  if (input.passwordStdin) password = lineOf(await readAll(shell.stdin))
  else if (file) password = lineOf(await readFile(file, 'utf8'))
  else if (shell.asks) {
    password = await askHidden(
      shell,
      `Passphrase ${fresh ? 'for the new key' : `of ${what}`}: `,
      signal,
    )
    if (fresh && (await askHidden(shell, 'Once more: ', signal)) !== password)
      throw new CliError(
        'NO_PASSWORD',
        'The two passphrases differ. Nothing was changed; try again.',
      )
  } else
    throw new CliError(
      'NO_PASSWORD',
      `${what} is protected by a passphrase, and there is no terminal to ask on. Give it on standard input with --password-stdin, or name a file in CESS_PASSWORD_FILE.`,
    )
  if (fresh && password.length < MIN_PASSWORD)
    throw new CliError(
      'WEAK_PASSWORD',
      `A passphrase has ${MIN_PASSWORD} characters at least. Some words that only you would put together are best.`,
    )
  return password
}

/** A phrase or seed to import: from a file, standard input, or typed unseen. */
export async function readPhrase(
  shell: Shell,
  { file, stdin }: { readonly file: string | undefined; readonly stdin: boolean },
  signal: AbortSignal,
): Promise<string> {
  if (file !== undefined) return (await readFile(file, 'utf8')).slice(0, MAX_SECRET).trim()
  if (stdin) return (await readAll(shell.stdin)).slice(0, MAX_SECRET).trim()
  if (shell.asks) return (await askHidden(shell, 'Phrase or seed: ', signal)).trim()
  throw new CliError(
    'USAGE',
    'There is no terminal to ask for the phrase on. Give it on standard input with --stdin, or in a file with --file.',
  )
}
