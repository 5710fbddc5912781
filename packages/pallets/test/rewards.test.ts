import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NONE, ROOT } from '@cess/frame'
import fc from 'fast-check'
import {
  by,
  COLLATERAL,
  ED,
  ERA,
  EXIT_LOCK,
  idOf,
  minerName,
  type TestChain,
  TOKEN,
  testChain,
} from './support/chain.ts'
import { invariants, minerInfo, registerMiners } from './support/storage.ts'

const ERA_REWARD = 1_000n * TOKEN
const REWARD_ERAS = 84
const prove = (c: TestChain, n: number, bytes: bigint): void =>
  c.run(() => c.api.sminer.rewards.addPower(idOf(minerName(n)), bytes))
const nextEra = (c: TestChain): void => c.blocks(ERA - (c.number() % ERA))
const claim = (c: TestChain, n: number): bigint => {
  const before = c.free(minerName(n))
  c.ok(by(minerName(n)), c.tx.Sminer.receive_reward({}))
  return c.free(minerName(n)) - before
}
const treasury = (c: TestChain) => c.storage.CessTreasury
const pot = (c: TestChain, name: 'reward' | 'punish'): bigint =>
  c.run(() => c.api.balances.free(c.api.cessTreasury.pots[name]))

test('an era is shared by what each miner has proven in it', () => {
  const c = testChain()
  registerMiners(c, 3)
  prove(c, 0, 100n)
  prove(c, 1, 200n)
  prove(c, 1, 100n)
  assert.equal(claim(c, 0), 0n, 'the era is not over')
  nextEra(c)
  assert.deepEqual(
    c.run(() => treasury(c).RoundReward.get(0)),
    [ERA_REWARD, 0n],
  )
  assert.equal(claim(c, 0), ERA_REWARD / 4n)
  assert.deepEqual(c.event('Sminer.Receive'), { acc: idOf(minerName(0)), reward: ERA_REWARD / 4n })
  assert.equal(claim(c, 0), 0n, 'once')
  assert.equal(claim(c, 2), 0n, 'nothing proven')
  assert.equal(claim(c, 1), (ERA_REWARD * 3n) / 4n)
  assert.equal(
    c.run(() => treasury(c).ReserveReward.get()),
    0n,
  )
  invariants(c)
  c.noop(by('mallory'), c.tx.Sminer.receive_reward({}), 'Sminer.NotMiner')
  c.noop(NONE, c.tx.Sminer.receive_reward({}), 'BadOrigin')
})

test('an era in which nobody proves anything costs nothing', () => {
  const c = testChain()
  const before = pot(c, 'reward')
  c.blocks(3 * ERA)
  assert.equal(pot(c, 'reward'), before)
  assert.equal(
    c.run(() => treasury(c).ReserveReward.get()),
    0n,
  )
})

test('an era never shares out more than the pot has', () => {
  const c = testChain()
  registerMiners(c, 1)
  const source = { type: 'Id' as const, value: c.api.cessTreasury.pots.reward }
  const dest = { type: 'Id' as const, value: idOf('bob') }
  const value = pot(c, 'reward') - ED - 7n
  c.ok(ROOT, c.tx.Balances.force_transfer({ source, dest, value }))
  prove(c, 0, 1n)
  nextEra(c)
  assert.equal(c.run(() => treasury(c).RoundReward.get(0))[0], 7n)
  prove(c, 0, 1n)
  nextEra(c)
  assert.equal(c.run(() => treasury(c).RoundReward.get(1))[0], 0n, 'it is promised already')
  assert.equal(claim(c, 0), 7n)
  invariants(c)
})

test('what users pay for space is what miners earn', () => {
  const c = testChain()
  const before = pot(c, 'reward')
  c.ok(by('bob'), c.tx.CessTreasury.send_funds_to_sid({ funds: 5n * TOKEN }))
  assert.equal(pot(c, 'reward') - before, 5n * TOKEN)
  c.noop(NONE, c.tx.CessTreasury.send_funds_to_sid({ funds: 1n }), 'BadOrigin')
  c.noop(by('nobody'), c.tx.CessTreasury.send_funds_to_sid({ funds: 1n }), 'Token.FundsUnavailable')
})

test('penalties are paid out by Root alone', () => {
  const c = testChain()
  c.ok(by('bob'), c.tx.CessTreasury.send_funds_to_pid({ funds: 9n * TOKEN }))
  const pay = c.tx.CessTreasury.pid_send_funds({ acc: idOf('charlie'), funds: 9n * TOKEN })
  c.noop(by('alice'), pay, 'BadOrigin')
  const before = c.free('charlie')
  c.ok(ROOT, pay)
  assert.equal(c.free('charlie') - before, 9n * TOKEN)
  c.noop(ROOT, pay, 'Token.FundsUnavailable')
})

test('a miner that owes pays its debt before it earns', () => {
  const c = testChain()
  registerMiners(c, 1)
  c.run(() => {
    const { MinerItems } = c.storage.Sminer
    const m = MinerItems.get(idOf(minerName(0)))!
    MinerItems.put(idOf(minerName(0)), { ...m, state: 'frozen', debt: 600n * TOKEN })
  })
  const punished = pot(c, 'punish')
  prove(c, 0, 1n)
  nextEra(c)
  assert.equal(claim(c, 0), 400n * TOKEN)
  assert.equal(pot(c, 'punish') - punished, 600n * TOKEN)
  assert.deepEqual(c.event('Sminer.DebtPaid'), {
    miner: idOf(minerName(0)),
    amount: 600n * TOKEN,
    debt: 0n,
  })
  assert.deepEqual([minerInfo(c, 0).debt, minerInfo(c, 0).state], [0n, 'positive'])
  const reward = c.run(() => c.storage.Sminer.RewardMap.get(idOf(minerName(0))))
  assert.deepEqual([reward.totalReward, reward.rewardIssued], [ERA_REWARD, 400n * TOKEN])
  invariants(c)
})

test('rewards go to the beneficiary, and a claim that it can not take fails without loss', () => {
  const c = testChain()
  registerMiners(c, 2)
  const who = by(minerName(0))
  c.ok(who, c.tx.Sminer.update_beneficiary({ beneficiary: idOf('nobody') }))
  prove(c, 0, 1n)
  prove(c, 1, 1_000_000n)
  nextEra(c)
  const { receive_reward } = c.tx.Sminer
  if (ERA_REWARD / 1_000_001n < ED) c.noop(who, receive_reward({}), 'Token.BelowMinimum')
  prove(c, 0, 1_000_000n)
  nextEra(c)
  c.ok(who, receive_reward({}))
  assert.equal(c.free('nobody'), ERA_REWARD / 1_000_001n + ERA_REWARD)
  invariants(c)
})

test('rewards that nobody claims in time go back to the pot, and nothing of them is left', () => {
  const c = testChain()
  registerMiners(c, 1)
  prove(c, 0, 1n)
  nextEra(c)
  assert.equal(
    c.run(() => treasury(c).ReserveReward.get()),
    ERA_REWARD,
  )
  c.blocks(REWARD_ERAS * ERA)
  assert.equal(
    c.run(() => treasury(c).ReserveReward.get()),
    0n,
  )
  const { RoundReward } = treasury(c)
  const { EraTotalPower, EraPower } = c.storage.Sminer
  assert.equal(
    c.run(() => [...RoundReward.entries()].length + [...EraTotalPower.entries()].length),
    0,
  )
  assert.equal(claim(c, 0), 0n)
  assert.equal(
    c.run(() => [...EraPower.entries()].length),
    0,
  )
  invariants(c)
})

test('a claim settles a bounded number of eras; the rest comes with the next', () => {
  const c = testChain()
  registerMiners(c, 1)
  const who = idOf(minerName(0))
  const { EraPower } = c.storage.Sminer
  const left = () => c.run(() => [...EraPower.entries(who)].length)
  c.run(() => {
    for (let era = 1_000; era < 1_000 + 2 * REWARD_ERAS + 5; era++) EraPower.put(who, era, 1n)
    c.api.system.storage.Number.put(2_000 * ERA)
  })
  c.ok(by(minerName(0)), c.tx.Sminer.receive_reward({}))
  assert.equal(left(), REWARD_ERAS + 5)
  c.ok(by(minerName(0)), c.tx.Sminer.receive_reward({}))
  c.ok(by(minerName(0)), c.tx.Sminer.receive_reward({}))
  assert.equal(left(), 0)
})

test('whoever leaves takes the last rewards along', () => {
  const c = testChain()
  registerMiners(c, 1)
  prove(c, 0, 5n)
  c.ok(by(minerName(0)), c.tx.Sminer.miner_exit_prep({ miner: idOf(minerName(0)) }))
  c.blocks(EXIT_LOCK)
  const before = c.free(minerName(0))
  c.ok(by(minerName(0)), c.tx.Sminer.miner_withdraw({}))
  assert.equal(c.free(minerName(0)) - before, ERA_REWARD + COLLATERAL)
  const { EraPower, RewardMap } = c.storage.Sminer
  assert.equal(
    c.run(() => [...EraPower.entries()].length + [...RewardMap.entries()].length),
    0,
  )
  invariants(c)
})

test('shares are proportional, sum up to no more than the era’s, and tokens are conserved', () => {
  const powers = fc.array(fc.bigInt(0n, 1n << 90n), { minLength: 1, maxLength: 10 })
  const c = testChain()
  registerMiners(c, 10)
  fc.assert(
    fc.property(fc.array(powers, { minLength: 1, maxLength: 4 }), (eras) => {
      c.state.begin()
      try {
        const issued = c.issuance()
        const expected = Array.from({ length: 10 }, () => 0n)
        for (const era of eras) {
          const total = era.reduce((sum, power) => sum + power, 0n)
          era.forEach((power, n) => {
            prove(c, n, power)
            if (total > 0n) expected[n]! += (ERA_REWARD * power) / total
          })
          nextEra(c)
        }
        assert.deepEqual(
          expected.map((_, n) => claim(c, n)),
          expected,
        )
        const { RoundReward } = treasury(c)
        for (const [, [share, paid]] of c.run(() => [...RoundReward.entries()]))
          assert.ok(paid <= share && share - paid < 10n)
        assert.equal(c.issuance(), issued)
        invariants(c)
      } finally {
        c.state.rollback()
      }
    }),
    { numRuns: 30 },
  )
})
