import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId } from '@cess/bytes'
import { utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import fc from 'fast-check'
import { by, ED, idOf, type TestChain, TOKEN, testChain } from './support/chain.ts'

const to = (name: string) => ({ type: 'Id' as const, value: idOf(name) })
const exists = (c: TestChain, name: string): boolean => c.run(() => c.api.system.exists(idOf(name)))
const names = (c: TestChain) => c.events().map((e) => `${e.type}.${e.value.type}`)

test('a transfer moves tokens and tells who got them, new accounts first', () => {
  const c = testChain()
  const before = c.free('alice')
  c.ok(by('alice'), c.tx.Balances.transfer_keep_alive({ dest: to('new'), value: 5n * TOKEN }))
  assert.equal(c.free('alice'), before - 5n * TOKEN)
  assert.equal(c.free('new'), 5n * TOKEN)
  assert.deepEqual(names(c), ['System.NewAccount', 'Balances.Endowed', 'Balances.Transfer'])
  assert.deepEqual(c.event('Balances.Transfer'), {
    from: idOf('alice'),
    to: idOf('new'),
    amount: 5n * TOKEN,
  })
})

test('who has less can not send more, and nobody sends without a signature', () => {
  const c = testChain()
  const { transfer_keep_alive: keep, transfer_allow_death: any } = c.tx.Balances
  const all = c.free('alice')
  c.noop(by('alice'), keep({ dest: to('bob'), value: all }), 'Token.NotExpendable')
  c.noop(by('alice'), any({ dest: to('bob'), value: all + 1n }), 'Token.FundsUnavailable')
  c.noop(by('nobody'), any({ dest: to('bob'), value: 1n }), 'Token.FundsUnavailable')
  c.noop(by('alice'), any({ dest: to('new'), value: ED - 1n }), 'Token.BelowMinimum')
  c.noop(by('alice'), any({ dest: { type: 'Index', value: 3 }, value: 1n }), 'CannotLookup')
  for (const origin of [NONE, ROOT]) {
    c.noop(origin, keep({ dest: to('bob'), value: 1n }), 'BadOrigin')
    c.noop(origin, c.tx.Balances.transfer_all({ dest: to('bob'), keepAlive: false }), 'BadOrigin')
    c.noop(origin, c.tx.Balances.burn({ value: 1n, keepAlive: false }), 'BadOrigin')
  }
})

test('to oneself and of nothing change no balance', () => {
  const c = testChain()
  const before = c.free('alice')
  c.ok(by('alice'), c.tx.Balances.transfer_allow_death({ dest: to('alice'), value: TOKEN }))
  c.ok(by('alice'), c.tx.Balances.transfer_allow_death({ dest: to('bob'), value: 0n }))
  assert.equal(c.free('alice'), before)
})

test('an account ends when it falls below the existential deposit; what is left is burned', () => {
  const c = testChain()
  c.ok(by('alice'), c.tx.Balances.transfer_keep_alive({ dest: to('new'), value: TOKEN }))
  const issued = c.issuance()
  const value = TOKEN - ED + 1n
  c.noop(
    by('new'),
    c.tx.Balances.transfer_keep_alive({ dest: to('bob'), value }),
    'Token.NotExpendable',
  )
  c.ok(by('new'), c.tx.Balances.transfer_allow_death({ dest: to('bob'), value }))
  assert.equal(exists(c, 'new'), false)
  assert.deepEqual(c.event('Balances.DustLost'), { account: idOf('new'), amount: ED - 1n })
  assert.equal(c.issuance(), issued - (ED - 1n))
})

test('all that may be sent is sent, with and without the sender', () => {
  const c = testChain()
  c.ok(by('alice'), c.tx.Balances.transfer_keep_alive({ dest: to('new'), value: TOKEN }))
  c.ok(by('new'), c.tx.Balances.transfer_all({ dest: to('bob'), keepAlive: true }))
  assert.equal(c.free('new'), ED)
  c.ok(by('new'), c.tx.Balances.transfer_all({ dest: to('bob'), keepAlive: false }))
  assert.equal(exists(c, 'new'), false)
})

test('Root moves, sets and frees; others do not', () => {
  const c = testChain()
  const { Balances: tx } = c.tx
  const calls = [
    tx.force_transfer({ source: to('alice'), dest: to('bob'), value: TOKEN }),
    tx.force_unreserve({ who: to('alice'), amount: 1n }),
    tx.force_set_balance({ who: to('bob'), newFree: 7n * TOKEN }),
    tx.force_adjust_total_issuance({ direction: 'Increase', delta: 1n }),
  ]
  for (const call of calls) c.noop(by('mallory'), call, 'BadOrigin')
  const [a, b] = [c.free('alice'), c.free('bob')]
  c.ok(ROOT, calls[0]!)
  assert.deepEqual([c.free('alice'), c.free('bob')], [a - TOKEN, b + TOKEN])
  const issued = c.issuance()
  c.ok(ROOT, calls[2]!)
  assert.equal(c.free('bob'), 7n * TOKEN)
  assert.equal(c.issuance(), issued - (b + TOKEN) + 7n * TOKEN)
  c.ok(ROOT, tx.force_set_balance({ who: to('bob'), newFree: ED - 1n }))
  assert.equal(exists(c, 'bob'), false)
  assert.deepEqual(c.event('Balances.BalanceSet'), { who: idOf('bob'), free: 0n })
  c.ok(ROOT, tx.force_set_balance({ who: to('never'), newFree: 1n }))
  assert.equal(exists(c, 'never'), false)
})

test('the issuance can be corrected, but not by nothing and not below nothing', () => {
  const c = testChain()
  const adjust = c.tx.Balances.force_adjust_total_issuance
  const issued = c.issuance()
  c.noop(ROOT, adjust({ direction: 'Decrease', delta: 0n }), 'Balances.DeltaZero')
  c.noop(ROOT, adjust({ direction: 'Decrease', delta: issued + 1n }), 'Arithmetic.Underflow')
  c.noop(
    ROOT,
    adjust({ direction: 'Increase', delta: (1n << 128n) - issued }),
    'Arithmetic.Overflow',
  )
  c.ok(ROOT, adjust({ direction: 'Increase', delta: 5n }))
  assert.deepEqual(c.event('Balances.TotalIssuanceForced'), { old: issued, new: issued + 5n })
})

test('burned tokens are gone from the issuance', () => {
  const c = testChain()
  const issued = c.issuance()
  c.ok(by('alice'), c.tx.Balances.burn({ value: TOKEN, keepAlive: true }))
  assert.equal(c.issuance(), issued - TOKEN)
  assert.deepEqual(names(c), ['Balances.Burned'])
  const all = c.free('alice')
  c.noop(by('alice'), c.tx.Balances.burn({ value: all, keepAlive: true }), 'Token.FundsUnavailable')
  c.ok(by('alice'), c.tx.Balances.burn({ value: all, keepAlive: false }))
  assert.equal(exists(c, 'alice'), false)
})

test('a reserve can not be spent, comes back, or goes to another', () => {
  const c = testChain()
  const { balances } = c.api
  const alice = idOf('alice')
  const all = c.free('alice')
  c.run(() => balances.reserve(alice, 10n * TOKEN))
  assert.deepEqual([c.free('alice'), c.reserved('alice')], [all - 10n * TOKEN, 10n * TOKEN])
  const whole = c.tx.Balances.transfer_allow_death({ dest: to('bob'), value: all })
  c.noop(by('alice'), whole, 'Token.FundsUnavailable')
  assert.throws(() => c.run(() => balances.reserve(alice, all)), /InsufficientBalance/)
  assert.equal(
    c.run(() => balances.unreserve(alice, 4n * TOKEN)),
    4n * TOKEN,
  )
  assert.equal(
    c.run(() => balances.repatriate(alice, idOf('bob'), 100n * TOKEN)),
    6n * TOKEN,
  )
  assert.equal(c.reserved('alice'), 0n)
  c.run(() => balances.reserve(alice, TOKEN))
  c.ok(ROOT, c.tx.Balances.force_unreserve({ who: to('alice'), amount: 5n * TOKEN }))
  assert.equal(c.reserved('alice'), 0n)
})

test('a reserve alone keeps an account alive, until it is taken', () => {
  const c = testChain()
  const { balances } = c.api
  c.ok(by('alice'), c.tx.Balances.transfer_keep_alive({ dest: to('new'), value: TOKEN }))
  c.run(() => balances.reserve(idOf('new'), TOKEN - ED))
  c.ok(by('new'), c.tx.Balances.transfer_all({ dest: to('bob'), keepAlive: false }))
  assert.deepEqual([exists(c, 'new'), c.free('new')], [true, 0n])
  c.run(() => balances.repatriate(idOf('new'), idOf('bob'), TOKEN))
  assert.equal(exists(c, 'new'), false)
})

test('a lock holds the most of what locks ask for, and a reserve counts towards it', () => {
  const c = testChain()
  const { balances } = c.api
  const alice = idOf('alice')
  const all = c.free('alice')
  const [one, two] = [utf8('lock one'), utf8('lock two')]
  const send = (value: bigint) => c.tx.Balances.transfer_allow_death({ dest: to('bob'), value })
  c.run(() => balances.setLock(one, alice, all - TOKEN))
  c.run(() => balances.setLock(two, alice, 5n))
  c.noop(by('alice'), send(2n * TOKEN), 'Token.Frozen')
  c.ok(by('alice'), send(TOKEN))
  c.run(() => balances.setLock(one, alice, 0n))
  assert.deepEqual(c.event('Balances.Unlocked'), { who: alice, amount: all - TOKEN - 5n })
  c.run(() => balances.setLock(two, alice, 0n))
  c.ok(by('alice'), send(TOKEN))
  const locks = c.storage.Balances.Locks
  assert.deepEqual(
    c.run(() => locks.get(alice)),
    [],
  )
  const rest = c.free('alice')
  c.run(() => {
    balances.setLock(one, alice, 10n * TOKEN)
    balances.reserve(alice, 10n * TOKEN)
  })
  c.ok(by('alice'), send(rest - 10n * TOKEN))
})

const someone = fc.constantFrom('alice', 'bob', 'charlie', 'new', 'other')
const amounts = fc.oneof(
  fc.bigInt(0n, 3n * TOKEN),
  fc.bigInt(0n, 2n * ED),
  fc.constantFrom(0n, 1n, ED, ED - 1n, (1n << 128n) - 1n),
)
type Step = (c: TestChain) => void
const step: fc.Arbitrary<Step> = fc
  .tuple(fc.integer({ min: 0, max: 8 }), someone, someone, amounts, fc.boolean())
  .map(([kind, a, b, value, keepAlive]) =>
    Object.assign(
      (c: TestChain) => {
        const { Balances: tx } = c.tx
        const { balances } = c.api
        const attempt = (work: () => void) => {
          c.state.begin()
          try {
            c.run(work)
            c.state.commit()
          } catch {
            c.state.rollback()
          }
        }
        const send = (call: Parameters<typeof c.runtime.dispatch>[1]) =>
          c.run(() => c.runtime.dispatch(by(a), call))
        if (kind === 0) send(tx.transfer_allow_death({ dest: to(b), value }))
        else if (kind === 1) send(tx.transfer_keep_alive({ dest: to(b), value }))
        else if (kind === 2) send(tx.transfer_all({ dest: to(b), keepAlive }))
        else if (kind === 3) send(tx.burn({ value, keepAlive }))
        else if (kind === 4) attempt(() => balances.reserve(idOf(a), value))
        else if (kind === 5) attempt(() => balances.unreserve(idOf(a), value))
        else if (kind === 6) attempt(() => balances.repatriate(idOf(a), idOf(b), value))
        else if (kind === 7)
          attempt(() => balances.setLock(utf8('a lock ..'.slice(0, 8)), idOf(a), value))
        else attempt(() => balances.deposit(idOf(a), value % (1n << 80n)))
      },
      { toString: () => `${kind} ${a} ${b} ${value} ${keepAlive}` },
    ),
  )

function held(c: TestChain): { sum: bigint; dust: AccountId[] } {
  return c.run(() => {
    let sum = 0n
    const dust: AccountId[] = []
    for (const [[who], account] of c.storage.System.Account.entries()) {
      const total = account.data.free + account.data.reserved
      sum += total
      if (total < ED && account.data.reserved === 0n) dust.push(who)
    }
    return { sum, dust }
  })
}

test('whatever happens, all balances together are the issuance and nobody lives on dust', () => {
  const c = testChain()
  c.ok(ROOT, c.tx.Balances.force_set_balance({ who: to('alice'), newFree: 3n * TOKEN }))
  c.ok(ROOT, c.tx.Balances.force_set_balance({ who: to('bob'), newFree: 2n * TOKEN }))
  c.ok(ROOT, c.tx.Balances.force_set_balance({ who: to('charlie'), newFree: ED }))
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      c.state.begin()
      try {
        for (const one of steps) one(c)
        const { sum, dust } = held(c)
        assert.equal(sum, c.issuance())
        assert.deepEqual(dust, [])
      } finally {
        c.state.rollback()
      }
    }),
    { numRuns: 150 },
  )
})
