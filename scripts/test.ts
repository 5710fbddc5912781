// Runs every package's tests, one process per package, two at a time, and insists that each of them really ran some.
import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'

/** Longest a package may take. A hang is a bug, so the process is ended and reported. */
const LIMIT_MS = 12 * 60_000
const only = process.argv.slice(2)
const dirs = globSync('{packages,apps,test}/*')
  .filter((dir) => existsSync(`${dir}/package.json`))
  .filter((dir) => only.length === 0 || only.some((name) => dir.endsWith(`/${name}`)))
  .filter((dir) => globSync(`${dir}/test/**/*.test.ts`).length > 0)
  .sort()

interface Result {
  dir: string
  pass: number
  fail: number
  skipped: number
  ok: boolean
  seconds: number
}

function runPackage(dir: string): Promise<Result> {
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--test', '--test-isolation=none', '--test-reporter=tap', 'test/**/*.test.ts'],
      { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let out = ''
    child.stdout.on('data', (d) => {
      out += d
    })
    child.stderr.on('data', (d) => {
      out += d
    })
    const timer = setTimeout(() => {
      out += `\n# ended after ${LIMIT_MS} ms\n`
      child.kill('SIGKILL')
    }, LIMIT_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      const count = (name: string): number =>
        Number(out.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? -1)
      const [pass, fail, skipped] = [count('pass'), count('fail'), count('skipped')]
      const ok = code === 0 && pass > 0 && fail === 0
      if (!ok) console.log(`\n----- ${dir} (exit ${code}) -----\n${failuresOf(out)}\n`)
      resolve({
        dir,
        pass: Math.max(pass, 0),
        fail: Math.max(fail, ok ? 0 : 1),
        skipped: Math.max(skipped, 0),
        ok,
        seconds: (performance.now() - started) / 1000,
      })
    })
  })
}

const failuresOf = (tap: string): string => {
  const lines = tap.split('\n')
  const wanted = new Set<number>()
  lines.forEach((line, i) => {
    if (/^\s*not ok/.test(line))
      for (let j = i; j < Math.min(i + 40, lines.length); j++) wanted.add(j)
  })
  return wanted.size ? [...wanted].map((i) => lines[i]).join('\n') : lines.slice(-60).join('\n')
}

/** Tests of whole networks wait for blocks most of their time: they go first, side by side. */
const SLOW = ['test/network', 'apps/localnet']
const waiting = [
  ...SLOW.filter((dir) => dirs.includes(dir)),
  ...dirs.filter((dir) => !SLOW.includes(dir)),
]
const results: Result[] = []
async function lane(): Promise<void> {
  for (let dir = waiting.shift(); dir !== undefined; dir = waiting.shift()) {
    const result = await runPackage(dir)
    results.push(result)
    console.log(
      `${result.ok ? 'ok    ' : 'FAILED'} ${dir.padEnd(24)} ${String(result.pass).padStart(5)} tests ${result.seconds.toFixed(1).padStart(7)} s`,
    )
  }
}
await Promise.all([lane(), lane()])
const sum = (key: 'pass' | 'fail' | 'skipped'): number => results.reduce((n, r) => n + r[key], 0)
console.log(`\n${sum('pass')} passed, ${sum('fail')} failed, ${sum('skipped')} skipped`)
process.exitCode = results.length > 0 && results.every((r) => r.ok) ? 0 : 1
