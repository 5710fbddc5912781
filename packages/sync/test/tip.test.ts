import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, ZERO_HASH } from '@cess/bytes'
import { announce, announceHandshake, protocolName, ROLE } from '@cess/network'
import { encode } from '@cess/scale'
import { forge, grow, type Node, verify, world } from './support/kit.ts'

/** A peer that speaks block-announces by hand, connected to `node`. */
function rawPeer(w: ReturnType<typeof world>, node: Node, genesisHash: Hash) {
  const opened: string[] = []
  const handshake = { roles: ROLE.full, bestNumber: 0, bestHash: genesisHash, genesisHash }
  const notifications = w.networks.create('raw').notifications({
    protocol: protocolName(node.chain.genesisHash, 'block-announces/1'),
    handshake: () => encode(announceHandshake, handshake),
    maxHandshake: 1024,
    maxMessage: 1024,
    maxPeers: 9,
    accept: () => true,
    opened: (id) => opened.push(id),
    closed: () => undefined,
    message: () => undefined,
  })
  w.networks.connect(node.id, 'raw')
  return { opened, send: (bytes: Uint8Array) => notifications.send(node.id, bytes) }
}

test('a new block travels through peers that are not connected to its author', async () => {
  const w = world()
  const nodes = await Promise.all(['a', 'b', 'c'].map((id) => w.add(id)))
  w.networks.connect('a', 'b')
  w.networks.connect('b', 'c')
  for (let i = 1; i <= 3; i++) {
    await grow(nodes[0]!.chain, 1)
    await w.until(() => nodes[2]!.chain.info().bestNumber === i)
    assert.equal(nodes[2]!.chain.info().bestHash, nodes[0]!.chain.info().bestHash)
  }
  // One block at a time, of the neighbour only.
  assert.deepEqual(w.networks.requests, ['b>a', 'c>b', 'b>a', 'c>b', 'b>a', 'c>b'])
  assert.deepEqual(nodes[1]!.sync.peers()[0], {
    peerId: 'a',
    roles: 'FULL',
    bestHash: nodes[0]!.chain.info().bestHash,
    bestNumber: 3,
  })
  await w.stop()
})

test('missing ancestors of an announced block are fetched with it', async () => {
  const w = world()
  const a = await w.add('a')
  const b = await w.add('b')
  await grow(a.chain, 10)
  w.networks.connect('a', 'b')
  await w.until(() => b.chain.info().bestNumber === 10)
  assert.equal(b.chain.info().bestNumber, 10)
  assert.equal(w.networks.requests.length, 1)
  await w.stop()
})

test('the heavier fork wins, also when it is the shorter one', async () => {
  const w = world()
  const a = await w.add('a')
  const b = await w.add('b')
  await grow(a.chain, 12, { weight: 0, salt: 1 })
  await grow(b.chain, 8, { weight: 1, salt: 2 })
  w.networks.connect('a', 'b')
  await w.until(() => a.chain.info().bestHash === b.chain.info().bestHash)
  assert.equal(a.chain.info().bestHash, b.chain.info().bestHash)
  assert.equal(a.chain.info().bestNumber, 8)
  await w.stop()
})

test('a fork deeper than one answer is found by its common ancestor', async () => {
  const w = world(4)
  const a = await w.add('a')
  const b = await w.add('b')
  const shared = await grow(a.chain, 20)
  w.networks.connect('a', 'b')
  await w.until(() => b.chain.info().bestNumber === 20)
  w.networks.disconnect('a', 'b')
  await grow(a.chain, 150, { weight: 0, salt: 1, parent: shared.at(-3)! })
  await grow(b.chain, 170, { weight: 1, salt: 2 })
  w.networks.connect('a', 'b')
  await w.until(() => a.chain.info().bestHash === b.chain.info().bestHash)
  assert.equal(a.chain.info().bestHash, b.chain.info().bestHash)
  assert.equal(a.chain.info().bestNumber, 190)
  await w.stop()
})

test('blocks beside the best chain are fetched when announced', async () => {
  const w = world()
  const a = await w.add('a')
  const b = await w.add('b')
  const [, tip] = await grow(a.chain, 2)
  w.networks.connect('a', 'b')
  await w.until(() => b.chain.info().bestNumber === 2)
  const [side] = await grow(a.chain, 1, { parent: a.chain.hashAt(1)!, weight: 0, salt: 9 })
  await w.until(() => b.chain.header(side!) !== undefined)
  assert.equal(b.chain.header(side!)?.number, 2)
  assert.equal(b.chain.info().bestHash, tip)
  await w.stop()
})

test('a node of another network is refused and cut off', async () => {
  const w = world()
  const a = await w.add('a')
  await w.add('x', { genesis: 'another network' })
  w.networks.connect('a', 'x')
  assert.deepEqual(a.sync.peers(), [])
  // The right protocol names, and another genesis in the handshake.
  const forger = rawPeer(w, a, ZERO_HASH)
  assert.deepEqual([forger.opened, a.sync.peers()], [[], []])
  assert.equal(w.networks.isConnected('a', 'raw'), false)
  await w.stop()
})

test('a light client is told of blocks and asked for none', async () => {
  const w = world()
  const a = await w.add('a')
  const light = await w.add('light', { role: ROLE.light })
  await grow(light.chain, 3)
  w.networks.connect('a', 'light')
  await w.clock.advance(5_000)
  assert.equal(a.chain.info().bestNumber, 0)
  assert.equal(a.sync.isSyncing(), false)
  assert.equal(a.sync.peers()[0]?.roles, 'LIGHT')
  await w.stop()
})

test('a block that comes before its slot is tried again', async () => {
  const w = world()
  const a = await w.add('a')
  const b = await w.add('b')
  w.networks.connect('a', 'b')
  const { header, body } = await forge(a.chain)
  // The kit's check knows no slots: let the first two attempts fail.
  let attempts = 0
  const importBlock = b.chain.importBlock
  b.chain.importBlock = (block) => {
    if (attempts++ >= 2) return importBlock(block)
    return Promise.reject(Object.assign(new Error('too early'), { code: 'SLOT_IN_FUTURE' }))
  }
  await a.chain.importBlock(verify(header, body, 'own'))
  await w.until(() => b.chain.info().bestNumber === 1)
  assert.equal(b.chain.info().bestNumber, 1)
  assert.equal(attempts, 3)
  assert.equal(w.costs('b', 'a'), 0)
  await w.stop()
})

test('an announcement that does not decode costs', async () => {
  const w = world()
  const a = await w.add('a')
  const raw = rawPeer(w, a, a.chain.genesisHash)
  const { header } = await forge(a.chain)
  raw.send(encode(announce, { header, isBest: true, data: new Uint8Array() }).subarray(0, -3))
  await w.clock.advance(100)
  assert.deepEqual(raw.opened, ['a'])
  assert.equal(w.costs('a', 'raw'), -4096)
  await w.stop()
})
