import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startDevNode } from './support/node.ts'

test('the example of README.md runs as it stands', async () => {
  const node = await startDevNode()
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
  const [, example] = /^```js\n([\s\S]*?)^```/m.exec(readme)!
  const script = join(import.meta.dirname, '..', `.readme-${process.pid}.mjs`)
  const fid = JSON.stringify('0'.repeat(64))
  const program = `const fid = ${fid}\n${example!.replace('ws://127.0.0.1:9944', node.rpc)}\nprocess.exit()\n`
  assert.ok(program.includes(node.rpc))
  writeFileSync(script, program)
  try {
    // Nobody has stored that file: the answer of the chain is that there is none.
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    assert.match(stdout, /^null$/m)
  } finally {
    rmSync(script)
    await node.stop()
  }
})
