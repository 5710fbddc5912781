import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authoritiesOf, pairOf, SLOT_MS, simulate } from '../support/simulation.ts'

test('finality follows the best block within a slot, on voters and followers', async () => {
  const sim = simulate({ seed: 1, voters: 3, followers: 2 })
  sim.mesh()
  await sim.slots(10)
  await sim.clock.advance(SLOT_MS)
  sim.check()
  for (const name of sim.names()) {
    const { bestNumber, finalizedNumber } = sim.node(name).chain.info()
    assert.equal(finalizedNumber, bestNumber, name)
  }
  await sim.stop()
})

test('honest nodes cost each other no reputation', async () => {
  const sim = simulate({ seed: 2, voters: 4, followers: 2, delay: 150 })
  sim.mesh()
  await sim.slots(15)
  for (const name of sim.names()) {
    const costs = sim.node(name).reports.filter((r) => r.change < -4)
    // A message may arrive just after the round that it was sent in has ended.
    assert.ok(costs.length <= 3 && costs.every((r) => r.change === -50), JSON.stringify(costs))
  }
  await sim.stop()
})

test('nodes in a row, each connected to its neighbours only', async () => {
  const sim = simulate({ seed: 3, voters: 4, followers: 3 })
  const row = ['v0', 'f0', 'v1', 'f1', 'v2', 'f2', 'v3']
  for (const [i, name] of row.entries()) if (i > 0) sim.connect(row[i - 1]!, name)
  await sim.slots(12)
  await sim.clock.advance(3 * SLOT_MS)
  sim.check()
  for (const name of row) {
    const { bestNumber, finalizedNumber } = sim.node(name).chain.info()
    assert.ok(bestNumber - finalizedNumber <= 1, `${name}: ${finalizedNumber} of ${bestNumber}`)
  }
  await sim.stop()
})

test('a voter that was away for a hundred rounds takes part again', async () => {
  const sim = simulate({ seed: 4, voters: 4 })
  sim.kill('v3')
  sim.mesh()
  await sim.slots(100, () => ['v0', 'v1', 'v2'])
  assert.ok(sim.finalized('v0') > 80)
  sim.restart('v3')
  await sim.slots(4, () => ['v0', 'v1', 'v2'])
  // Without one of the others nothing is final unless it votes.
  sim.kill('v0')
  const before = sim.finalized('v1')
  await sim.slots(5, () => ['v1', 'v2'])
  sim.check()
  assert.ok(sim.finalized('v1') > before + 2)
  assert.equal(sim.finalized('v3'), sim.finalized('v1'))
  await sim.stop()
})

test('sets change under way, with restarts around every change', async () => {
  for (const seed of [5, 6]) {
    const sim = simulate({ seed, voters: 4, followers: 1 })
    sim.create('v4', pairOf(4))
    sim.boot(sim.node('v4'))
    sim.mesh()
    const pairs = [0, 1, 2, 3, 4].map(pairOf)
    for (let change = 0; change < 4; change++) {
      await sim.slots(3)
      const without = sim.below(pairs.length)
      const set = authoritiesOf(pairs.filter((_, i) => i !== without))
      sim.author('v0', { change: set })
      const name = `v${sim.below(5)}`
      sim.clock.after(sim.below(SLOT_MS), () => sim.kill(name))
      await sim.slots(2, () => ['f0'])
      sim.kill(name)
      sim.restart(name)
    }
    await sim.slots(8)
    sim.check()
    const sets = sim.names().map((name) => sim.node(name).grandpa!.roundState().setId)
    assert.ok(
      sets.every((setId) => setId === sets[0] && setId >= 3),
      `seed ${seed}: sets ${sets}`,
    )
    for (const name of sim.names()) {
      const { bestNumber, finalizedNumber } = sim.node(name).chain.info()
      assert.ok(bestNumber - finalizedNumber <= 4, `${name}: ${finalizedNumber} of ${bestNumber}`)
    }
    await sim.stop()
  }
})

test('a run repeats exactly from its seed', async () => {
  const run = async () => {
    const sim = simulate({ seed: 9, voters: 4, loss: 50 })
    sim.mesh()
    await sim.slots(10)
    await sim.stop()
    return sim.names().map((name) => [sim.node(name).chain.info(), sim.node(name).reports])
  }
  assert.deepEqual(await run(), await run())
})
