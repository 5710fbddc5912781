import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')

test('a file goes through its whole life on a real network of processes', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cess-once-test-'))
  const file = join(dir, 'file.bin')
  writeFileSync(file, crypto.getRandomValues(new Uint8Array(50_000)))
  try {
    const child = spawn(process.execPath, [main, '--once', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        said += data.toString()
      })
    const code = await new Promise((resolve) => child.on('close', resolve))
    assert.equal(code, 0, said)
    assert.equal(said.match(/✔/g)?.length, 27, said)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
