import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import fc from 'fast-check'
import {
  by,
  COLLATERAL,
  DAY,
  EXIT_LOCK,
  FAUCET,
  idOf,
  minerName,
  type TestChain,
  TIB,
  TOKEN,
  testChain,
} from './support/chain.ts'
import { invariants, minerInfo, registerMiners } from './support/storage.ts'

const peerId = new Uint8Array(38).fill(1)
const M0 = minerName(0)
const registration = (c: TestChain, who: string, tibCount = 1, stakingVal = COLLATERAL) =>
  c.tx.Sminer.regnstk({ beneficiary: idOf(who), peerId, stakingVal, tibCount })
const punish = (c: TestChain, who: string, percent: bigint): void =>
  c.run(() => c.api.sminer.registry.punish(idOf(who), percent))
const count = (c: TestChain): number => c.run(() => c.api.sminer.registry.count())

test('a miner registers with collateral for the space it declares', () => {
  const c = testChain()
  const before = c.free(M0)
  c.ok(by(M0), registration(c, M0, 3, 5n * COLLATERAL))
  assert.deepEqual([before - c.free(M0), c.reserved(M0)], [5n * COLLATERAL, 5n * COLLATERAL])
  assert.deepEqual(minerInfo(c, 0), {
    beneficiary: idOf(M0),
    stakingAccount: idOf(M0),
    peerId,
    collaterals: 5n * COLLATERAL,
    debt: 0n,
    state: 'positive',
    declarationSpace: 3n * TIB,
    idleSpace: 3n * TIB,
    serviceSpace: 0n,
    lockSpace: 0n,
  })
  assert.deepEqual(c.event('Sminer.Registered'), { acc: idOf(M0) })
  c.noop(by(M0), registration(c, M0), 'Sminer.AlreadyRegistered')
  invariants(c)
})

test('no miner without the collateral, without space, or without a signature', () => {
  const c = testChain()
  c.noop(by(M0), registration(c, M0, 1, COLLATERAL - 1n), 'Sminer.CollateralNotUp')
  c.noop(by(M0), registration(c, M0, 0), 'Sminer.CountError')
  c.noop(by(M0), registration(c, M0, (1 << 20) + 1), 'Sminer.CountError')
  c.noop(by(M0), registration(c, M0, 1, c.free(M0)), 'Balances.InsufficientBalance')
  c.noop(by('nobody'), registration(c, 'nobody'), 'Balances.InsufficientBalance')
  for (const origin of [NONE, ROOT]) c.noop(origin, registration(c, M0), 'BadOrigin')
})

const assigned = (c: TestChain, who: string, staking: string, tibCount = 1) =>
  c.tx.Sminer.regnstk_assign_staking({
    beneficiary: idOf(who),
    peerId,
    stakingAccount: idOf(staking),
    tibCount,
  })
const add = (c: TestChain, miner: string, collaterals: bigint) =>
  c.tx.Sminer.increase_collateral({ miner: idOf(miner), collaterals })

test('naming another account as staker takes nothing from it; the miner waits until that pays', () => {
  const c = testChain()
  const before = c.free('bob')
  c.ok(by(M0), assigned(c, M0, 'bob'))
  assert.deepEqual([c.free('bob'), minerInfo(c, 0).state, count(c)], [before, 'frozen', 0])
  c.noop(by(M0), add(c, M0, COLLATERAL), 'Sminer.NotStakingAcc')
  c.ok(by('bob'), add(c, M0, COLLATERAL - 1n))
  assert.deepEqual([minerInfo(c, 0).state, count(c)], ['frozen', 0])
  c.ok(by('bob'), add(c, M0, 1n))
  assert.deepEqual([minerInfo(c, 0).state, count(c)], ['positive', 1])
  assert.equal(c.reserved('bob'), COLLATERAL)
  invariants(c)
})

test('miners without collateral can not crowd those with out of the draws', () => {
  const c = testChain()
  registerMiners(c, 12)
  for (let n = 12; n < 40; n++) c.ok(by(minerName(n)), assigned(c, minerName(n), 'mallory'))
  assert.equal(count(c), 12)
  const drawn = c.run(() =>
    Array.from({ length: 12 }, (_, at) => c.api.sminer.registry.at(at)).toSorted(),
  )
  assert.deepEqual(drawn, Array.from({ length: 12 }, (_, n) => idOf(minerName(n))).toSorted())
})

test('who a miner is to the outside changes by its own word only', () => {
  const c = testChain()
  registerMiners(c, 1)
  const { Sminer: tx } = c.tx
  c.ok(by(M0), tx.update_beneficiary({ beneficiary: idOf('bob') }))
  c.ok(by(M0), tx.update_peer_id({ peerId: peerId.map(() => 2) }))
  c.ok(by(M0), tx.set_endpoint({ endpoint: utf8('/ip4/127.0.0.1/tcp/4001') }))
  const { beneficiary, peerId: next } = minerInfo(c, 0)
  assert.deepEqual([beneficiary, next[0]], [idOf('bob'), 2])
  assert.deepEqual(c.event('Sminer.UpdatePeerId')['old'], peerId)
  for (const call of [
    tx.update_beneficiary({ beneficiary: idOf('mallory') }),
    tx.update_peer_id({ peerId }),
    tx.set_endpoint({ endpoint: utf8('x') }),
    tx.increase_declaration_space({ tibCount: 1 }),
    tx.decrease_declaration_space({ tibCount: 1 }),
    tx.receive_reward({}),
    tx.miner_withdraw({}),
    tx.miner_exit_prep({ miner: idOf('mallory') }),
  ]) {
    c.noop(by('mallory'), call, 'Sminer.NotMiner')
    c.noop(NONE, call, 'BadOrigin')
  }
})

test('space is offered as far as the collateral goes and taken back as far as it is free', () => {
  const c = testChain()
  c.ok(by(M0), registration(c, M0, 1, 3n * COLLATERAL))
  const more = (tibCount: number) => c.tx.Sminer.increase_declaration_space({ tibCount })
  const less = (tibCount: number) => c.tx.Sminer.decrease_declaration_space({ tibCount })
  c.noop(by(M0), more(0), 'Sminer.CountError')
  c.noop(by(M0), more(3), 'Sminer.CollateralNotUp')
  c.noop(by(M0), more(0xffff_ffff), 'Sminer.CountError')
  c.ok(by(M0), more(2))
  assert.equal(minerInfo(c, 0).idleSpace, 3n * TIB)
  c.run(() => c.api.sminer.space.lock(idOf(M0), TIB + 1n))
  c.noop(by(M0), less(0), 'Sminer.UnableReduceDeclaration')
  c.noop(by(M0), less(2), 'Sminer.UnableReduceDeclaration')
  c.ok(by(M0), less(1))
  c.run(() => c.api.sminer.space.unlock(idOf(M0), TIB + 1n))
  c.noop(by(M0), less(2), 'Sminer.UnableReduceDeclaration')
  c.ok(by(M0), less(1))
  assert.equal(minerInfo(c, 0).declarationSpace, TIB)
})

test('a penalty comes off the collateral, freezes, and goes to the pot', () => {
  const c = testChain()
  registerMiners(c, 1)
  punish(c, M0, 10n)
  const m = minerInfo(c, 0)
  assert.deepEqual([m.state, m.collaterals, m.debt], ['frozen', (COLLATERAL * 9n) / 10n, 0n])
  assert.deepEqual(c.event('Sminer.Punished'), {
    miner: idOf(M0),
    amount: COLLATERAL / 10n,
    debt: 0n,
  })
  assert.equal(
    c.run(() => c.api.sminer.space.canTake(idOf(M0), 1n)),
    false,
  )
  assert.equal(count(c), 1, 'a frozen miner is still audited')
  const more = c.tx.Sminer.increase_declaration_space({ tibCount: 1 })
  c.noop(by(M0), more, 'Sminer.NotpositiveState')
  c.ok(by(M0), add(c, M0, COLLATERAL / 10n))
  assert.equal(minerInfo(c, 0).state, 'positive')
  invariants(c)
})

test('a frozen miner that offers less space may have enough collateral for it', () => {
  const c = testChain()
  registerMiners(c, 1, 0, 2)
  punish(c, M0, 10n)
  assert.equal(minerInfo(c, 0).state, 'frozen')
  c.ok(by(M0), c.tx.Sminer.decrease_declaration_space({ tibCount: 1 }))
  assert.equal(minerInfo(c, 0).state, 'positive')
})

test('a miner whose collateral is used up is out of service, and owes the rest', () => {
  const c = testChain()
  registerMiners(c, 2)
  punish(c, M0, 90n)
  assert.equal(minerInfo(c, 0).state, 'frozen')
  punish(c, M0, 15n)
  const m = minerInfo(c, 0)
  assert.deepEqual([m.state, m.collaterals, m.debt], ['offline', 0n, (COLLATERAL * 5n) / 100n])
  assert.deepEqual([count(c), c.reserved(M0)], [1, 0n])
  assert.deepEqual(c.event('Sminer.OutOfService'), { miner: idOf(M0) })
  // Paying back does not bring it back: it leaves and begins anew.
  c.ok(by(M0), add(c, M0, 2n * COLLATERAL))
  assert.deepEqual([minerInfo(c, 0).state, minerInfo(c, 0).debt], ['offline', 0n])
  c.ok(by(M0), c.tx.Sminer.miner_exit_prep({ miner: idOf(M0) }))
  c.blocks(EXIT_LOCK)
  c.ok(by(M0), c.tx.Sminer.miner_withdraw({}))
  c.ok(by(M0), registration(c, M0))
  invariants(c)
})

test('a miner leaves without data, waits, and gets its collateral less what it owes', () => {
  const c = testChain()
  c.ok(by(M0), assigned(c, M0, 'bob'))
  c.ok(by('bob'), add(c, M0, COLLATERAL))
  const leave = c.tx.Sminer.miner_exit_prep({ miner: idOf(M0) })
  const withdraw = c.tx.Sminer.miner_withdraw({})
  c.noop(by('mallory'), leave, 'Sminer.NotStakingAcc')
  c.noop(by(M0), withdraw, 'Sminer.StateError')
  c.run(() => c.api.sminer.space.lock(idOf(M0), 1n))
  c.noop(by(M0), leave, 'Sminer.NotEmpty')
  c.run(() => c.api.sminer.space.serve(idOf(M0), 1n))
  c.noop(by(M0), leave, 'Sminer.NotEmpty')
  c.run(() => c.api.sminer.space.release(idOf(M0), 1n))
  c.ok(by('bob'), leave)
  assert.deepEqual([minerInfo(c, 0).state, count(c)], ['lock', 0])
  c.noop(by(M0), leave, 'Sminer.StateError')
  c.blocks(EXIT_LOCK - 1)
  c.noop(by(M0), withdraw, 'Sminer.InsufficientStakingPeriod')
  c.blocks()
  const before = c.free('bob')
  c.ok(by(M0), withdraw)
  assert.equal(c.free('bob') - before, COLLATERAL)
  assert.equal(minerInfo(c, 0), undefined)
  c.noop(by(M0), withdraw, 'Sminer.NotMiner')
  invariants(c)
  c.ok(by(M0), registration(c, M0))
})

test('Root takes a miner out of service, once', () => {
  const c = testChain()
  registerMiners(c, 3)
  const exit = c.tx.Sminer.force_exit({ miner: idOf(M0) })
  c.noop(by('alice'), exit, 'BadOrigin')
  c.ok(ROOT, exit)
  assert.deepEqual([minerInfo(c, 0).state, count(c)], ['offline', 2])
  c.noop(ROOT, exit, 'Sminer.StateError')
  c.noop(ROOT, c.tx.Sminer.force_exit({ miner: idOf('bob') }), 'Sminer.NotMiner')
  invariants(c)
})

const draw = (c: TestChain, to: string) => c.tx.Sminer.faucet({ to: idOf(to) })

test('the faucet gives to an account once a day', () => {
  const c = testChain()
  c.ok(by('bob'), draw(c, 'new'))
  assert.equal(c.free('new'), FAUCET)
  c.noop(by('new'), draw(c, 'new'), 'Sminer.LessThan24Hours')
  c.noop(by('mallory'), draw(c, 'new'), 'Sminer.LessThan24Hours')
  c.noop(NONE, draw(c, 'other'), 'BadOrigin')
  c.blocks(DAY)
  c.ok(by('new'), draw(c, 'new'))
  assert.equal(c.free('new'), 2n * FAUCET)
})

test('fresh accounts do not empty the faucet: a day has so many draws', () => {
  const c = testChain()
  c.ok(by('alice'), c.tx.Sminer.faucet_top_up({ award: 500_000n * TOKEN }))
  const { FaucetDay } = c.storage.Sminer
  c.run(() => FaucetDay.put({ day: Math.floor(c.api.system.number() / DAY), draws: 999 }))
  c.ok(by('mallory'), draw(c, 'new'))
  c.noop(by('mallory'), draw(c, 'other'), 'Sminer.ExceedRelease')
  c.blocks(DAY)
  c.ok(by('mallory'), draw(c, 'other'))
})

test('an empty faucet gives nothing', () => {
  const c = testChain()
  const { pot } = c.api.sminer.faucet
  const all = c.run(() => c.api.balances.free(pot))
  const dest = { type: 'Id' as const, value: idOf('bob') }
  const source = { type: 'Id' as const, value: pot }
  c.ok(ROOT, c.tx.Balances.force_transfer({ source, dest, value: all - TOKEN }))
  c.noop(by('bob'), draw(c, 'new'), 'Token.FundsUnavailable')
  c.ok(by('bob'), c.tx.Sminer.faucet_top_up({ award: FAUCET }))
  c.ok(by('bob'), draw(c, 'new'))
})

test('positions stay dense and rounds fair while miners come and go', () => {
  const names = Array.from({ length: 10 }, (_, n) => minerName(n))
  const action = fc.record({
    kind: fc.constantFrom('enter', 'enter', 'leave', 'draw', 'draw', 'draw', 'round'),
    n: fc.nat({ max: 9 }),
    chance: fc.nat({ max: 1 << 20 }),
  })
  const c = testChain()
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      c.state.begin()
      try {
        const { registry } = c.api.sminer
        const inService = new Set<string>()
        let drawn = new Set<string>()
        for (const { kind, n, chance } of actions) {
          const who = names[n]!
          if (kind === 'enter' && !inService.has(who)) {
            c.ok(by(who), registration(c, who))
            inService.add(who)
          } else if (kind === 'leave' && inService.has(who)) {
            c.ok(by(who), c.tx.Sminer.miner_exit_prep({ miner: idOf(who) }))
            c.run(() => registry.withdraw(idOf(who), 1 << 30))
            inService.delete(who)
            drawn.delete(who)
          } else if (kind === 'round') {
            c.run(() => registry.beginRound())
            drawn = new Set()
          } else if (kind === 'draw' && c.run(() => registry.undrawn()) > 0) {
            const left = c.run(() => registry.undrawn())
            const miner = c.run(() => registry.draw(chance % left))
            const name = names.find((one) => idOf(one) === miner)!
            assert.equal(drawn.has(name), false, 'nobody is drawn twice in a round')
            drawn.add(name)
          }
          const all = c.run(() => {
            const size = registry.count()
            return Array.from({ length: size }, (_, at) => registry.at(at))
          })
          assert.deepEqual(all.toSorted(), [...inService].map((one) => idOf(one)).toSorted())
          assert.equal(
            c.run(() => registry.undrawn()),
            inService.size - drawn.size,
          )
        }
        invariants(c)
      } finally {
        c.state.rollback()
      }
    }),
    { numRuns: 60 },
  )
})
