import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('everything that needs the curve refuses to run before it is loaded', () => {
  const script = fileURLToPath(new URL('./support/not-ready.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const { before, during, after } = JSON.parse(stdout)
  assert.deepEqual(before, new Array(6).fill('NOT_READY'))
  assert.deepEqual(during, before)
  assert.deepEqual(after, ['returned', 'returned', 'returned', 'returned', 'returned', 'BAD_ROW'])
})
