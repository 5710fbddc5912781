import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** What a program runs in: the process itself, or whatever a test puts in its place. */
export interface Shell {
  /** Folder that relative paths begin at. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable
  /** Whether somebody can be asked. */
  readonly asks: boolean
  /** Whether standard output is read by a person. */
  readonly shows: boolean
  /** Whether lines on standard error can be drawn over. */
  readonly live: boolean
  columns(): number
  /** Text to standard output. */
  out(text: string): void
  /** Bytes to standard output, as fast as they are taken. */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<void>
  /** Text to standard error. */
  err(text: string): void
  /** Calls `run` when the user wants it to end. Returns what stops that. */
  onInterrupt(run: () => void): () => void
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The process that runs this. A second signal ends it at once. */
export const processShell = (): Shell => ({
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  asks: process.stdin.isTTY === true,
  shows: process.stdout.isTTY === true,
  live: process.stderr.isTTY === true && process.env['TERM'] !== 'dumb',
  columns: () => process.stderr.columns || 80,
  out: (text) => void process.stdout.write(text),
  async write(bytes, signal) {
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain', { signal })
  },
  err: (text) => void process.stderr.write(text),
  onInterrupt(run) {
    let asked = 0
    const onSignal = (): void => {
      if (++asked > 1) process.exit(1)
      run()
    }
    for (const signal of SIGNALS) process.on(signal, onSignal)
    return () => {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    }
  },
})
