// Uploads to a running local network for a long time, downloads and compares, deletes what is old, and watches memory and
// finality. Usage: node scripts/soak.ts MINUTES FILE_MB, with `npm start` in another terminal. The last line is JSON;
// the exit code is 1 when memory has grown, finality fell behind, or anything failed.
import { execFileSync } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [minutes = 60, megabytes = 10] = process.argv.slice(2).map(Number)
const rpc = process.env['CESS_NODE'] ?? 'ws://127.0.0.1:9944'
const gateway = process.env['CESS_GATEWAY'] ?? 'http://127.0.0.1:8080'
const dir = mkdtempSync(join(tmpdir(), 'cess-soak-'))
const file = join(dir, 'file')
/** Files that stay; older ones are deleted, so that the disk does not fill up. */
const KEPT = 20
/** Every so many files the oldest that is kept comes back and is compared. */
const COMPARE_EVERY = 5
/** Blocks that finality may be behind the best block. */
const MAX_LAG = 10
/** What memory may grow by from the first half to the second: their medians, since a peak is one moment. */
const MAX_GROWTH = 1.1

const base = ['apps/cli/src/main.ts', '--node', rpc, '--gateway', gateway]
const cess = (...args: string[]): Record<string, unknown> =>
  JSON.parse(
    execFileSync(process.execPath, [...base, '--dev-key', '//Ferdie', '--json', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: dir },
    }),
  ) as Record<string, unknown>
async function ask(method: string, params: unknown[] = []): Promise<unknown> {
  const answer = await fetch(rpc.replace('ws:', 'http:'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await answer.json()) as { result: unknown }).result
}
const height = async (hash?: unknown): Promise<number> =>
  Number(((await ask('chain_getHeader', hash ? [hash] : [])) as { number: string }).number)

/** Resident MiB of the largest process of each program. */
function memory(): Record<string, number> {
  const largest: Record<string, number> = {}
  for (const row of execFileSync('ps', ['-eo', 'rss,args'], { encoding: 'utf8' }).split('\n')) {
    const [, kib, program] = /^\s*(\d+) .*apps\/(node|miner|gateway)\/src\/main\.ts/.exec(row) ?? []
    if (program) largest[program] = Math.max(largest[program] ?? 0, Math.round(Number(kib) / 1024))
  }
  return largest
}

/** Writes a file of random bytes and returns its SHA-256. */
function makeFile(): string {
  const hash = createHash('sha256')
  const block = Buffer.alloc(1_000_000)
  const fd = openSync(file, 'w')
  for (let i = 0; i < megabytes; i++) {
    hash.update(randomFillSync(block))
    writeSync(fd, block)
  }
  closeSync(fd)
  return hash.digest('hex')
}

const begun = Date.now()
const share = (): number => (Date.now() - begun) / (minutes * 60_000)
/** Memory by program in the first tenth (it warms up), the rest of the first half, and the second half. */
const samples: Map<string, number[]>[] = [new Map(), new Map(), new Map()]
const kept: { readonly fid: string; readonly sha256: string }[] = []
const failures: string[] = []
let files = 0
let compared = 0
let lag = 0

async function watch(): Promise<string> {
  const now = memory()
  const part = samples[share() < 0.1 ? 0 : share() < 0.5 ? 1 : 2]!
  for (const [program, mib] of Object.entries(now))
    part.set(program, [...(part.get(program) ?? []), mib])
  const final = await height(await ask('chain_getFinalizedHead'))
  const best = await height()
  lag = Math.max(lag, best - final)
  return `best ${best} final ${final}  MiB ${JSON.stringify(now)}`
}
function attempt(what: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    failures.push(`${what}: ${error instanceof Error ? error.message.slice(0, 500) : error}`)
    console.log(failures.at(-1))
  }
}
function compareOldest(): void {
  const { fid, sha256 } = kept[0]!
  const back = join(dir, 'back')
  cess('get', fid, '-o', back)
  const found = createHash('sha256').update(readFileSync(back)).digest('hex')
  rmSync(back)
  if (found !== sha256) throw new Error(`${fid} came back changed`)
  compared++
}

attempt('buy space', () => {
  const gib = Math.ceil((megabytes * 4 * (KEPT + 10)) / 1000) + 1
  cess('space', 'buy', '--gib', String(gib), '--days', '30', '--territory', `soak-${begun}`)
  cess('authorize')
})
while (share() < 1) {
  const sha256 = makeFile()
  const started = Date.now()
  attempt('put', () => {
    const put = cess('put', file, '--territory', `soak-${begun}`, '--wait', 'stored')
    kept.push({ fid: String(put['fid']), sha256 })
    files++
  })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  if (files % COMPARE_EVERY === 0 && kept.length > 0) attempt('get', compareOldest)
  if (kept.length > KEPT) attempt('rm', () => cess('rm', kept.shift()!.fid))
  console.log(
    `${Math.round(share() * minutes)} min  file ${files} in ${seconds} s  ${await watch()}`,
  )
}
rmSync(dir, { recursive: true })
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!
const each = (of: (all: readonly number[]) => number): Record<string, number>[] =>
  samples.map((part) => Object.fromEntries([...part].map(([program, all]) => [program, of(all)])))
const medians = each(median)
const peaks = each((all) => Math.max(...all))
const [, before = {}, after = {}] = medians
const grown = Object.keys(after).filter((p) => after[p]! > MAX_GROWTH * (before[p] ?? Infinity))
const good = failures.length === 0 && lag <= MAX_LAG && grown.length === 0
console.log(
  JSON.stringify({
    ...{ good, minutes, files, megabytes, compared, lag },
    ...{ medians, peaks, grown, failures },
  }),
)
process.exitCode = good ? 0 : 1
