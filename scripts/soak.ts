// Uploads to a running local network again and again, and prints memory and heights as it goes: for long runs by hand.
// Usage: node scripts/soak.ts MINUTES FILE_MB (with `npm start` in another terminal).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [minutes = 60, megabytes = 10] = process.argv.slice(2).map(Number)
const rpc = process.env['CESS_NODE'] ?? 'ws://127.0.0.1:9944'
const gateway = process.env['CESS_GATEWAY'] ?? 'http://127.0.0.1:8080'
const dir = mkdtempSync(join(tmpdir(), 'cess-soak-'))
const cess = (...args: string[]): unknown =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        'apps/cli/src/main.ts',
        '--node',
        rpc,
        '--gateway',
        gateway,
        '--dev-key',
        '//Ferdie',
        '--json',
        ...args,
      ],
      { encoding: 'utf8', env: { ...process.env, HOME: dir } },
    ),
  )
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

/** Resident megabytes of each program of the network. */
function memory(): string {
  const rows = execFileSync('ps', ['-eo', 'rss,args'], { encoding: 'utf8' }).split('\n')
  return rows
    .filter((row) => /apps\/(node|miner|gateway)\/src\/main\.ts/.test(row))
    .map((row) => {
      const [, kib, program] = /^\s*(\d+) .*apps\/(\w+)\//.exec(row) ?? []
      return `${program} ${Math.round(Number(kib) / 1024)}`
    })
    .join(' ')
}

const end = Date.now() + minutes * 60_000
let files = 0
try {
  cess('space', 'buy', '--gib', '50', '--days', '30', '--territory', 'soak')
  cess('authorize')
} catch {
  console.log('Space and permission are there already, or could not be had; going on.')
}
while (Date.now() < end) {
  const file = join(dir, 'file')
  writeFileSync(file, crypto.getRandomValues(new Uint8Array(65_536)))
  const block = crypto.getRandomValues(new Uint8Array(65_536))
  for (let i = 1; i < (megabytes * 1e6) / 65_536; i++) writeFileSync(file, block, { flag: 'a' })
  const started = Date.now()
  cess('put', file, '--territory', 'soak', '--wait', 'stored')
  files++
  const best = await height()
  const final = await height(await ask('chain_getFinalizedHead'))
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`file ${files} in ${seconds} s  best ${best} final ${final}  MiB: ${memory()}`)
}
rmSync(dir, { recursive: true })
