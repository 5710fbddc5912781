import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

/** A folder that is gone at the end of the tests. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'cess-node-test-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

/** Runs `cess-node` to its end. */
export function run(args: readonly string[], input = ''): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let errors = ''
  child.stdout.on('data', (d: Buffer) => {
    out += d.toString()
  })
  child.stderr.on('data', (d: Buffer) => {
    errors += d.toString()
  })
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, errors })))
}

export interface Node {
  readonly child: ChildProcess
  readonly rpc: string
  readonly addresses: readonly string[]
  end(signal: NodeJS.Signals): Promise<void>
}

const COMMON = [
  '--rpc-port',
  '0',
  '--listen-addr',
  '/ip4/127.0.0.1/tcp/0',
  '--ready-json',
  '--log-level',
  'warn',
]

/** Starts `cess-node` as a process of its own; resolves once it says that it is ready. */
export function start(args: readonly string[]): Promise<Node> {
  const child = spawn(process.execPath, [main, ...COMMON, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let errors = ''
  child.stderr.on('data', (d: Buffer) => {
    errors += d.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error(`the node ended: ${errors}`)))
    child.stdout.on('data', (d: Buffer) => {
      const { rpc, addresses } = JSON.parse(d.toString()) as { rpc: string; addresses: string[] }
      resolve({
        child,
        rpc,
        addresses,
        async end(signal) {
          child.kill(signal)
          await ended
        },
      })
    })
  })
}

/** One JSON-RPC call over http. */
export async function call(node: Node, method: string, params: unknown[] = []): Promise<unknown> {
  const answer = await fetch(node.rpc.replace('ws:', 'http:'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await answer.json()) as {
    result: unknown
    error?: { message: string }
  }
  if (error) throw new Error(error.message)
  return result
}

const numberOf = (header: unknown): number =>
  Number.parseInt((header as { number: string }).number, 16)

export async function heights(node: Node): Promise<{ best: number; finalized: number }> {
  const best = numberOf(await call(node, 'chain_getHeader'))
  const hash = await call(node, 'chain_getFinalizedHead')
  return { best, finalized: numberOf(await call(node, 'chain_getHeader', [hash])) }
}

/** Asks until it holds; real blocks need real time here. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`never: ${what}`)
}
