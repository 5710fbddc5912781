// Static checks, all of them, each reported: Biome, tsc, layers, knip.
import { spawnSync } from 'node:child_process'

const steps: [string, string[]][] = [
  ['biome', ['check', '.', '--error-on-warnings', '--max-diagnostics=60']],
  ['tsc', ['--noEmit']],
  ['node', ['scripts/check-layers.ts']],
  ['knip', ['--no-progress', '--no-config-hints']],
]
const failed: string[] = []
for (const [tool, args] of steps) {
  const started = performance.now()
  const { status } = spawnSync(tool, args, { stdio: 'inherit' })
  const ok = status === 0
  if (!ok) failed.push([tool, ...args].join(' '))
  console.log(
    `check: ${tool} ${ok ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  )
}
if (failed.length) {
  console.log(`\nFailed: ${failed.join('; ')}`)
  process.exitCode = 1
}
