import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protocolName, ROLE, roleHandshake, transactions } from '@cess/network'
import { encode } from '@cess/scale'
import { grow, type Node, world } from './support/kit.ts'

const tx = (...rest: number[]): Uint8Array => Uint8Array.of(1, ...rest)

function rawPeer(w: ReturnType<typeof world>, node: Node, role: number = ROLE.full) {
  const received: Uint8Array[] = []
  const notifications = w.networks.create('raw').notifications({
    protocol: protocolName(node.chain.genesisHash, 'transactions/1'),
    handshake: () => roleHandshake(role),
    maxHandshake: 32,
    maxMessage: 1 << 20,
    maxPeers: 9,
    accept: () => true,
    opened: () => undefined,
    closed: () => undefined,
    message: (_, bytes) => received.push(bytes),
  })
  w.networks.connect(node.id, 'raw')
  return { received, send: (bytes: Uint8Array) => notifications.send(node.id, bytes) }
}

test('transactions travel, also to peers that come later, once each', async () => {
  const w = world()
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => w.add(id)))
  w.networks.connect('a', 'b')
  const statuses: string[] = []
  await a!.pool.watch(tx(7), 'Local', (s) => statuses.push(s.type))
  await w.until(() => b!.pool.status().ready === 1)
  assert.deepEqual(b!.pool.pending(), [tx(7)])
  assert.deepEqual(statuses, ['ready', 'broadcast'])
  w.networks.connect('b', 'c')
  await w.until(() => c!.pool.status().ready === 1)
  assert.deepEqual(c!.pool.pending(), [tx(7)])
  await w.clock.advance(10_000)
  assert.deepEqual(statuses, ['ready', 'broadcast'])
  await w.stop()
})

test('one in a message, as RFC-0056 has it; never back, nor to light clients', async () => {
  const w = world()
  const a = await w.add('a')
  const raw = rawPeer(w, a)
  await a.pool.submit(tx(1), 'Local')
  await a.pool.submit(tx(2), 'Local')
  raw.send(encode(transactions, [tx(3)]))
  await w.clock.advance(10_000)
  assert.deepEqual(
    raw.received.map((bytes) => bytes.toHex()),
    ['04080101', '04080102'],
  )
  assert.equal(a.pool.status().ready, 3)
  await w.stop()

  const w2 = world()
  const b = await w2.add('b')
  const light = rawPeer(w2, b, ROLE.light)
  await b.pool.submit(tx(1), 'Local')
  await w2.clock.advance(10_000)
  assert.deepEqual(light.received, [])
  await w2.stop()
})

test('invalid transactions and garbage cost, repeated ones do not', async () => {
  const w = world()
  const a = await w.add('a')
  const raw = rawPeer(w, a)
  raw.send(encode(transactions, [tx(1), tx(1)]))
  raw.send(encode(transactions, [tx(1)]))
  await w.clock.advance(100)
  assert.equal(w.costs('a', 'raw'), 0)
  assert.equal(a.pool.status().ready, 1)
  raw.send(encode(transactions, [Uint8Array.of(9)]))
  await w.clock.advance(100)
  assert.equal(w.costs('a', 'raw'), -4096)
  raw.send(Uint8Array.of(8, 4))
  await w.clock.advance(100)
  assert.equal(w.costs('a', 'raw'), -8192)
  await w.stop()
})

test('none are taken while far behind', async () => {
  const w = world()
  const [a, b] = await Promise.all(['a', 'b'].map((id) => w.add(id)))
  await grow(b!.chain, 100)
  w.networks.connect('a', 'b')
  assert.equal(a!.sync.isSyncing(), true)
  const raw = rawPeer(w, a!)
  raw.send(encode(transactions, [tx(1)]))
  await w.clock.advance(30)
  assert.equal(a!.pool.status().ready, 0)
  await w.stop()
})
