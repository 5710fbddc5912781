import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { accountOf } from '@cess/sdk'
import { startMiner } from '../src/index.ts'
import { runningMiner } from '../src/status/client.ts'
import type { StatusFile } from '../src/status/server.ts'
import { testChain } from './support/chain.ts'
import { minerKey } from './support/context.ts'
import { testFile } from './support/file.ts'
import { folder } from './support/folder.ts'
import { column, minerConfig, testGateway, until, withMiner } from './support/gateway.ts'

const me = accountOf(minerKey())
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const cli = (...args: string[]) => promisify(execFile)(process.execPath, [main, ...args])

test('several miners share a process and answer for themselves', async () => {
  const dir = await folder()
  const chain = testChain()
  const numbers = [1, 2, 3]
  const [spec] = minerConfig(dir).miners
  const miners = numbers.map((n) => ({
    ...{ ...spec!, name: `m${n}`, pair: minerKey(n), dataDir: join(dir, `m${n}`) },
  }))
  for (const m of miners) chain.balances.set(accountOf(m.pair), 10n ** 22n)
  const running = await startMiner(minerConfig(dir, { miners }), { chain })
  const gateway = await testGateway()
  await running.registered
  assert.deepEqual(
    running.miners.map((m) => m.endpoint),
    running.miners.map((m) => chain.endpoints.get(m.account)),
  )
  assert.equal(new Set(running.miners.map((m) => m.peerId)).size, 3)
  const file = testFile(10_000)
  chain.declare(file, 2, running.miners[1]!.account)
  for (const [i, expected] of [undefined, 'stored', undefined].entries()) {
    const peer = await gateway.dial(running, i)
    const [result] = await gateway.client.put(peer, column(file, 2))
    if (expected) assert.equal(result!.status, expected)
    else assert.equal(result!.refusal?.code, 'NotExpected')
  }
  const peers = running.miners.map((m) => m.peerId)
  await gateway.network.stop()
  await running.stop()
  // The identity is kept, and nobody else can read it.
  const again = await startMiner(minerConfig(dir, { miners }), { chain })
  assert.deepEqual(
    again.miners.map((m) => m.peerId),
    peers,
  )
  if (process.platform !== 'win32')
    assert.equal((await stat(join(dir, 'm1/identity'))).mode & 0o777, 0o600)
  await again.stop()
  await again.stop()
})

test('a data folder in use stops the start with a sentence, and what was opened is closed again', async () => {
  const dir = await folder()
  const chain = testChain()
  const config = minerConfig(dir)
  const running = await startMiner(config, { chain })
  await assert.rejects(startMiner(config, { chain }), { code: 'DATA_DIR' })
  await running.stop()
  await (await startMiner(config, { chain })).stop()
})

test('status and verify reach the running miner, for who can read its folder', async () => {
  const dir = await folder()
  const chain = testChain()
  const file = testFile(100_000, 100_000)
  chain.declare(file, 2, me)
  await withMiner(dir, chain, async ({ miners, peer, client }) => {
    await client.put(peer, column(file, 2))
    const held = JSON.parse(await readFile(join(dir, 'status.json'), 'utf8')) as StatusFile
    assert.equal(held.port, miners.statusPort)
    if (process.platform !== 'win32')
      assert.equal((await stat(join(dir, 'status.json'))).mode & 0o777, 0o600)
    const url = `http://127.0.0.1:${held.port}/status`
    assert.equal((await fetch(url)).status, 401)
    const wrong = { authorization: `Bearer ${'0'.repeat(48)}` }
    assert.equal((await fetch(url, { headers: wrong })).status, 401)

    const remote = await runningMiner(dir)
    const [status] = await remote.status()
    assert.equal(status!.account, me)
    assert.equal(status!.store.fragments, 2)
    assert.equal(status!.standing.phase, 'unfunded')
    const { ids, size } = file.segments[0]!
    const path = join(dir, 'miner-1/fragments', ids[1]!.slice(0, 2), ids[1]!)
    await writeFile(path, new Uint8Array(size))
    const findings = await Array.fromAsync(remote.verify())
    assert.deepEqual(
      findings.map((f) => f.kind),
      ['damaged', 'done'],
    )
    const text = (await cli('status', '--data', dir)).stdout
    assert.match(text, /DAMAGE {6}0 fragments missing, 1 corrupt/)
  })
  await assert.rejects(runningMiner(dir), { code: 'NOT_RUNNING' })
  // Without the process the folder itself is checked.
  await assert.rejects(cli('verify', '--data', dir, '--threads', '1'), (error: unknown) => {
    assert.match((error as { stdout: string }).stdout, /noted as Corrupt\n.*2 fragments, 1 damaged/)
    return true
  })
})

test('finalized blocks make a miner clean up', async () => {
  const dir = await folder()
  const chain = testChain()
  const file = testFile(10_000)
  chain.declare(file, 2, me)
  await withMiner(dir, chain, async ({ miners, peer, client }) => {
    await client.put(peer, column(file, 2))
    chain.remove(file.fileId)
    await chain.finalize({ name: 'FileBank.DealTimedOut', data: { dealHash: file.fileId } })
    await until('deleted', async () => (await miners.status())[0]!.store.fragments === 0)
  })
})

test('metrics are served where they are wanted', async () => {
  const dir = await folder()
  const chain = testChain()
  await withMiner(
    dir,
    chain,
    async ({ miners }) => {
      const response = await fetch(`http://127.0.0.1:${miners.metricsPort}/metrics`)
      assert.match(await response.text(), /cess_miner_used_bytes\{miner="miner-1"\} 0/)
    },
    { metrics: { host: '127.0.0.1', port: 0 } },
  )
})

test('the command line explains what is wrong, without secrets and without a stack', async () => {
  const dir = await folder()
  const fails = async (exit: number, expected: RegExp, ...args: string[]): Promise<void> =>
    assert.rejects(cli(...args), (error: unknown) => {
      const { code, stderr } = error as { code: number; stderr: string }
      assert.equal(code, exit)
      assert.match(stderr, expected)
      assert.doesNotMatch(stderr, /\n\s+at /)
      return true
    })
  await Promise.all([
    fails(2, /key of its account/, 'run', '--data', dir),
    fails(1, /No miner is running/, 'status', '--data', dir),
    fails(1, /There is no miner's data/, 'verify', '--data', dir),
    fails(2, /expected: a whole number/, 'run', '--tib', 'many'),
  ])
  await rm(dir, { recursive: true })
})
