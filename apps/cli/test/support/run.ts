import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runCli } from '../../src/index.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly out: string
  /** Standard output as it came. */
  readonly bytes: Uint8Array
  readonly err: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly json: any
}

export interface RunOptions {
  readonly input?: string | undefined
  readonly env?: Readonly<Record<string, string>>
  /** Whether a person sits there. */
  readonly asks?: boolean
}

const ranOf = (code: number | null, out: readonly Uint8Array[], err: string): Ran => {
  const bytes = Buffer.concat(out)
  const text = bytes.toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { code, out: text, bytes, err, json }
}

/** `cess` with a home of its own. */
export async function createRunner() {
  const home = await mkdtemp(join(tmpdir(), 'cess-cli-test-'))
  const own = { CESS_HOME: join(home, '.cess') }
  return {
    home,
    remove: () => rm(home, { recursive: true, force: true }),
    /** In this process, which takes a tenth of the time. */
    async run(
      args: readonly string[],
      { input = '', env = {}, asks = false }: RunOptions = {},
    ): Promise<Ran> {
      const out: Uint8Array[] = []
      let err = ''
      const code = await runCli(args, {
        cwd: home,
        env: { ...own, ...env },
        stdin: Readable.from([Buffer.from(input)]),
        asks,
        shows: false,
        live: false,
        columns: () => 80,
        out: (text) => void out.push(Buffer.from(text)),
        write: async (bytes) => void out.push(bytes.slice()),
        err: (text) => {
          err += text
        },
        onInterrupt: () => () => undefined,
      })
      return ranOf(code, out, err)
    },
    /** As a process of its own. `onStart` gets it once it runs. */
    spawn(
      args: readonly string[],
      { input, env = {}, onStart }: RunOptions & { onStart?: (child: ChildProcess) => void } = {},
    ): Promise<Ran> {
      return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [main, ...args], {
          cwd: home,
          env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
          stdio: ['pipe', 'pipe', 'pipe'],
        })
        const out: Buffer[] = []
        let err = ''
        child.stdout.on('data', (data: Buffer) => out.push(data))
        child.stderr.on('data', (data: Buffer) => {
          err += data.toString()
        })
        child.stdin.on('error', () => undefined)
        child.stdin.end(input)
        child.once('error', reject)
        child.once('close', (code) => resolve(ranOf(code, out, err)))
        onStart?.(child)
      })
    },
  }
}
export type Runner = Awaited<ReturnType<typeof createRunner>>
