import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { generateMnemonic } from '@cess/crypto'
import { loadKey } from '../src/config/keys.ts'
import { startKit } from './support/kit.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

describe('the program', { concurrency: 5 }, () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cess-gateway-cli-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const run = (
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { PATH: process.env['PATH'], HOME: folder, ...env },
      })
      let [out, err] = ['', '']
      child.stdout.on('data', (data) => {
        out += data
      })
      child.stderr.on('data', (data) => {
        err += data
      })
      child.on('close', (code) => resolve({ code, out, err }))
    })

  test('without a key it says how to give one, and never on the command line', async () => {
    const { code, err } = await run(['run', '--data', join(folder, 'a')])
    assert.equal(code, 1)
    assert.match(err, /--key-file/)
  })

  test('a configuration file: its own example is taken, unknown keys are not', async () => {
    const example = JSON.parse((await run(['config'])).out)
    const file = join(folder, 'config.json')
    const key = join(folder, 'open.key')
    await writeFile(key, 'not a phrase')
    await chmod(key, 0o644)
    await writeFile(file, JSON.stringify({ ...example, keyFile: key, data: folder }))
    const taken = await run(['run', '--config', file])
    assert.equal(taken.code, 1)
    assert.match(taken.err, /Others on this machine can read the key file/)
    await writeFile(file, JSON.stringify({ ...example, colour: 'blue' }))
    const refused = await run(['run', '--config', file])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /unknown key "colour"/)
    await writeFile(file, JSON.stringify({ cacheSize: 'much' }))
    assert.match((await run(['run', '--config', file])).err, /"much" is no size/)
  })

  test('a node that is not there is named', async () => {
    const { code, err } = await run([
      ...['run', '--dev-key', '//Gateway', '--data', join(folder, 'b')],
      ...['--node', 'ws://127.0.0.1:1', '--port', '0'],
    ])
    assert.equal(code, 1)
    assert.match(err, /No node answers at ws:\/\/127\.0\.0\.1:1/)
  })

  test('status of a gateway that does not run, and of one that does', async () => {
    const none = await run(['status', '--data', folder])
    assert.equal(none.code, 1)
    assert.match(none.err, /No gateway answers/)
    const kit = await startKit()
    try {
      const shown = await run(['status', '--data', kit.data])
      assert.equal(shown.code, 0, shown.err)
      assert.match(shown.out, /^Ready\n/)
      const json = JSON.parse((await run(['status', '--url', kit.gateway.url, '--json'])).out)
      assert.equal(json.account, kit.gateway.address)
    } finally {
      await kit.stop()
    }
  })

  test('keys: from a file or the environment, never repeated in an error', async () => {
    const phrase = generateMnemonic()
    const file = join(folder, 'key')
    await writeFile(file, `${phrase}\n`, { mode: 0o600 })
    const pair = await loadKey({ keyFile: file })
    assert.deepEqual(pair.publicKey, (await loadKey({ secret: phrase })).publicKey)
    const wrong = `${phrase} zebra`
    for (const source of [
      { secret: wrong },
      { devKey: wrong },
      { keyFile: file, secret: phrase },
      { keyFile: join(folder, 'none') },
      {},
    ])
      await assert.rejects(loadKey(source), (error: Error & { code: string }) => {
        assert.equal(error.code, 'KEY')
        assert.ok(!error.message.includes(phrase.split(' ')[3]!))
        return true
      })
  })
})
