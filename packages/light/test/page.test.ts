import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('the page in the repository is the one that its sources make', async () => {
  const script = join(import.meta.dirname, '../../../scripts/build-verifier.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--check'])
  assert.match(stdout, /up to date/)
})
