import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { FILE_FLAGS } from './node-flags.ts'

const require = createRequire(import.meta.url)

/** What `cess --json` printed. */
export interface CliResult {
  readonly code: number
  readonly json: Readonly<Record<string, unknown>>
  readonly errors: string
}

export interface CessOptions {
  readonly node: string
  readonly gateway: string
  /** Path of a public development key. */
  readonly key: string
  /** Home of the command line tool's own files. */
  readonly home: string
}

/** The `cess` program, run as a person would, with `--json`. */
export function cess(options: CessOptions) {
  const main = require.resolve('@cess/cli/main')
  const base = ['--node', options.node, '--gateway', options.gateway, '--dev-key', options.key]
  /** Runs it; the exit code is the caller's to judge. */
  const run = (...args: string[]): Promise<CliResult> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...FILE_FLAGS, main, ...base, '--json', ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, HOME: options.home },
      })
      let out = ''
      let errors = ''
      child.stdout.on('data', (data: Buffer) => {
        out += data.toString()
      })
      child.stderr.on('data', (data: Buffer) => {
        errors += data.toString()
      })
      child.once('error', reject)
      child.once('close', (code) => {
        try {
          resolve({ code: code ?? -1, json: JSON.parse(out || '{}'), errors })
        } catch {
          reject(new Error(`cess ${args[0]} printed no JSON: ${out.slice(0, 500)} ${errors}`))
        }
      })
    })
  return {
    run,
    /** Runs it; anything but success is an error with what it said. */
    async must(...args: string[]): Promise<CliResult['json']> {
      const { code, json, errors } = await run(...args)
      if (code === 0) return json
      const said = (json['error'] as { message?: string } | undefined)?.message ?? errors
      throw new Error(`cess ${args.join(' ')} failed: ${said.trim()}`)
    },
  }
}
export type Cess = ReturnType<typeof cess>
