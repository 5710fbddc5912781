import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SeededRandom } from '@cess/ports'
import { WebSocket } from 'ws'
import { callHttp, connect, post, type RpcAnswer, request } from './support/client.ts'
import { type Kit, openKit, type Served } from './support/kit.ts'
import { until } from './support/metrics.ts'

const PING_MS = 30_000

describe('attacks', () => {
  let kit: Kit
  beforeEach(async () => {
    kit = await openKit()
  })
  afterEach(() => kit.close())

  async function tcp({ port }: Served, text: string): Promise<Socket> {
    const socket = connectTcp(port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(text)
    return socket
  }
  const gone = (socket: Socket): Promise<unknown> =>
    new Promise((resolve) => socket.once('close', resolve))
  /** A WebSocket whose owner does not read. */
  async function deaf(served: Served): Promise<WebSocket> {
    const socket = new WebSocket(served.ws)
    await once(socket, 'open')
    socket.pause()
    return socket
  }
  const stillServes = async (served: Served): Promise<void> =>
    assert.equal((await callHttp(served.http, 'system_name')).result, 'toy-node')

  it('malformed JSON', async () => {
    const served = await kit.serve()
    const client = await connect(served.ws)
    const valid = request('state_getStorage', ['0x00'])
    const texts = [
      '{"jsonrpc":"2.0","id":1,"method":"system_name"',
      '{"jsonrpc":"2.0","id":1,"method":"system_name"}}',
      '"\\',
      '"'.repeat(1000),
      '\\'.repeat(1000),
      `"${'\\"'.repeat(10_000)}`,
      '\u0000',
      ...Array.from({ length: valid.length - 1 }, (_, i) => valid.slice(0, i + 1)),
    ]
    for (const text of texts) {
      const answer = (await client.raw(text)) as RpcAnswer
      assert.ok(answer.error?.code === -32700 || answer.error?.code === -32600, text)
      assert.equal(answer.id, null)
    }
    await client.close()
  })

  it('random bytes, and valid calls with a few of them changed', async () => {
    const served = await kit.serve({ limits: { burst: 1e9 } })
    const random = new SeededRandom(7)
    const valid = Buffer.from(request('state_queryStorageAt', [['0x00', '0x01'], null]))
    for (let i = 0; i < 300; i++) {
      const bytes = i % 3 === 0 ? Buffer.from(random.bytes(64)) : Buffer.from(valid)
      for (let n = 0; n < 3; n++) bytes[random.next() % bytes.length] = random.next() & 0xff
      const response = await post(served.http, bytes.toString('latin1'))
      const text = await response.text()
      assert.ok([200, 204].includes(response.status))
      if (text) assert.notEqual((JSON.parse(text) as RpcAnswer).error?.code, -32603)
    }
  })

  it('deep nesting and countless small values', async () => {
    const served = await kit.serve()
    const client = await connect(served.ws)
    for (const text of [
      '['.repeat(10_000_000),
      `${'['.repeat(65)}${']'.repeat(65)}`,
      request('system_name').replace('[]', `${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}`),
      `[${'[],'.repeat(4_000_000)}1]`,
      `{"jsonrpc":"2.0","id":1,"method":"x","params":[${'1,'.repeat(200_001)}1]}`,
    ]) {
      const answer = (await client.raw(text)) as RpcAnswer
      assert.equal(answer.error?.code, -32700)
    }
    assert.equal(await client.call('system_name'), 'toy-node')
    // Brackets inside of strings are not nesting.
    assert.equal((await client.ask('state_getStorage', ['[[{'.repeat(1e5)])).error?.code, -32602)
    await client.close()
  })

  it('a giant batch', async () => {
    const served = await kit.serve()
    const batch = (count: number): string =>
      `[${new Array(count).fill(request('system_name')).join(',')}]`
    const big = (await (await post(served.http, batch(65))).json()) as RpcAnswer
    assert.deepEqual(big.error, {
      code: -32010,
      message: 'The batch request was too large',
      data: 'Exceeded max limit of 64',
    })
    const fits = (await (await post(served.http, batch(64))).json()) as RpcAnswer[]
    assert.equal(fits.length, 64)
  })

  it('a request that is too large', async () => {
    const served = await kit.serve({ limits: { requestBytes: 10_000 } })
    const large = request('system_name', ['x'.repeat(10_000)])
    const response = await post(served.http, large)
    assert.equal(response.status, 413)
    assert.equal(((await response.json()) as RpcAnswer).error?.code, -32007)
    // Without a length in front, and without an end.
    const socket = await tcp(
      served,
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    )
    let answer = ''
    socket.on('data', (data) => {
      answer += data
    })
    const closed = gone(socket)
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`
    for (let i = 0; i < 4; i++) socket.write(chunk)
    await closed
    assert.match(answer, /^HTTP\/1\.1 413 /)

    const client = await connect(served.ws)
    const closedWith = once(client.socket, 'close')
    client.socket.send(large)
    assert.equal((await closedWith)[0], 1009)
    await stillServes(served)
  })

  it('an answer that would be too large', async () => {
    const served = await kit.serve({ limits: { responseBytes: 1000 } })
    const { error } = await callHttp(served.http, 'rpc_methods')
    assert.deepEqual(error, {
      code: -32008,
      message: 'Response is too big',
      data: 'Exceeded max limit of 1000',
    })
    const one = request('chain_getBlockHash', [new Array(10).fill(0)])
    const batch = (await (await post(served.http, `[${one},${one}]`)).json()) as RpcAnswer
    assert.equal(batch.error?.code, -32008)
  })

  it('methods that every object has', async () => {
    const served = await kit.serve()
    for (const method of ['constructor', 'toString', '__proto__', 'hasOwnProperty', ''])
      assert.equal((await callHttp(served.http, method)).error?.code, -32601, method)
    const polluted =
      '{"jsonrpc":"2.0","id":1,"method":"author_removeExtrinsic","params":[[{"__proto__":{"hash":"x"}}]]}'
    assert.equal(
      ((await (await post(served.http, polluted)).json()) as RpcAnswer).error?.code,
      -32602,
    )
    assert.equal(Object.hasOwn(Object.prototype, 'hash'), false)
  })

  it('10,000 subscriptions', async () => {
    const served = await kit.serve({ limits: { burst: 1e6 } })
    const client = await connect(served.ws)
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => client.ask('chain_subscribeNewHead')),
    )
    const refused = answers.filter((answer) => answer.error)
    assert.equal(refused.length, 10_000 - 1024)
    assert.deepEqual(refused[0]!.error, {
      code: -32006,
      message: 'Too many subscriptions on the connection',
      data: 'Exceeded max limit of 1024',
    })
    assert.equal(served.metrics.value('cess_rpc_subscriptions'), 1024)
    assert.equal(await client.call('chain_unsubscribeNewHead', [answers[0]!.result]), true)
    await client.subscribe('chain_subscribeNewHead')
    await client.close()
    await until(() => served.metrics.value('cess_rpc_subscriptions') === 0)
  })

  it('a batch whose sender goes before it is done', async () => {
    const served = await kit.serve()
    const client = await connect(served.ws)
    const open = (): number => served.metrics.value('cess_rpc_subscriptions')
    const batch = new Array(64).fill(request('chain_subscribeNewHead'))
    client.socket.send(`[${batch.join(',')}]`)
    await until(() => open() > 0)
    client.socket.terminate()
    const calls = (outcome: string): number =>
      served.metrics.value('cess_rpc_calls_total', { method: 'chain_subscribeNewHead', outcome })
    await until(() => calls('ok') + calls('error') === 64)
    await until(() => open() === 0)
  })

  it('subscriptions whose call fails do not count', async () => {
    const served = await kit.serve({ limits: { subscriptionsPerConnection: 2 } })
    const client = await connect(served.ws)
    for (let i = 0; i < 5; i++)
      assert.ok((await client.ask('author_submitAndWatchExtrinsic', ['0x0401'])).error)
    await client.subscribe('chain_subscribeNewHead')
    await client.subscribe('chain_subscribeNewHead')
    await client.close()
  })

  it('a client that takes no notifications', async () => {
    const served = await kit.serve({ limits: { bufferedBytes: 64 * 1024 } })
    const socket = await deaf(served)
    for (let i = 0; i < 500; i++) socket.send(request('chain_subscribeAllHeads'))
    await until(() => served.metrics.value('cess_rpc_subscriptions') === 500)
    // Until what the operating system holds for the two is full.
    while (served.metrics.value('cess_rpc_subscriptions') > 0) {
      await kit.grow()
      await new Promise((resolve) => setImmediate(resolve))
    }
    // It reads at last, in time to learn why.
    const closed = once(socket, 'close')
    socket.resume()
    const [code, reason] = (await closed) as [number, Buffer]
    assert.equal(code, 1008)
    assert.match(String(reason), /not read fast enough/)
    await stillServes(served)
  })

  it('a client that takes nothing ever', async () => {
    const served = await kit.serve({ limits: { bufferedBytes: 64 * 1024 } })
    const socket = await deaf(served)
    for (let i = 0; i < 500; i++) socket.send(request('chain_subscribeAllHeads'))
    await until(() => served.metrics.value('cess_rpc_subscriptions') === 500)
    while (served.metrics.value('cess_rpc_subscriptions') > 0) {
      await kit.grow()
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(served.sockets('ws'), 1)
    await kit.clock.advance(5000)
    await until(() => served.sockets('ws') === 0)
    socket.terminate()
  })

  it('a client that asks and takes no answers', async () => {
    const served = await kit.serve()
    const socket = await deaf(served)
    const call = request('chain_getBlockHash', [new Array(1000).fill(0)])
    for (let i = 0; i < 500; i++) socket.send(call)
    const answered = (): number =>
      served.metrics.value('cess_rpc_calls_total', { method: 'chain_getBlockHash', outcome: 'ok' })
    await until(() => answered() > 0)
    for (let n = -1; n !== answered(); ) {
      n = answered()
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
    }
    assert.ok(answered() < 500, 'no more answers are made than it takes')
    for (let i = 0; i < 3; i++) await kit.clock.advance(PING_MS)
    await until(() => served.sockets('ws') === 0)
    socket.terminate()
  })

  it('a client that is gone without a word', async () => {
    const served = await kit.serve()
    const silent = new WebSocket(served.ws, { autoPong: false })
    await once(silent, 'open')
    const closed = once(silent, 'close')
    await kit.clock.advance(PING_MS)
    assert.equal(served.sockets('ws'), 1)
    await kit.clock.advance(PING_MS)
    await closed
    await until(() => served.sockets('ws') === 0)
  })

  it('a client that answers pings stays', async () => {
    const served = await kit.serve()
    const client = await connect(served.ws)
    for (let i = 0; i < 3; i++) {
      const pinged = once(client.socket, 'ping')
      await kit.clock.advance(PING_MS)
      await pinged
      await client.call('system_name')
    }
    await client.close()
  })

  it('calls without end on one WebSocket', async () => {
    const served = await kit.serve({ limits: { burst: 10, callsPerSecond: 10 } })
    const client = await connect(served.ws)
    for (let i = 0; i < 100; i++) client.socket.send(request('system_name', [], i))
    const answered = (): number => client.log.length
    await until(() => answered() === 10)
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(answered(), 10)
    await kit.clock.advance(1000)
    await until(() => answered() === 20)
    // The rest waits unread, and so would a polite goodbye.
    client.socket.terminate()
    await until(() => served.sockets('ws') === 0)
  })

  it('calls that keep the node busy', async () => {
    // A peer list that takes half a second.
    const { network } = kit.services
    const peers = () => {
      void kit.clock.advance(500)
      return network.peers()
    }
    const served = await kit.serve({
      limits: { burst: 100, callsPerSecond: 1000 },
      services: { network: { ...network, peers } },
    })
    const client = await connect(served.ws)
    await client.call('system_peers')
    // It cost 2000 calls: nothing more for two seconds.
    const next = client.call('system_name')
    const from = client.log.length
    await kit.clock.advance(1800)
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(client.log.length, from)
    await kit.clock.advance(200)
    assert.equal(await next, 'toy-node')
    await client.close()
  })

  it('calls without end over http', async () => {
    const served = await kit.serve({ limits: { burst: 10, callsPerSecond: 10 } })
    const one = `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${request('system_name').length}\r\n\r\n${request('system_name')}`
    const socket = await tcp(served, one.repeat(20))
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    await until(() => text.split('HTTP/1.1 ').length === 21)
    assert.equal(text.split('HTTP/1.1 200').length - 1, 10)
    assert.equal(text.split('HTTP/1.1 429').length - 1, 10)
    assert.match(text, /-32999/)
    socket.destroy()
  })

  it('a request that names no host', async () => {
    const served = await kit.serve()
    const body = request('system_name')
    const socket = await tcp(
      served,
      `POST / HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(String(answer), /^HTTP\/1\.1 403 /)
    socket.destroy()
  })

  it('more connections than there may be', async () => {
    const served = await kit.serve({ limits: { connections: 3 } })
    const clients = await Promise.all([1, 2, 3].map(() => connect(served.ws)))
    await assert.rejects(connect(served.ws))
    await assert.rejects(callHttp(served.http, 'system_name'))
    await clients[0]!.close()
    await until(() => served.sockets('ws') === 2)
    await stillServes(served)
    for (const client of clients) await client.close()
  })

  for (const [name, text] of [
    ['headers that never end (slow loris)', 'POST / HTTP/1.1\r\nhost: localhost\r\nx-a: '],
    [
      'a body that never ends',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    ],
    ['a connection that says nothing', ''],
  ] as const)
    it(name, async () => {
      const served = await kit.serve()
      const socket = await tcp(served, text)
      socket.resume()
      await until(() => served.sockets('http') === 1)
      const closed = gone(socket)
      for (let i = 0; i < 59; i++) {
        await kit.clock.advance(1000)
        socket.write(text === '' ? '' : 'x')
      }
      assert.equal(served.sockets('http'), 1)
      await kit.clock.advance(1000)
      await closed
      await stillServes(served)
    })

  it('an http client that does not take its answer', async () => {
    const served = await kit.serve()
    const call = request('chain_getBlockHash', [new Array(1000).fill(0)])
    const one = `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${call.length}\r\n\r\n${call}`
    const socket = await tcp(served, one.repeat(200))
    socket.pause()
    await until(() => served.sockets('http') === 1)
    const answered = (): number =>
      served.metrics.value('cess_rpc_calls_total', { method: 'chain_getBlockHash', outcome: 'ok' })
    await until(() => answered() > 0)
    for (let n = -1; n !== answered(); ) {
      n = answered()
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
    }
    await kit.clock.advance(60_000)
    await until(() => served.sockets('http') === 0)
    socket.destroy()
  })
})
