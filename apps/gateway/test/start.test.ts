import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { equal } from '@cess/bytes'
import { peerIdBytes } from '@cess/network'
import { silentLogger, VirtualClock } from '@cess/ports'
import { SdkError } from '@cess/sdk'
import { startGateway } from '../src/index.ts'
import { testChain } from './support/chain.ts'
import { ask } from './support/client.ts'
import { eventually, GATEWAY, startKit } from './support/kit.ts'

test('it registers its address and key once, and tells the chain when its address changes', async () => {
  const kit = await startKit()
  const { chain } = kit
  const calls = () => chain.calls.map(({ value }) => value.type)
  try {
    const { account, peerId, url } = kit.gateway
    const known = (await chain.query.Oss.Oss(account))!
    assert.ok(equal(known.peerId, peerIdBytes(peerId)))
    assert.equal(Buffer.from(known.domain).toString(), url)
    const before = calls().length
    await kit.restart({ domain: 'https://gateway.example' })
    assert.deepEqual(calls().slice(before), ['update'])
    await kit.restart({ domain: 'https://gateway.example' })
    assert.equal(calls().length, before + 1)
    assert.equal(await chain.query.Audit.TaggerCount(), 1)
    assert.equal(kit.gateway.peerId, peerId, 'the identity is kept')
    for (const name of ['identity', 'tagger'])
      assert.equal((await stat(join(kit.data, name))).mode & 0o777, 0o600)
  } finally {
    await kit.stop()
  }
})

test('without balance it waits, says so, and serves reads meanwhile', async () => {
  const data = await mkdtemp(join(tmpdir(), 'cess-gateway-start-'))
  const chain = testChain()
  const clock = new VirtualClock(Date.now())
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) }
  const port = 20_000 + (process.pid % 10_000)
  let poor = true
  const submit: typeof chain.client.submit = (...args) =>
    poor
      ? Promise.reject(new SdkError('REJECTED', 'Inability to pay some fees.'))
      : chain.client.submit(...args)
  const starting = startGateway(
    { data, node: [], port, listenHost: '127.0.0.1' },
    { pair: GATEWAY, chain: { ...chain.client, submit }, clock, logger },
  )
  try {
    await eventually(() => warnings.length > 0)
    assert.match(warnings[0]!, /Registering the gateway waits/)
    const health = await ask(`http://127.0.0.1:${port}/health`, 'GET')
    assert.deepEqual(
      [health.status, health.msg],
      [503, 'The gateway is not registered on chain yet.'],
    )
    assert.equal((await ask(`http://127.0.0.1:${port}/version`, 'GET')).status, 200)
    poor = false
    await clock.advance(11_000)
    const gateway = await starting
    assert.equal((await ask(`${gateway.url}/health`, 'GET')).status, 200)
  } finally {
    await (await starting).stop()
    await rm(data, { recursive: true, force: true })
  }
})

test('a port that is taken is named', async () => {
  const kit = await startKit()
  try {
    const { port } = new URL(kit.gateway.url)
    const data = join(kit.data, 'second')
    await assert.rejects(
      startGateway(
        { data, node: [], port: Number(port), listenHost: '127.0.0.1' },
        { pair: GATEWAY, chain: kit.chain.client },
      ),
      { code: 'CONFIG', message: /EADDRINUSE.*--port/ },
    )
  } finally {
    await kit.stop()
  }
})

test('it stops although the chain never answers', async () => {
  const clock = new VirtualClock(Date.now())
  const kit = await startKit({ clock })
  kit.chain.hang()
  const url = `${kit.gateway.url}/file/metadata/${'ab'.repeat(32)}`
  const asked = assert.rejects(ask(url, 'GET'), /fetch failed/)
  await eventually(() => kit.chain.hanging() > 0)
  const stopped = kit.stop()
  await clock.advance(5_001)
  await Promise.all([stopped, asked])
})
