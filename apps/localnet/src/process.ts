import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { FILE_FLAGS } from './node-flags.ts'

export { NODE_FLAGS } from './node-flags.ts'

export interface ProcessOptions {
  /** What people call it: `validator 1`. */
  readonly name: string
  /** The program's main file and its arguments. */
  readonly main: string
  readonly args: readonly string[]
  /** Of Node.js itself; those for programs that files pass through unless told. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where its log goes. */
  readonly logFile: string
  /** Milliseconds until it must have said that it is ready. */
  readonly readyMs: number
}

/** A program of the network, running on its own. */
export interface NetworkProcess {
  readonly name: string
  readonly pid: number
  /** The line of JSON that it printed once it ran. Rejects when it ends before, or says nothing in time. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>
  /** Resolves with a sentence when the process has ended. */
  readonly ended: Promise<string>
  running(): boolean
  /** Asks it to stop (SIGTERM); after `graceMs` it is killed. */
  stop(graceMs?: number): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

const LAST_LINES = 12
/**
 * glibc otherwise keeps freed buffers of some MiB in arenas of its own, one for each thread: 80 MB more for four miners.
 * Other C libraries do not read these.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' }

/** Keeps the end of what was logged, for the message when a process fails. */
function tail(log: WriteStream) {
  let held: string[] = []
  return {
    write(chunk: string): void {
      log.write(chunk)
      held = [...held, ...chunk.split('\n').filter((line) => line !== '')].slice(-LAST_LINES)
    },
    text: () => held.join('\n'),
  }
}

/** Starts a program as a process of its own; it is asked to stop when this one ends, however that is. */
export function startProcess(options: ProcessOptions): NetworkProcess {
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = createWriteStream(options.logFile, { flags: 'a' })
  const lines = tail(log)
  const watcher = new URL('./stop-with-parent.ts', import.meta.url).href
  const flags = options.flags ?? FILE_FLAGS
  const args = [...flags, '--import', watcher, options.main, ...options.args]
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...MALLOC, ...process.env, ...options.env },
    // A group of its own: Ctrl-C in the terminal reaches only us, and we stop the programs in order.
    detached: true,
  })
  let alive = true
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) =>
      resolve(`${options.name} could not be started: ${error.message}`),
    )
    child.once('close', (code, signal) => {
      alive = false
      const why = `${options.name} ended (${signal ?? `exit code ${code}`}).`
      log.end(`${why}\n`)
      resolve(why)
    })
  })
  const ready = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${options.name} was not ready in ${options.readyMs / 1000} s.`)),
      options.readyMs,
    )
    let line = ''
    child.stdout!.on('data', (data: Buffer) => {
      line += data.toString()
      for (let end = line.indexOf('\n'); end >= 0; end = line.indexOf('\n')) {
        const one = line.slice(0, end)
        line = line.slice(end + 1)
        if (one.startsWith('{"ready":true')) {
          clearTimeout(timer)
          resolve(JSON.parse(one) as Record<string, unknown>)
        } else lines.write(`${one}\n`)
      }
    })
    ended.then((why) => {
      clearTimeout(timer)
      reject(new Error(`${why} Its log is ${options.logFile}; it ends with:\n${lines.text()}`))
    })
  })
  ready.catch(() => undefined)
  child.stderr!.on('data', (data: Buffer) => lines.write(data.toString()))
  const signal = (name: NodeJS.Signals): void => {
    if (alive) child.kill(name)
  }
  return {
    name: options.name,
    pid: child.pid ?? -1,
    ready,
    ended,
    running: () => alive,
    async stop(graceMs = 10_000) {
      signal('SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), graceMs)
      await ended
      clearTimeout(timer)
    },
    async kill() {
      signal('SIGKILL')
      await ended
    },
  }
}
