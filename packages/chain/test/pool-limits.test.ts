import assert from 'node:assert/strict'
import { test } from 'node:test'
import { POOL_ERROR } from '../src/index.ts'
import { openPool, order, tx } from './support/pool-kit.ts'
import { KIND } from './support/toy-runtime.ts'

const SIZE = tx(1, 0).length

test('a full pool drops its worst for something better, and refuses the rest', async () => {
  const { pool, submit, watch, said } = await openPool({ count: 3 })
  const all = [
    tx(1, 0, { tip: 3 }),
    tx(2, 0, { tip: 2 }),
    tx(3, 0, { tip: 4 }),
    tx(4, 0, { tip: 5 }),
  ]
  await watch(all[1]!)
  await submit(all[0]!, all[2]!, all[3]!)
  assert.deepEqual(order(pool.pending(), all), [3, 2, 0])
  assert.deepEqual(said(all[1]!), ['ready', 'dropped'])
  for (const tip of [1, 3])
    await assert.rejects(submit(tx(5, 0, { tip })), { code: POOL_ERROR.IMMEDIATELY_DROPPED })
  assert.equal(pool.status().ready, 3)
})

test('bytes are limited as well', async () => {
  const { pool, submit } = await openPool({ bytes: 3 * SIZE })
  await submit(tx(1, 0, { tip: 1 }), tx(2, 0, { tip: 2 }), tx(3, 0, { tip: 3 }))
  await submit(tx(4, 0, { tip: 4, padding: SIZE }))
  const status = pool.status()
  assert.deepEqual([status.ready, status.readyBytes], [2, 3 * SIZE])
  assert.ok(pool.pending().every((one) => one[1] === 3 || one[1] === 4))
})

test('one extrinsic may only be so long', async () => {
  const { submit } = await openPool({ extrinsicBytes: SIZE })
  await submit(tx(1, 0))
  await assert.rejects(submit(tx(2, 0, { padding: 1 })), {
    code: POOL_ERROR.INVALID,
    data: 'Transaction would exhaust the block limits',
  })
})

test('futures get a tenth of the pool', async () => {
  const { pool, submit } = await openPool({ count: 20 })
  await submit(tx(1, 5, { tip: 5 }), tx(2, 5, { tip: 6 }))
  await assert.rejects(submit(tx(3, 5, { tip: 1 })), { code: POOL_ERROR.IMMEDIATELY_DROPPED })
  await submit(tx(4, 5, { tip: 9 }))
  assert.deepEqual([pool.status().ready, pool.status().future], [0, 2])
})

// One account could otherwise fill the futures with nonces that never come.
test('one sender may have only so many futures, and others are not in its way', async () => {
  const { pool, submit } = await openPool({ futuresPerSender: 2, count: 100 })
  await submit(tx(1, 2), tx(1, 3))
  await assert.rejects(submit(tx(1, 4, { tip: 1000 })), { code: POOL_ERROR.IMMEDIATELY_DROPPED })
  await submit(tx(2, 7))
  assert.equal(pool.status().future, 3)
})

test('limits hold for what becomes future later', async () => {
  const { pool, submit, watch, said } = await openPool({ count: 20 })
  const [first] = await submit(tx(1, 0))
  const chain = [1, 2, 3, 4, 5].map((nonce) => tx(1, nonce, { tip: 10 - nonce }))
  for (const one of chain) await watch(one)
  pool.remove([first!])
  await submit(tx(2, 0))
  assert.equal(pool.status().future, 2)
  assert.equal(chain.filter((one) => said(one).at(-1) === 'dropped').length, 3)
})

test('only so much waits for verification', async () => {
  const { submit, pool } = await openPool({ count: 3 })
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => submit(tx(n, 0))))
  assert.deepEqual(
    results.map((one) => one.status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
  )
  assert.equal(pool.status().ready, 3)
})

test('the same transaction twice is one, also while it is being verified', async () => {
  const { submit, pool } = await openPool()
  const one = tx(1, 0)
  const first = submit(one)
  await assert.rejects(submit(one), { code: POOL_ERROR.ALREADY_IMPORTED })
  await first
  await assert.rejects(submit(one), { code: POOL_ERROR.ALREADY_IMPORTED })
  assert.equal(pool.status().ready, 1)
})

test('what the runtime refuses is refused in its words and banned', async () => {
  const { submit, clock } = await openPool({ banMs: 1000 })
  const bad = tx(1, 0, { kind: KIND.custom })
  await assert.rejects(submit(bad), {
    code: POOL_ERROR.INVALID,
    message: 'Invalid Transaction',
    data: 'Custom error: 7',
  })
  await assert.rejects(submit(bad), { code: POOL_ERROR.BANNED })
  await clock.advance(1000)
  await assert.rejects(submit(bad), { code: POOL_ERROR.INVALID })
})

test('stale nonces are invalid', async () => {
  const { submit, block } = await openPool()
  await block({ transactions: [tx(1, 0)] })
  await assert.rejects(submit(tx(1, 0, { tip: 3 })), {
    code: POOL_ERROR.INVALID,
    data: 'Transaction is outdated',
  })
})

test('what nothing can be said about is refused and may come again', async () => {
  const { submit } = await openPool()
  const unknown = tx(1, 0, { kind: KIND.unknown })
  for (let i = 0; i < 2; i++)
    await assert.rejects(submit(unknown), {
      code: POOL_ERROR.UNKNOWN_VALIDITY,
      data: 'Could not lookup information required to validate the transaction',
    })
})

test('bytes that are no extrinsic are refused and banned', async () => {
  const { submit } = await openPool()
  const junk = Uint8Array.of(9, 9, 9)
  await assert.rejects(submit(junk), { code: POOL_ERROR.VERIFICATION })
  await assert.rejects(submit(junk), { code: POOL_ERROR.BANNED })
})

test('a transaction without tags is refused', async () => {
  const { submit } = await openPool()
  await assert.rejects(submit(tx(1, 0, { kind: KIND.noTags })), { code: POOL_ERROR.NO_TAGS })
})

test('what a block has had cannot come again', async () => {
  const { submit, block } = await openPool()
  const one = tx(1, 0)
  await submit(one)
  await block()
  await assert.rejects(submit(one), { code: POOL_ERROR.BANNED })
})

test('a transaction leaves when its time is over', async () => {
  const { pool, watch, said, block } = await openPool({ revalidatePerBlock: 0 })
  const short = tx(1, 0, { longevity: 2 })
  await watch(short)
  await block({ transactions: [] })
  assert.equal(pool.status().ready, 1)
  await block({ transactions: [] })
  assert.equal(pool.status().ready, 0)
  assert.deepEqual(said(short), ['ready', 'invalid'])
})

test('what became invalid is found again after a block', async () => {
  const { pool, watch, said, block } = await openPool()
  const below = tx(1, 0, { kind: KIND.below, arg: 1 })
  await watch(below)
  await block({ transactions: [tx(2, 0)] })
  assert.equal(pool.status().ready, 0)
  assert.deepEqual(said(below), ['ready', 'invalid'])
})

test('each block has a few of the pool validated again, the longest unchecked first', async () => {
  const { submit, block, host } = await openPool({ revalidatePerBlock: 3 })
  await submit(...Array.from({ length: 9 }, (_, i) => tx(i + 1, 0)))
  const entry = 'TaggedTransactionQueue_validate_transaction'
  for (let round = 1; round <= 3; round++) {
    const before = host.calls.get(entry)!
    await block({ transactions: [] })
    // Three of the pool's, and the inherent of the block, which it looked at as a stranger.
    assert.equal(host.calls.get(entry)! - before, 4)
  }
})
