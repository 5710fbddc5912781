import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grow, world } from './support/kit.ts'

test('a new node catches up 300 blocks from two peers at once', async () => {
  const w = world()
  const a = await w.add('a')
  const b = await w.add('b')
  const fresh = await w.add('fresh')
  await grow(a.chain, 300)
  w.networks.connect('a', 'b')
  await w.until(() => b.chain.info().bestNumber === 300)
  assert.equal(b.chain.info().bestHash, a.chain.info().bestHash)

  w.networks.requests.length = 0
  w.networks.connect('a', 'fresh')
  w.networks.connect('b', 'fresh')
  assert.equal(fresh.sync.isSyncing(), true)
  assert.deepEqual(fresh.sync.status(), { state: 'syncing', best: 0, target: 300 })
  await w.until(() => fresh.chain.info().bestNumber === 300)
  assert.equal(fresh.chain.info().bestHash, a.chain.info().bestHash)
  assert.equal(fresh.sync.isSyncing(), false)
  const from = new Set(w.networks.requests)
  assert.ok(from.has('fresh>a') && from.has('fresh>b'))
  assert.deepEqual(
    w.networks.reports.filter((r) => r.change < 0),
    [],
  )
  await w.stop()
})

test('the next ranges download while one is imported, and no more than a bounded number', async () => {
  const w = world(3)
  const a = await w.add('a')
  const fresh = await w.add('fresh')
  await grow(a.chain, 900)
  const gate = Promise.withResolvers<void>()
  const { importBlock } = fresh.chain
  fresh.chain.importBlock = async (block) => {
    await gate.promise
    return importBlock(block)
  }
  w.networks.connect('a', 'fresh')
  await w.clock.advance(5_000)
  // One header to find where the chains part, then eight ranges of 64.
  assert.equal(w.networks.requests.length, 9)
  assert.equal(fresh.chain.info().bestNumber, 0)
  gate.resolve()
  await w.until(() => fresh.chain.info().bestNumber === 900)
  assert.equal(fresh.chain.info().bestHash, a.chain.info().bestHash)
  await w.stop()
})

test('blocks that come while catching up are caught up with too', async () => {
  const w = world(5)
  const a = await w.add('a')
  const fresh = await w.add('fresh')
  await grow(a.chain, 200)
  w.networks.connect('a', 'fresh')
  for (let i = 0; i < 40; i++) {
    await grow(a.chain, 1)
    await w.clock.advance(20)
  }
  await w.until(() => fresh.chain.info().bestNumber === 240)
  assert.equal(fresh.chain.info().bestHash, a.chain.info().bestHash)
  assert.equal(w.costs('fresh', 'a'), 0)
  await w.stop()
})

test('when the peer that leads goes away, another takes its place', async () => {
  const w = world(6)
  const [a, b, fresh] = await Promise.all(['a', 'b', 'fresh'].map((id) => w.add(id)))
  await grow(a!.chain, 500)
  w.networks.connect('a', 'b')
  await w.until(() => b!.chain.info().bestNumber === 500)
  w.networks.connect('a', 'fresh')
  w.networks.connect('b', 'fresh')
  await w.until(() => fresh!.chain.info().bestNumber > 0)
  w.networks.disconnect('a', 'fresh')
  await w.until(() => fresh!.chain.info().bestNumber === 500)
  assert.equal(fresh!.chain.info().bestNumber, 500)
  await w.stop()
})
