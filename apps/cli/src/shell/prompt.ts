import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError } from '../errors.ts'
import type { Shell } from './shell.ts'

/** Where secrets come from: a terminal, a file, standard input. Never the command line. */
export interface SecretInput {
  readonly shell: Shell
  readonly passwordStdin: boolean
}

const MIN_PASSWORD = 8
const MAX_SECRET = 4096

/** Asks on the terminal, one question after the other; what is typed is not shown. @throws CliError INTERRUPTED */
async function askHidden(
  shell: Shell,
  questions: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const input = shell.stdin
  const terminal = createInterface({ input, output, terminal: true, historySize: 0 })
  // Queued: what is typed or pasted ahead belongs to the next question.
  const lines = terminal[Symbol.asyncIterator]()
  const stop = (): void => terminal.close()
  signal.addEventListener('abort', stop, { once: true })
  const answers: string[] = []
  try {
    for (const question of questions) {
      shell.err(question)
      const line = await lines.next()
      shell.err('\n')
      signal.throwIfAborted()
      if (line.done) throw new CliError('INTERRUPTED', 'Nothing was typed, so nothing was changed.')
      answers.push(line.value)
    }
    return answers
  } finally {
    signal.removeEventListener('abort', stop)
    terminal.close()
  }
}

/** What comes on standard input, as far as a secret can reach. */
async function readStdin({ stdin }: Shell): Promise<string> {
  let text = ''
  for await (const piece of stdin.setEncoding('utf8')) {
    text += piece
    if (text.length > MAX_SECRET) break
  }
  return text
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
  if (input.passwordStdin) password = lineOf(await readStdin(shell))
  else if (file) password = lineOf(await readFile(resolve(shell.cwd, file), 'utf8'))
  else if (shell.asks) {
    const question = `Passphrase ${fresh ? 'for the new key' : `of ${what}`}: `
    const [first, again] = await askHidden(
      shell,
      fresh ? [question, 'Once more: '] : [question],
      signal,
    )
    if (fresh && first !== again)
      throw new CliError(
        'NO_PASSWORD',
        'The two passphrases differ. Nothing was changed; try again.',
      )
    password = first!
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
  if (file !== undefined)
    return (await readFile(resolve(shell.cwd, file), 'utf8')).slice(0, MAX_SECRET).trim()
  if (stdin) return (await readStdin(shell)).slice(0, MAX_SECRET).trim()
  if (shell.asks) return (await askHidden(shell, ['Phrase or seed: '], signal))[0]!.trim()
  throw new CliError(
    'USAGE',
    'There is no terminal to ask for the phrase on. Give it on standard input with --stdin, or in a file with --file.',
  )
}
