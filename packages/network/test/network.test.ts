import assert from 'node:assert/strict'
import { connect as tcpConnect } from 'node:net'
import { test } from 'node:test'
import { type AccountId, EMPTY, type FileId, type Hash, ZERO_HASH } from '@cess/bytes'
import { systemClock, VirtualClock } from '@cess/ports'
import { encode } from '@cess/scale'
import {
  decodeBlockRequest,
  decodeBlockResponse,
  encodeBlockRequest,
  encodeBlockResponse,
  FATAL,
  type FrameStream,
  type Network,
  peerIdBytes,
  peerIdOf,
  peerIdText,
  protocolName,
  StorageRefusal,
  storageClient,
  storageServer,
} from '../src/index.ts'
import { getRequest, STORAGE_PROTOCOL } from '../src/storage/messages.ts'
import { type Limits, make } from './support/make.ts'

async function pair(
  run: (a: Network, b: Network) => Promise<void>,
  clock?: VirtualClock,
  limits?: Limits,
) {
  const a = await make(1, clock, limits)
  const b = await make(2, clock, limits)
  await Promise.all([a.start(), b.start()])
  try {
    await run(a, b)
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}
const link = (a: Network, b: Network) => a.dial(b.addresses()[0] as string)

function gossip(n: Network, protocol: string, maxMessage = 1000) {
  const opened = Promise.withResolvers<string>()
  const closed = Promise.withResolvers<string>()
  const message = Promise.withResolvers<Uint8Array>()
  const handle = n.notifications({
    protocol,
    handshake: () => Uint8Array.of(1),
    maxHandshake: 64,
    maxMessage,
    maxPeers: 10,
    accept: () => true,
    opened: opened.resolve,
    closed: closed.resolve,
    message: (_, bytes) => message.resolve(bytes),
  })
  return { handle, opened: opened.promise, closed: closed.promise, message: message.promise }
}

test('peer ids go to their 38 bytes and back', async () => {
  const id = await peerIdOf(new Uint8Array(32).fill(1))
  assert.equal(peerIdBytes(id).length, 38)
  assert.equal(peerIdText(peerIdBytes(id)), id)
  assert.throws(() => peerIdText(new Uint8Array(38)), { code: 'MALFORMED' })
})

test('notifications flow both ways', () =>
  pair(async (a, b) => {
    const x = gossip(a, '/g/1')
    const y = gossip(b, '/g/1')
    assert.equal(await link(a, b), b.peerId)
    await Promise.all([x.opened, y.opened])
    assert.ok(x.handle.send(b.peerId, Uint8Array.of(7)))
    assert.ok(y.handle.send(a.peerId, Uint8Array.of(8)))
    assert.deepEqual(await y.message, Uint8Array.of(7))
    assert.deepEqual(await x.message, Uint8Array.of(8))
  }))

test('an oversized notification closes the session', () =>
  pair(async (a, b) => {
    const x = gossip(a, '/g/1')
    const y = gossip(b, '/g/1', 10)
    await link(a, b)
    await Promise.all([x.opened, y.opened])
    x.handle.send(b.peerId, new Uint8Array(100))
    assert.equal(await y.closed, a.peerId)
  }))

test('requests: answer, refusal, unknown protocol, too large', () =>
  pair(async (a, b) => {
    const limits = { maxRequest: 10, maxResponse: 100, perPeerConcurrent: 4, perPeerPerSecond: 100 }
    b.serve('/r/1', limits, async (_, request) => {
      if (request[0] === 0) throw new Error('no')
      return request
    })
    await link(a, b)
    const o = { maxResponse: 4, timeoutMs: 5000 }
    assert.deepEqual(await a.request(b.peerId, '/r/1', Uint8Array.of(1, 2), o), Uint8Array.of(1, 2))
    await assert.rejects(a.request(b.peerId, '/r/1', Uint8Array.of(0), o), { code: 'REFUSED' })
    await assert.rejects(a.request(b.peerId, '/r/2', Uint8Array.of(0), o), { code: 'UNSUPPORTED' })
    const five = Uint8Array.of(1, 2, 3, 4, 5)
    await assert.rejects(a.request(b.peerId, '/r/1', five, o), { code: 'TOO_LARGE' })
  }))

test('a request without an answer times out by the clock', () => {
  const clock = new VirtualClock()
  return pair(async (a, b) => {
    const asked = Promise.withResolvers<void>()
    const limits = { maxRequest: 10, maxResponse: 9, perPeerConcurrent: 4, perPeerPerSecond: 9 }
    const late = Promise.withResolvers<Uint8Array>()
    b.serve('/r/1', limits, () => {
      asked.resolve()
      return late.promise
    })
    await link(a, b)
    const o = { maxResponse: 4, timeoutMs: 5000 }
    const answer = assert.rejects(a.request(b.peerId, '/r/1', Uint8Array.of(1), o), {
      code: 'TIMEOUT',
    })
    await asked.promise
    await clock.advance(5001)
    await answer
    late.resolve(new Uint8Array(1))
  }, clock)
})

test('a banned peer is cut off and kept out', () =>
  pair(async (a, b) => {
    const x = gossip(a, '/g/1')
    const y = gossip(b, '/g/1')
    await link(a, b)
    await Promise.all([x.opened, y.opened])
    b.report(a.peerId, FATAL, 'test')
    await x.closed
    await assert.rejects(link(b, a), { code: 'UNREACHABLE' })
  }))

test('garbage on the socket does no harm', () =>
  pair(async (a, b) => {
    const port = Number(/tcp\/(\d+)/.exec(b.addresses()[0] as string)?.[1])
    const socket = tcpConnect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.end(new Uint8Array(5000).fill(0xff))
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
    assert.equal(await link(a, b), b.peerId)
  }))

/** What `readInto` of the side that is asked does with the frames that the other one writes. */
const received = (
  target: Uint8Array,
  before: (stream: FrameStream) => Promise<void>,
  write: (stream: FrameStream) => Promise<void>,
): Promise<string> => {
  const done = Promise.withResolvers<string>()
  return pair(async (a, b) => {
    b.serveStream('/s/1', { perPeerConcurrent: 1, perPeerPerSecond: 9 }, async (_, stream) => {
      await before(stream)
      await stream.readInto(target).then(
        () => done.resolve('full'),
        (error: { code: string }) => done.resolve(error.code),
      )
    })
    await link(a, b)
    const stream = await a.openStream(b.peerId, '/s/1')
    await write(stream).catch(() => undefined)
    await done.promise
    stream.abort(new Error('over'))
  }).then(() => done.promise)
}

test('frames are read into memory in order, whether they came before it was asked for or after', async () => {
  const bytes = new Uint8Array(900_000).map((_, i) => i % 251)
  const target = new Uint8Array(bytes.length)
  const outcome = await received(
    target,
    async (stream) => {
      // The first frame is in the queue by the time of the second, which is still coming.
      assert.deepEqual(await stream.read(), Uint8Array.of(9))
    },
    async (stream) => {
      await stream.write(Uint8Array.of(9))
      for (let at = 0; at < bytes.length; at += 100_000)
        await stream.write(bytes.subarray(at, at + 100_000))
    },
  )
  assert.equal(outcome, 'full')
  assert.ok(Buffer.from(target).equals(bytes))
})

test('frames that do not fit end the stream, and nothing of what follows reaches the memory', async () => {
  for (const sizes of [
    [300, 2_000, 100],
    [0, 900],
    [900, 0, 100],
  ]) {
    const target = new Uint8Array(1_000)
    const outcome = await received(
      target,
      async () => undefined,
      async (stream) => {
        for (const [i, size] of sizes.entries())
          await stream.write(new Uint8Array(size).fill(i + 1))
      },
    )
    assert.equal(outcome, 'MALFORMED')
    assert.ok(!target.includes(sizes.length), `the last frame of ${sizes} was written`)
  }
})

test('an other side that ends too early is told', async () => {
  const outcome = await received(
    new Uint8Array(1_000),
    async () => undefined,
    async (stream) => {
      await stream.write(new Uint8Array(10))
      await stream.close()
    },
  )
  assert.equal(outcome, 'CLOSED')
})

const id = (c: string) => c.repeat(64) as FileId
const miner = `0x${'11'.repeat(32)}` as AccountId

test('storage: put, have, refusal, receipt, tags, get', () =>
  pair(async (a, b) => {
    const kept = new Map<string, Uint8Array>()
    let freed = 0
    storageServer(b, {
      offered: async (_, h) => (kept.has(h.fragmentId) ? 'have' : 'send'),
      async put(_, h, data) {
        if (data[0] === 0xff) throw new StorageRefusal('Corrupt', 'the hash differs')
        kept.set(h.fragmentId, data)
      },
      async receipt(_, fileId) {
        if (fileId !== id('a')) throw new StorageRefusal('NotFound', 'no such file')
        return { signature: new Uint8Array(64), miner }
      },
      async tags(_, __, tags) {
        if (tags[0] === 0xff) throw new StorageRefusal('Corrupt', 'bad tags')
      },
      async share(_, request) {
        if (request.length > 200) throw new StorageRefusal('NotExpected', 'not signed')
        return request.toReversed()
      },
      get: async (_, r) => ({
        bytes: kept.get(r.fragmentId)?.subarray(r.offset, r.offset + r.length) ?? EMPTY,
        free: () => freed++,
      }),
    })
    await link(a, b)
    const client = storageClient(a)
    const data = new Uint8Array(3_000_000).map((_, i) => i % 251)
    const piece = (c: string, bytes: Uint8Array) => ({
      header: {
        fileId: id('a'),
        segment: 0,
        index: 1,
        fragmentId: id(c),
        size: bytes.length,
        dealer: undefined,
      },
      data: bytes,
    })
    const bad = Uint8Array.of(0xff)
    const results = await client.put(b.peerId, [
      piece('b', data),
      piece('c', bad),
      piece('b', data),
    ])
    assert.deepEqual(
      results.map((r) => r.refusal?.code ?? r.status),
      ['stored', 'Corrupt', 'have'],
    )
    assert.deepEqual(await client.share(b.peerId, Uint8Array.of(1, 2)), Uint8Array.of(2, 1))
    await assert.rejects(client.share(b.peerId, new Uint8Array(300)), { code: 'NotExpected' })
    await assert.rejects(client.share(b.peerId, new Uint8Array(600)))
    const part = await client.get(b.peerId, id('b'), { offset: 10, length: 2_000_000 })
    assert.ok(Buffer.from(part).equals(data.subarray(10, 2_000_010)))
    const into = new Uint8Array(1000)
    assert.equal(await client.get(b.peerId, id('b'), { offset: 5, length: 1000, into }), into)
    assert.deepEqual(into, data.slice(5, 1005))
    await assert.rejects(client.get(b.peerId, id('d'), { offset: 0, length: 1 }), {
      code: 'NotFound',
    })
    while (freed < 3) await systemClock.sleep(1)
    assert.equal((await client.receipt(b.peerId, id('a'))).miner, miner)
    await assert.rejects(client.receipt(b.peerId, id('c')), { code: 'NotFound' })
    const params = new Uint8Array(32)
    await client.tags(b.peerId, { fragmentId: id('b'), params }, data)
    await assert.rejects(client.tags(b.peerId, { fragmentId: id('b'), params }, bad), {
      code: 'Corrupt',
    })
    await assert.rejects(client.params(b.peerId, params), { code: 'UNSUPPORTED' })
  }))

test('what a client asked for is in use until it has it or goes away', () =>
  pair(async (a, b) => {
    const begun = Promise.withResolvers<void>()
    let freed = 0
    storageServer(b, {
      async get(_, { length }) {
        begun.resolve()
        return { bytes: new Uint8Array(length), free: () => freed++ }
      },
    })
    await link(a, b)
    const stream = await a.openStream(b.peerId, STORAGE_PROTOCOL.get)
    const length = 8 << 20
    await stream.write(encode(getRequest, { fragmentId: id('b'), offset: 0, length }))
    await begun.promise
    // Eight windows of data for a client that reads nothing: it is not sent, so it is still in use.
    await systemClock.sleep(50)
    assert.equal(freed, 0)
    stream.abort(new Error('gone'))
    while (freed === 0) await systemClock.sleep(1)
    assert.equal(freed, 1)
  }))

test('a client that reads a little now and then is cut off after two minutes', () => {
  const clock = new VirtualClock()
  // So that its silences are no reason.
  const limits = { idleMs: 3_600_000 }
  return pair(
    async (a, b) => {
      let freed = 0
      storageServer(b, {
        get: async (_, { length }) => ({ bytes: new Uint8Array(length), free: () => freed++ }),
      })
      await link(a, b)
      const stream = await a.openStream(b.peerId, STORAGE_PROTOCOL.get)
      const length = 8 << 20
      await stream.write(encode(getRequest, { fragmentId: id('b'), offset: 0, length }))
      await stream.read()
      await stream.read()
      await clock.advance(119_000)
      await stream.read()
      await systemClock.sleep(20)
      assert.equal(freed, 0)
      await clock.advance(1_001)
      while (freed === 0) await systemClock.sleep(1)
    },
    clock,
    limits,
  )
})

test('sync messages survive their encoding, and cut ones are refused', () => {
  const hash = `0x${'22'.repeat(32)}` as Hash
  const request = { fields: 0x03000000, from: hash, direction: 'descending', max: 7 } as const
  assert.deepEqual(decodeBlockRequest(encodeBlockRequest(request)), request)
  const blocks = [{ hash, header: Uint8Array.of(1), body: [Uint8Array.of(2)] }]
  const bytes = encodeBlockResponse(blocks)
  assert.deepEqual(decodeBlockResponse(bytes), blocks)
  assert.throws(() => decodeBlockResponse(bytes.subarray(0, -1)), { code: 'MALFORMED' })
})

test('another genesis is another protocol, and a flood is refused', () =>
  pair(async (a, b) => {
    const limits = { maxRequest: 9, maxResponse: 9, perPeerConcurrent: 4, perPeerPerSecond: 2 }
    b.serve(protocolName(ZERO_HASH, 'sync/2'), limits, async (_, request) => request)
    await link(a, b)
    const o = { maxResponse: 9, timeoutMs: 5000 }
    const ask = (genesis: Hash) =>
      a.request(b.peerId, protocolName(genesis, 'sync/2'), Uint8Array.of(1), o)
    await assert.rejects(ask(`0x${'01'.repeat(32)}` as Hash), { code: 'UNSUPPORTED' })
    await Promise.all([ask(ZERO_HASH), ask(ZERO_HASH)])
    await assert.rejects(ask(ZERO_HASH), { name: 'NetworkError' })
  }, new VirtualClock()))
