import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { connect, post, type RpcAnswer, request } from './support/client.ts'
import { type Kit, openKit, type Served, type ServeOptions } from './support/kit.ts'

/** A call with any headers, which `fetch` does not allow. */
function send(
  { port }: Served,
  headers: Record<string, string>,
  body = request('system_peers'),
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const UNSAFE = {
  code: -32601,
  message: 'RPC call is unsafe to be called externally',
}

describe('access', () => {
  let kit: Kit
  before(async () => {
    kit = await openKit()
  })
  after(() => kit.close())

  /** What an unsafe call, sent like this, gets. */
  async function unsafeCall(options: ServeOptions, headers: Record<string, string> = {}) {
    const served = await kit.serve(options)
    const { status, text } = await send(served, headers)
    return status === 200 ? ((JSON.parse(text) as RpcAnswer).error ?? 'allowed') : status
  }

  it('allows unsafe methods as --rpc-methods says', async () => {
    assert.equal(await unsafeCall({ methods: 'auto' }), 'allowed')
    assert.deepEqual(await unsafeCall({ methods: 'safe' }), UNSAFE)
    assert.equal(await unsafeCall({ methods: 'unsafe' }), 'allowed')
    assert.deepEqual(await unsafeCall({ methods: 'auto', host: '0.0.0.0' }), UNSAFE)
    assert.equal(await unsafeCall({ methods: 'unsafe', host: '0.0.0.0' }), 'allowed')
  })

  it('refuses every unsafe method, over WebSocket too', async () => {
    const served = await kit.serve({ methods: 'safe' })
    const client = await connect(served.ws)
    for (const method of [
      'author_rotateKeys',
      'author_insertKey',
      'author_hasKey',
      'author_hasSessionKeys',
      'author_removeExtrinsic',
      'system_peers',
      'system_unstable_networkState',
      'system_dryRun',
      'system_dryRunAt',
      'state_getKeys',
      'state_getPairs',
      'state_queryStorage',
      'state_getStorageSize',
      'babe_epochAuthorship',
    ])
      assert.deepEqual((await client.ask(method)).error, UNSAFE, method)
    await client.close()
  })

  it('allows pages of this machine and the polkadot-js Apps to call', async () => {
    const served = await kit.serve()
    for (const origin of [
      'http://localhost:3000',
      'https://localhost',
      'http://127.0.0.1:80',
      'https://polkadot.js.org',
    ]) {
      const response = await post(served.http, request('system_name'), { origin })
      assert.equal(response.status, 200, origin)
      assert.equal(response.headers.get('access-control-allow-origin'), origin)
      assert.equal(response.headers.get('vary'), 'origin')
      const preflight = await fetch(served.http, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      assert.equal(preflight.status, 204)
      assert.equal(preflight.headers.get('access-control-allow-headers'), 'content-type')
      const client = await connect(served.ws, { origin })
      await client.call('system_name')
      await client.close()
    }
  })

  it('refuses other pages', async () => {
    const served = await kit.serve()
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost.evil.example',
      'https://polkadot.js.org.evil.example',
      'http://localhost:3000.evil.example',
      'http://polkadot.js.org',
      'file://',
    ]) {
      const response = await post(served.http, request('system_name'), { origin })
      assert.equal(response.status, 403, origin)
      assert.equal(response.headers.get('access-control-allow-origin'), null)
      const preflight = await fetch(served.http, { method: 'OPTIONS', headers: { origin } })
      assert.equal(preflight.status, 403)
      await assert.rejects(connect(served.ws, { origin }), /403/)
    }
  })

  it('refuses calls that a page can make without asking (no CORS preflight)', async () => {
    const served = await kit.serve()
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'text/json',
      'application/jsonx',
    ]) {
      const { status } = await send(served, { 'content-type': type })
      assert.equal(status, 415, type)
    }
    assert.equal(
      (await send(served, { 'content-type': 'application/json; charset=utf-8' })).status,
      200,
    )
  })

  it('takes the pages that it is told', async () => {
    const only = await kit.serve({ cors: ['https://my.app'] })
    assert.equal((await send(only, { origin: 'https://my.app' })).status, 200)
    assert.equal((await send(only, { origin: 'https://polkadot.js.org' })).status, 403)
    const all = await kit.serve({ cors: 'all' })
    assert.equal((await send(all, { origin: 'https://any.example' })).status, 200)
  })

  it('refuses a Host that is not this machine (DNS rebinding)', async () => {
    const served = await kit.serve()
    for (const host of [
      'evil.example',
      `evil.example:${served.port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'evil.example@127.0.0.1',
      '10.0.0.1',
    ]) {
      assert.equal((await send(served, { host })).status, 403, host)
      await assert.rejects(connect(served.ws, { host }), /403/)
    }
    for (const host of ['localhost', `127.0.0.1:${served.port}`, '[::1]:9944', 'node.localhost'])
      assert.equal((await send(served, { host })).status, 200, host)
  })

  it('is reached under the names that it is told, or any when it listens to all', async () => {
    const named = await kit.serve({ hosts: ['rpc.example.org'] })
    assert.equal((await send(named, { host: 'RPC.example.org' })).status, 200)
    assert.equal((await send(named, { host: 'other.example.org' })).status, 403)
    const open = await kit.serve({ host: '0.0.0.0' })
    assert.equal((await send(open, { host: 'anything.example' })).status, 200)
  })

  it('refuses unsafe methods to pages, names and proxies that are not this machine', async () => {
    const hosts = ['rpc.example.org']
    assert.deepEqual(await unsafeCall({ hosts }, { host: 'rpc.example.org' }), UNSAFE)
    assert.deepEqual(await unsafeCall({}, { origin: 'https://polkadot.js.org' }), UNSAFE)
    assert.deepEqual(await unsafeCall({ cors: 'all' }, { origin: 'https://evil.example' }), UNSAFE)
    assert.deepEqual(await unsafeCall({ cors: 'all' }, { origin: 'null' }), UNSAFE)
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip'])
      assert.deepEqual(await unsafeCall({}, { [header]: '203.0.113.9' }), UNSAFE, header)
    assert.equal(await unsafeCall({}, { origin: 'http://localhost:5173' }), 'allowed')
  })
})
