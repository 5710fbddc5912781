import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cess/bytes'
import type { Extrinsic } from '@cess/primitives'
import type { BuildBlock } from '../src/index.ts'
import { counter, grow, growLine, openKit } from './support/chain-kit.ts'
import { account, KIND, transfer } from './support/toy-runtime.ts'

const options = (parent: Hash, more: Partial<BuildBlock> = {}): BuildBlock => ({
  parent,
  preDigests: [],
  inherentData: new Map([
    ['timstap0', new Uint8Array(8)],
    ['babeslot', new Uint8Array(8)],
  ]),
  transactions: [],
  shouldStop: () => false,
  ...more,
})
const xt = (n: number, kind: number = KIND.add, nonce = 0): Extrinsic =>
  transfer({ account: account(n), nonce, kind })

test('inherents come first, then transactions in order', async () => {
  const { chain } = await openKit()
  const built = await chain.buildBlock(options(chain.genesisHash, { transactions: [xt(1), xt(2)] }))
  assert.deepEqual(
    built.body.map((one) => one[0]),
    [0, 1, 1],
  )
  assert.equal(built.header.number, 1)
  assert.equal(built.header.parentHash, chain.genesisHash)
  assert.equal(built.header.stateRoot, built.changes.root)
})

test('refused transactions leave no trace and only invalid ones are reported', async () => {
  const { chain } = await openKit()
  const invalid: Extrinsic[] = []
  const transactions = [
    xt(1),
    xt(2, KIND.trap),
    xt(3, KIND.broke),
    xt(4, KIND.add, 5),
    xt(5),
    xt(1),
  ]
  const built = await chain.buildBlock(
    options(chain.genesisHash, { transactions, onInvalid: (one) => invalid.push(one) }),
  )
  assert.deepEqual(built.body.slice(1), [transactions[0], transactions[4]])
  assert.deepEqual(invalid, [transactions[1], transactions[2], transactions[5]])
  const result = await grow(chain, { transactions })
  assert.equal(counter(chain, result.hash), 2)
})

test('what does not fit is skipped and not reported', async () => {
  const { chain } = await openKit()
  const invalid: Extrinsic[] = []
  const heavy = [1, 2, 3, 4, 5, 6].map((n) => xt(n, KIND.heavy))
  const light = xt(9)
  const built = await chain.buildBlock(
    options(chain.genesisHash, {
      transactions: [...heavy, light],
      onInvalid: (one) => invalid.push(one),
    }),
  )
  assert.deepEqual(built.body.slice(1), [...heavy.slice(0, 4), light])
  assert.deepEqual(invalid, [])
})

test('a full block stops looking after some that do not fit', async () => {
  const { chain } = await openKit()
  let tried = 0
  const transactions = (function* () {
    for (let n = 1; n < 100; n++) {
      tried = n
      yield xt(n, KIND.heavy)
    }
  })()
  await chain.buildBlock(options(chain.genesisHash, { transactions }))
  assert.equal(tried, 4 + 8 + 1)
})

test('size limit and shouldStop end a block', async () => {
  const { chain } = await openKit()
  const big = transfer({ account: account(1), nonce: 0, padding: 4000 })
  const sized = await chain.buildBlock(
    options(chain.genesisHash, { transactions: [big, xt(2)], sizeLimit: 3000 }),
  )
  assert.deepEqual(sized.body.slice(1), [xt(2)])
  let asked = 0
  const stopped = await chain.buildBlock(
    options(chain.genesisHash, {
      transactions: [xt(1), xt(2), xt(3)],
      shouldStop: () => ++asked > 2,
    }),
  )
  assert.equal(stopped.body.length, 1 + 2)
})

test('transactions may come asynchronously', async () => {
  const { chain } = await openKit()
  const transactions = (async function* () {
    yield xt(1)
    await Promise.resolve()
    yield xt(2)
  })()
  const built = await chain.buildBlock(options(chain.genesisHash, { transactions }))
  assert.equal(built.body.length, 3)
})

test('building does not touch the chain, and any known block can be the parent', async () => {
  const { chain, events } = await openKit()
  const line = await growLine(chain, 2)
  events.length = 0
  const built = await chain.buildBlock(options(line[0]!))
  assert.equal(built.header.number, 2)
  assert.equal(chain.info().bestHash, line[1])
  assert.deepEqual(events, [])
  await assert.rejects(chain.buildBlock(options(`0x${'07'.repeat(32)}` as Hash)), {
    code: 'UNKNOWN_BLOCK',
  })
})

test('inherents that the runtime cannot make fail the build', async () => {
  const { chain } = await openKit()
  const inherentData = new Map([['timstap0', new Uint8Array(3)]])
  await assert.rejects(chain.buildBlock(options(chain.genesisHash, { inherentData })))
})
