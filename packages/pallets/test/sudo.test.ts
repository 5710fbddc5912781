import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NONE, ROOT } from '@cess/frame'
import { by, idOf, type TestChain, TOKEN, testChain } from './support/chain.ts'

const to = (name: string) => ({ type: 'Id' as const, value: idOf(name) })
const setBob = (c: TestChain) =>
  c.tx.Balances.force_set_balance({ who: to('bob'), newFree: 5n * TOKEN })

test('the sudo account acts as Root, and says how it ended', () => {
  const c = testChain()
  c.ok(by('alice'), c.tx.Sudo.sudo({ call: setBob(c) }))
  assert.equal(c.free('bob'), 5n * TOKEN)
  assert.deepEqual(c.event('Sudo.Sudid'), { sudoResult: { type: 'Ok', value: undefined } })
  const rich = c.tx.Balances.force_transfer({
    source: to('bob'),
    dest: to('alice'),
    value: TOKEN ** 2n,
  })
  c.ok(by('alice'), c.tx.Sudo.sudo({ call: rich }))
  assert.deepEqual(c.event('Sudo.Sudid'), {
    sudoResult: { type: 'Err', value: { type: 'Token', value: 'FundsUnavailable' } },
  })
  const { post } = c.run(() => c.runtime.dispatch(by('alice'), c.tx.Sudo.sudo({ call: setBob(c) })))
  assert.equal(post.paysFee, 'No')
})

test('nobody else does, in whatever way', () => {
  const c = testChain()
  const { Sudo: tx } = c.tx
  const all = [
    tx.sudo({ call: setBob(c) }),
    tx.sudo_as({ who: to('alice'), call: tx.sudo({ call: setBob(c) }) }),
    tx.set_key({ new: to('mallory') }),
    tx.remove_key({}),
  ]
  for (const call of all) {
    c.noop(by('mallory'), call, 'Sudo.RequireSudo')
    c.noop(by('bob'), call, 'Sudo.RequireSudo')
    for (const origin of [NONE, ROOT]) c.noop(origin, call, 'BadOrigin')
  }
  const batch = c.tx.Utility.batch_all({ calls: [all[0]!] })
  c.noop(by('mallory'), batch, 'Sudo.RequireSudo')
})

test('it acts as another account with that account’s rights', () => {
  const c = testChain()
  const before = c.free('bob')
  const send = c.tx.Balances.transfer_keep_alive({ dest: to('new'), value: TOKEN })
  c.ok(by('alice'), c.tx.Sudo.sudo_as({ who: to('bob'), call: send }))
  assert.deepEqual([before - c.free('bob'), c.free('new')], [TOKEN, TOKEN])
  c.ok(by('alice'), c.tx.Sudo.sudo_as({ who: to('bob'), call: setBob(c) }))
  assert.deepEqual(c.event('Sudo.SudoAsDone'), {
    sudoResult: { type: 'Err', value: { type: 'BadOrigin', value: undefined } },
  })
  const nobody = { type: 'Index' as const, value: 1 }
  c.noop(by('alice'), c.tx.Sudo.sudo_as({ who: nobody, call: send }), 'CannotLookup')
})

test('the right is handed on, and given up for good', () => {
  const c = testChain()
  c.noop(
    by('alice'),
    c.tx.Sudo.set_key({ new: { type: 'Raw', value: new Uint8Array(3) } }),
    'CannotLookup',
  )
  c.ok(by('alice'), c.tx.Sudo.set_key({ new: to('bob') }))
  assert.deepEqual(c.event('Sudo.KeyChanged'), { old: idOf('alice'), new: idOf('bob') })
  c.noop(by('alice'), c.tx.Sudo.sudo({ call: setBob(c) }), 'Sudo.RequireSudo')
  c.ok(by('bob'), c.tx.Sudo.remove_key({}))
  c.noop(by('bob'), c.tx.Sudo.sudo({ call: setBob(c) }), 'Sudo.RequireSudo')
})
