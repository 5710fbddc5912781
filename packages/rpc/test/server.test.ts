import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createRpcServer, RpcServerError } from '../src/index.ts'
import { callHttp, connect, post, type RpcAnswer, request } from './support/client.ts'
import { type Kit, openKit } from './support/kit.ts'
import { until } from './support/metrics.ts'

describe('server', () => {
  let kit: Kit
  beforeEach(async () => {
    kit = await openKit()
  })
  afterEach(() => kit.close())

  it('serves http and WebSocket on one port', async () => {
    const served = await kit.serve()
    assert.equal((await callHttp(served.http, 'system_chain')).result, 'Toy Network')
    const client = await connect(served.ws)
    assert.equal(await client.call('system_chain'), 'Toy Network')
    assert.equal(served.sockets('ws'), 1)
    await client.close()
    await until(() => served.sockets('ws') === 0)
  })

  it('keeps to JSON-RPC 2.0 in its answers', async () => {
    const { http } = await kit.serve()
    const answer = async (body: string): Promise<unknown> => (await post(http, body)).json()
    const error = (code: number, message: string, id: unknown = null) => ({
      jsonrpc: '2.0',
      error: { code, message },
      id,
    })
    for (const id of ['x', 7, null, 0])
      assert.deepEqual(await answer(request('system_name', [], id)), {
        jsonrpc: '2.0',
        id,
        result: 'toy-node',
      })
    assert.deepEqual(await answer('{"jsonrpc":"2.0","id":1,"method":"system_name"}'), {
      jsonrpc: '2.0',
      id: 1,
      result: 'toy-node',
    })
    assert.deepEqual(await answer('{'), error(-32700, 'Parse error'))
    assert.deepEqual(await answer(''), error(-32700, 'Parse error'))
    for (const bad of ['1', '"x"', 'null', '{}', '[]', '{"jsonrpc":"1.0","id":1,"method":"x"}'])
      assert.deepEqual(await answer(bad), error(-32600, 'Invalid request'), bad)
    for (const id of [{}, [], 1.5, 'x'.repeat(257)])
      assert.deepEqual(
        await answer(request('system_name', [], id)),
        error(-32600, 'Invalid request'),
      )
    assert.deepEqual(await answer(request('no_such')), error(-32601, 'Method not found', 1))
    const named = (await answer(request('system_name', { a: 1 }))) as RpcAnswer
    assert.equal(named.error?.code, -32602)
  })

  it('answers batches in order, leaves out notifications', async () => {
    const { http } = await kit.serve()
    const note = '{"jsonrpc":"2.0","method":"system_name"}'
    const body = `[${request('system_name', [], 'a')},${note},1,${request('no_such', [], 'b')}]`
    const answers = (await (await post(http, body)).json()) as RpcAnswer[]
    assert.deepEqual(
      answers.map(({ id, error }) => [id, error?.code]),
      [
        ['a', undefined],
        [null, -32600],
        ['b', -32601],
      ],
    )
    for (const silent of [note, `[${note},${note}]`]) {
      const response = await post(http, silent)
      assert.equal(response.status, 204)
    }
  })

  it('tells how the node is', async () => {
    const { http } = await kit.serve()
    const response = await fetch(`${http}/health`)
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), { peers: 1, isSyncing: false, shouldHavePeers: true })
    assert.equal((await fetch(`${http}/health/readiness`)).status, 200)
    const busy = await kit.serve({
      services: { sync: { status: () => ({ state: 'syncing', best: 1, target: 100 }) } },
    })
    assert.equal((await fetch(`${busy.http}/health`)).status, 200)
    assert.equal((await fetch(`${busy.http}/health/readiness`)).status, 503)
  })

  it('says what it wants', async () => {
    const { http } = await kit.serve()
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await fetch(http, { method })
      assert.equal(response.status, 405)
      assert.match(await response.text(), /POST/)
    }
    const response = await post(http, request('system_name'), { 'content-type': 'text/plain' })
    assert.equal(response.status, 415)
  })

  it('counts calls by method, and names that clients make up as one', async () => {
    const { http, metrics } = await kit.serve()
    await callHttp(http, 'system_name')
    await callHttp(http, 'system_name')
    await callHttp(http, 'made_up_1')
    await callHttp(http, 'made_up_2')
    const calls = (method: string, outcome: string) =>
      metrics.value('cess_rpc_calls_total', { method, outcome })
    assert.equal(calls('system_name', 'ok'), 2)
    assert.equal(calls('unknown', 'error'), 2)
  })

  it('says why it cannot listen', async () => {
    const { port } = await kit.serve()
    const second = createRpcServer({
      services: kit.services,
      host: '127.0.0.1',
      port,
      methods: 'auto',
      clock: kit.clock,
    })
    await assert.rejects(second.start(), (error: RpcServerError) => {
      assert.ok(error instanceof RpcServerError)
      assert.equal(error.code, 'LISTEN_FAILED')
      assert.match(error.message, new RegExp(`port ${port}: another program uses it`))
      return true
    })
  })

  it('disconnects everybody when it stops, and tells them', async () => {
    const served = await kit.serve()
    const client = await connect(served.ws)
    await client.subscribe('chain_subscribeNewHead')
    await callHttp(served.http, 'system_name')
    const closed = once(client.socket, 'close')
    await served.server.stop()
    assert.equal((await closed)[0], 1001)
    await assert.rejects(callHttp(served.http, 'system_name'))
    await kit.grow()
  })
})
