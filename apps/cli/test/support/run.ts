import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly json: any
}

export interface RunOptions {
  readonly input?: string | undefined
  readonly env?: Readonly<Record<string, string>>
  /** Gets the process once it runs. */
  readonly onStart?: (child: ChildProcess) => void
}

/** `cess` as a process of its own, with a home of its own. */
export async function createRunner() {
  const home = await mkdtemp(join(tmpdir(), 'cess-cli-test-'))
  const run = (args: readonly string[], { input, env = {}, onStart }: RunOptions = {}) =>
    new Promise<Ran>((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args], {
        cwd: home,
        env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      const out: Buffer[] = []
      const err: Buffer[] = []
      child.stdout.on('data', (data: Buffer) => out.push(data))
      child.stderr.on('data', (data: Buffer) => err.push(data))
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
      child.once('error', reject)
      child.once('close', (code) => {
        const text = Buffer.concat(out).toString()
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resolve({ code, out: text, err: Buffer.concat(err).toString(), json })
      })
      onStart?.(child)
    })
  return { home, run, remove: () => rm(home, { recursive: true, force: true }) }
}
export type Runner = Awaited<ReturnType<typeof createRunner>>
