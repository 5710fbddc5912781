import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cess/bytes'
import { POOL_ERROR } from '../src/index.ts'
import { openPool, order, tx } from './support/pool-kit.ts'
import { KIND } from './support/toy-runtime.ts'

test('what is ready comes by priority, then by age', async () => {
  const { pool, submit } = await openPool()
  const all = [
    tx(1, 0, { tip: 5 }),
    tx(2, 0, { tip: 9 }),
    tx(3, 0, { tip: 5 }),
    tx(4, 0, { tip: 7 }),
  ]
  await submit(...all)
  assert.deepEqual(order(pool.pending(), all), [1, 3, 0, 2])
})

test('a transaction comes after those it builds on, whatever it pays', async () => {
  const { pool, submit } = await openPool()
  const all = [
    tx(1, 0, { tip: 1 }),
    tx(1, 1, { tip: 100 }),
    tx(2, 0, { tip: 50 }),
    tx(1, 2, { tip: 2 }),
  ]
  await submit(...all)
  assert.deepEqual(order(pool.pending(), all), [2, 0, 1, 3])
})

test('a gap in nonces waits until it is filled, and what waits is not gossiped', async () => {
  const { pool, submit, announced, watch, said } = await openPool()
  const all = [tx(1, 0), tx(1, 1), tx(1, 2), tx(1, 3)]
  await watch(all[3]!)
  await submit(all[1]!, all[2]!)
  assert.deepEqual(pool.pending(), [])
  assert.deepEqual([pool.status().ready, pool.status().future], [0, 3])
  assert.deepEqual(announced, [])
  await submit(all[0]!)
  assert.deepEqual(order(pool.pending(), all), [0, 1, 2, 3])
  assert.deepEqual(order(announced, all).toSorted(), [0, 1, 2, 3])
  assert.deepEqual(said(all[3]!), ['future', 'ready'])
})

test('a block that uses a nonce lets the next one follow, even when the pool never saw it', async () => {
  const { pool, submit, block } = await openPool()
  const next = tx(1, 1)
  await submit(next)
  assert.equal(pool.status().future, 1)
  await block({ transactions: [tx(1, 0)] })
  assert.deepEqual(order(pool.pending(), [next]), [0])
})

test('what a block holds leaves the pool at once, and what builds on it stays ready', async () => {
  const { pool, submit, block } = await openPool()
  const all = [tx(1, 0), tx(1, 1), tx(2, 0)]
  const [first] = await submit(...all)
  await block({ transactions: [all[0]!] })
  assert.equal(pool.has(first!), false)
  assert.deepEqual(order(pool.pending(), all), [1, 2])
  await block()
  assert.deepEqual(pool.status(), { ready: 0, readyBytes: 0, future: 0, futureBytes: 0 })
})

test('a rival in a block makes the pool drop its own', async () => {
  const { pool, watch, said, block } = await openPool()
  const ours = tx(1, 0, { tip: 3 })
  await watch(ours)
  await block({ transactions: [tx(1, 0, { tip: 1 })] })
  assert.equal(pool.status().ready, 0)
  assert.deepEqual(said(ours), ['ready', 'invalid'])
})

test('a higher priority replaces, and what builds on it stays', async () => {
  const { pool, submit, watch, full } = await openPool()
  const [old, rich, child] = [tx(1, 0, { tip: 5 }), tx(1, 0, { tip: 6 }), tx(1, 1)]
  await watch(old)
  await submit(child)
  const [by] = await submit(rich)
  assert.deepEqual(full(old).at(-1), { type: 'usurped', by })
  assert.deepEqual(order(pool.pending(), [old, rich, child]), [1, 2])
})

test('the same or a lower priority does not replace', async () => {
  const { pool, submit } = await openPool()
  const old = tx(1, 0, { tip: 5 })
  await submit(old)
  for (const tip of [4, 5])
    await assert.rejects(submit(tx(1, 0, { tip, padding: 1 })), {
      name: 'PoolError',
      code: POOL_ERROR.TOO_LOW_PRIORITY,
      message: `Priority is too low: (5 vs ${tip})`,
    })
  assert.deepEqual(order(pool.pending(), [old]), [0])
})

test('of two futures for one nonce the better one wins when its turn comes', async () => {
  const { pool, submit, watch, said } = await openPool()
  const all = [tx(1, 0), tx(1, 1, { tip: 1 }), tx(1, 1, { tip: 9 })]
  await watch(all[1]!)
  await submit(all[2]!, all[0]!)
  assert.deepEqual(order(pool.pending(), all), [0, 2])
  assert.equal(said(all[1]!).at(-1), 'usurped')
})

test('what takes a dependency out keeps what builds on it for later', async () => {
  const { pool, submit } = await openPool()
  const all = [tx(1, 0), tx(1, 1), tx(1, 2), tx(2, 0)]
  const hashes = await submit(...all)
  assert.deepEqual(pool.remove([hashes[0]!, `0x${'00'.repeat(32)}` as Hash]), [hashes[0]])
  assert.deepEqual(order(pool.pending(), all), [3])
  assert.equal(pool.status().future, 2)
  await assert.rejects(submit(all[0]!), { code: POOL_ERROR.BANNED })
  await submit(tx(1, 0, { tip: 2 }))
  assert.equal(pool.pending().length, 4)
})

test('during iteration, what leaves is skipped with all that needs it', async () => {
  const { pool, submit } = await openPool()
  const all = [tx(1, 0, { tip: 9 }), tx(1, 1), tx(2, 0), tx(3, 0)]
  const hashes = await submit(...all)
  const seen: number[] = []
  for (const { extrinsic, hash } of pool.ready()) {
    seen.push(order([extrinsic], all)[0]!)
    if (hash === hashes[0]) pool.remove([hash])
    if (hash === hashes[2]) pool.remove([hashes[3]!])
  }
  assert.deepEqual(seen, [0, 2])
})

test('a transaction is found by its hash, with what the runtime said of it', async () => {
  const { pool, submit } = await openPool()
  const extrinsic = tx(1, 0, { tip: 7, longevity: 5 })
  const [hash] = await submit(extrinsic)
  const found = pool.get(hash!)!
  assert.deepEqual(
    [found.extrinsic, found.priority, found.validTill, found.source, found.propagate],
    [extrinsic, 7n, 5, 'External', true],
  )
  assert.equal(found.provides.length, 1)
  assert.deepEqual(found.requires, [])
  assert.equal(pool.get(`0x${'11'.repeat(32)}` as Hash), undefined)
})

test('what asks not to be gossiped is not', async () => {
  const { submit, announced, pool } = await openPool()
  await submit(tx(1, 0, { kind: KIND.quiet }))
  assert.equal(pool.status().ready, 1)
  assert.deepEqual(announced, [])
})

test('a closed pool refuses, also what was on its way', async () => {
  const { pool, submit, block, announced } = await openPool()
  const onItsWay = submit(tx(1, 0))
  pool.close()
  await assert.rejects(onItsWay, { code: POOL_ERROR.OTHER, message: /closed/ })
  await assert.rejects(submit(tx(2, 0)), { code: POOL_ERROR.OTHER })
  await block({ transactions: [tx(1, 0)] })
  assert.deepEqual(announced, [])
})

test('signatures are verified together, before the runtime is asked', async () => {
  const { host, submit } = await openPool()
  const all = Array.from({ length: 70 }, (_, i) => tx(i + 1, 0))
  await submit(...all)
  assert.deepEqual(
    host.prepared.map((batch) => batch.length),
    [64, 6],
  )
})
