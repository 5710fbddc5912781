import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NONE, ROOT, type RuntimeCall, type Weight } from '@cess/frame'
import { decode, encode } from '@cess/scale'
import { by, idOf, type TestChain, TOKEN, testChain } from './support/chain.ts'

const to = (name: string) => ({ type: 'Id' as const, value: idOf(name) })
const pay = (c: TestChain, value: bigint, dest = 'new') =>
  c.tx.Balances.transfer_keep_alive({ dest: to(dest), value })
const bad = (c: TestChain) => pay(c, 1n, 'too poor to be')
/** Events after the last transfer of a kind, as names with what they say of errors. */
const said = (c: TestChain, who: string, call: RuntimeCall): unknown[] => {
  const before = c.events().length
  c.ok(by(who), call)
  return c
    .events()
    .slice(before)
    .filter((e) => e.type === 'Utility' || e.value.type === 'Transfer')
    .map((e) => (e.value.type === 'Transfer' ? 'Transfer' : e.value))
}
const BELOW = { type: 'Token', value: 'BelowMinimum' }
const item = { type: 'ItemCompleted', value: {} }

test('a batch stops at the first call that fails, and keeps what came before', () => {
  const c = testChain()
  const calls = [pay(c, TOKEN), pay(c, TOKEN), bad(c), pay(c, TOKEN)]
  assert.deepEqual(said(c, 'alice', c.tx.Utility.batch({ calls })), [
    'Transfer',
    item,
    'Transfer',
    item,
    { type: 'BatchInterrupted', value: { index: 2, error: BELOW } },
  ])
  assert.equal(c.free('new'), 2n * TOKEN)
  assert.deepEqual(said(c, 'alice', c.tx.Utility.batch({ calls: calls.slice(0, 1) })), [
    'Transfer',
    item,
    { type: 'BatchCompleted', value: {} },
  ])
  assert.deepEqual(said(c, 'alice', c.tx.Utility.batch({ calls: [] })), [
    { type: 'BatchCompleted', value: {} },
  ])
})

test('batch_all does all or nothing, and fails with the error of the call', () => {
  const c = testChain()
  const calls = [pay(c, TOKEN), bad(c)]
  c.noop(by('alice'), c.tx.Utility.batch_all({ calls }), 'Token.BelowMinimum')
  const fine = [pay(c, TOKEN), pay(c, TOKEN)]
  assert.deepEqual(said(c, 'alice', c.tx.Utility.batch_all({ calls: fine })), [
    'Transfer',
    item,
    'Transfer',
    item,
    { type: 'BatchCompleted', value: {} },
  ])
})

test('force_batch does what it can and says what failed', () => {
  const c = testChain()
  const calls = [bad(c), pay(c, TOKEN), bad(c)]
  const failed = { type: 'ItemFailed', value: { error: BELOW } }
  assert.deepEqual(said(c, 'alice', c.tx.Utility.force_batch({ calls })), [
    failed,
    'Transfer',
    item,
    failed,
    { type: 'BatchCompletedWithErrors', value: {} },
  ])
  assert.deepEqual(said(c, 'alice', c.tx.Utility.force_batch({ calls: [pay(c, TOKEN)] })), [
    'Transfer',
    item,
    { type: 'BatchCompleted', value: {} },
  ])
})

test('a batch gives nobody rights: its calls have the origin of the batch', () => {
  const c = testChain()
  const root = c.tx.Balances.force_set_balance({ who: to('bob'), newFree: 0n })
  c.noop(by('mallory'), c.tx.Utility.batch_all({ calls: [root] }), 'BadOrigin')
  c.noop(NONE, c.tx.Utility.batch_all({ calls: [pay(c, TOKEN)] }), 'BadOrigin')
  c.ok(ROOT, c.tx.Utility.batch_all({ calls: [root] }))
  assert.equal(c.free('bob'), 0n)
})

test('a batch announces the sum of its calls and costs those that ran', () => {
  const c = testChain()
  const weightOf = (call: RuntimeCall): Weight => c.runtime.dispatchInfo(call).weight
  const one = weightOf(pay(c, TOKEN)).refTime
  const empty = weightOf(c.tx.Utility.batch({ calls: [] })).refTime
  const calls = [pay(c, TOKEN), bad(c), pay(c, TOKEN), pay(c, TOKEN)]
  for (const kind of ['batch', 'batch_all', 'force_batch'] as const)
    assert.equal(weightOf(c.tx.Utility[kind]({ calls })).refTime, empty + 4n * one)
  const cost = (call: RuntimeCall) =>
    c.run(() => c.runtime.dispatch(by('alice'), call)).post.actualWeight!.refTime
  assert.equal(cost(c.tx.Utility.batch({ calls })), empty + 2n * one)
  assert.equal(cost(c.tx.Utility.batch_all({ calls })), empty + 2n * one)
  assert.equal(cost(c.tx.Utility.force_batch({ calls })), empty + 4n * one)
})

test('calls nest as deep as they decode, and no deeper', () => {
  const c = testChain()
  const nest = (depth: number): RuntimeCall => {
    let call = pay(c, TOKEN)
    for (let i = 0; i < depth; i++) call = c.tx.Utility.batch_all({ calls: [call] })
    return call
  }
  const wire = (depth: number) => encode(c.runtime.call, nest(depth))
  let deepest = 0
  for (let depth = 1; depth < 300; depth++)
    try {
      c.ok(by('alice'), decode(c.runtime.call, wire(depth)))
      deepest = depth
    } catch (error) {
      assert.match(String(error), /TOO_DEEP/)
      break
    }
  assert.ok(deepest > 8 && deepest < 200, `${deepest}`)
  // Utility.batch_all of one call, over and over: three bytes each.
  const endless = new Uint8Array(1 << 20).map((_, i) => [1, 2, 4][i % 3]!)
  assert.throws(() => decode(c.runtime.call, endless), /TOO_DEEP/)
  c.ok(
    by('alice'),
    c.tx.Utility.batch({ calls: Array.from({ length: 1000 }, () => pay(c, 1n, 'bob')) }),
  )
  const many = c.tx.Utility.batch({ calls: Array.from({ length: 1001 }, () => pay(c, 1n, 'bob')) })
  assert.throws(() => encode(c.runtime.call, many), /TOO_LONG/)
})
