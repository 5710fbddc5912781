import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import { silentLogger } from '@cess/ports'
import fc from 'fast-check'
import { PoolError, type TxStatus } from '../src/index.ts'
import { createWatchers } from '../src/pool/watchers.ts'
import { forge, grow } from './support/chain-kit.ts'
import { openPool, order, tx } from './support/pool-kit.ts'

test('a watch goes from the pool through a block to finality', async () => {
  const { chain, pool, watch, full, block } = await openPool()
  const one = tx(1, 0)
  const hash = await watch(one)
  pool.broadcasted(hash, ['peer'])
  const { hash: at } = await block()
  await block()
  await chain.finalize(at)
  assert.deepEqual(full(one), [
    { type: 'ready' },
    { type: 'broadcast', peers: ['peer'] },
    { type: 'inBlock', block: at, index: 1 },
    { type: 'finalized', block: at, index: 1 },
  ])
})

test('a retracted transaction comes back and is included again', async () => {
  const { chain, pool, watch, full, block } = await openPool()
  const one = tx(1, 0)
  const hash = await watch(one)
  const a = await block()
  assert.equal(pool.has(hash), false)
  const b = await block({ parent: chain.genesisHash, transactions: [], salt: 1, weight: 5 })
  assert.equal(b.best, true)
  assert.deepEqual(order(pool.pending(), [one]), [0])
  const c = await block()
  await chain.finalize(c.hash)
  assert.deepEqual(full(one), [
    { type: 'ready' },
    { type: 'inBlock', block: a.hash, index: 1 },
    { type: 'retracted', block: a.hash },
    { type: 'ready' },
    { type: 'inBlock', block: c.hash, index: 1 },
    { type: 'finalized', block: c.hash, index: 1 },
  ])
})

test('a transaction that both forks hold moves from one to the other without going back', async () => {
  const { chain, pool, watch, full, block } = await openPool()
  const one = tx(1, 0)
  await watch(one)
  const a = await block()
  const b = await block({ parent: chain.genesisHash, transactions: [one], salt: 1, weight: 5 })
  assert.equal(pool.status().ready, 0)
  assert.deepEqual(
    full(one).map((status) => [status.type, 'block' in status && status.block]),
    [
      ['ready', false],
      ['inBlock', a.hash],
      ['retracted', a.hash],
      ['inBlock', b.hash],
    ],
  )
})

test('what built on a retracted transaction waits for it again', async () => {
  const { chain, pool, submit, block } = await openPool()
  const [first, second] = [tx(1, 0), tx(1, 1)]
  await grow(chain, { transactions: [first] })
  await submit(second)
  assert.deepEqual(order(pool.pending(), [first, second]), [1])
  // Without `first`, which the pool never had: it brings it home from the retracted block.
  await block({ parent: chain.genesisHash, transactions: [], salt: 1, weight: 5 })
  assert.deepEqual(order(pool.pending(), [first, second]), [0, 1])
})

test('a retracted transaction that is invalid on the new chain is given up', async () => {
  const { chain, pool, watch, said, block } = await openPool()
  const ours = tx(1, 0, { tip: 1 })
  await watch(ours)
  await block()
  await block({
    parent: chain.genesisHash,
    transactions: [tx(1, 0, { tip: 2 })],
    salt: 1,
    weight: 5,
  })
  assert.equal(pool.status().ready, 0)
  assert.deepEqual(said(ours), ['ready', 'inBlock', 'retracted', 'invalid'])
})

test('finality that moves the best block brings transactions back, too', async () => {
  const { chain, pool, watch, said, block } = await openPool()
  const one = tx(1, 0)
  await watch(one)
  await block({ weight: 9 })
  const other = await block({ parent: chain.genesisHash, transactions: [], salt: 1, weight: 1 })
  assert.equal(other.best, false)
  await chain.finalize(other.hash)
  await pool.settled()
  assert.deepEqual(order(pool.pending(), [one]), [0])
  assert.deepEqual(said(one), ['ready', 'inBlock', 'retracted', 'ready'])
})

test('a block on a fork that is not best changes nothing', async () => {
  const { chain, pool, submit, block } = await openPool()
  const one = tx(1, 0)
  await block({ transactions: [] })
  await submit(one)
  await block({ parent: chain.genesisHash, transactions: [one], salt: 1, weight: 0 })
  assert.equal(pool.status().ready, 1)
})

test('a cancelled watch hears no more, and one that throws does not stop others', async () => {
  const { pool, block } = await openPool()
  const heard: string[] = []
  const careless = await pool.watch(tx(1, 0), 'Local', () => {
    throw new Error('careless')
  })
  const { cancel } = await pool.watch(tx(2, 0), 'Local', (status) => heard.push(status.type))
  cancel()
  assert.equal(pool.has(careless.hash), true)
  await block()
  assert.deepEqual(heard, ['ready'])
})

test('a refused submission is not watched', async () => {
  const { pool, watch, full, chain } = await openPool()
  const one = tx(1, 0, { longevity: 0 })
  await grow(chain, { transactions: [tx(1, 0)] })
  await assert.rejects(watch(one))
  assert.deepEqual(full(one), [])
  assert.equal(pool.status().ready, 0)
})

test('a watch ends when finality does not come', () => {
  const watchers = createWatchers(silentLogger)
  const said: TxStatus[] = []
  const [hash, block] = [toHex(new Uint8Array(32)), toHex(new Uint8Array(32).fill(1))] as [
    Hash,
    Hash,
  ]
  watchers.add(hash, (status) => said.push(status))
  watchers.included(block, 10, [hash])
  watchers.expire(10 + 511)
  assert.equal(watchers.size, 1)
  watchers.expire(10 + 512)
  watchers.finalized(block)
  assert.deepEqual(said.at(-1), { type: 'finalityTimeout', block })
  assert.equal(watchers.size, 0)
})

test('the pool can always be built into a block, whatever happened', async () => {
  let reorgs = 0
  const action = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        submit: fc.record({
          who: fc.integer({ min: 1, max: 4 }),
          nonce: fc.nat(5),
          tip: fc.nat(9),
        }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ grow: fc.nat(), share: fc.nat(4), weight: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ finalize: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat() }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30, size: 'max' }), async (actions) => {
      const { chain, events, pool, submit } = await openPool({ count: 40 })
      const foreign: Uint8Array[] = []
      const blocks = [chain.genesisHash]
      for (const [salt, one] of actions.entries()) {
        if ('submit' in one) {
          const { who, nonce, tip } = one.submit
          const extrinsic = tx(who, nonce, { tip })
          if (salt % 4 === 0) foreign.push(extrinsic)
          else
            await submit(extrinsic).catch((error: unknown) => {
              if (!(error instanceof PoolError)) throw error
            })
        } else if ('grow' in one) {
          const { finalizedHash } = chain.info()
          const open = blocks.filter((b) => chain.header(b) && chain.isAncestor(finalizedHash, b))
          // Mostly near the tips, so that forks grow.
          const parent = open[open.length - 1 - (one.grow % Math.min(open.length, 4))]!
          const some = pool.pending().slice(0, one.share)
          const { hash } = await grow(chain, {
            parent,
            salt,
            weight: one.weight,
            transactions: [...some, ...foreign],
          })
          blocks.push(hash)
          reorgs += Number(events.at(-1)!.retracted.length > 0)
        } else if ('finalize' in one) {
          const { bestNumber, finalizedNumber } = chain.info()
          const at = finalizedNumber + (one.finalize % (bestNumber - finalizedNumber + 1))
          await chain.finalize(chain.hashAt(at)!)
        } else {
          const pending = [...pool.ready()]
          if (pending.length > 0) pool.remove([pending[one.remove % pending.length]!.hash])
        }
        await pool.settled()
        const pending = pool.pending()
        const { body } = await forge(chain, { transactions: pending, salt: 200 })
        assert.deepEqual(body.slice(1), pending, 'a ready transaction did not apply')
        assert.equal(pool.status().ready, pending.length)
      }
    }),
    { numRuns: 60 },
  )
  assert.ok(reorgs > 10)
})
