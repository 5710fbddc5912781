import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLOT_MS, simulate } from '../support/simulation.ts'

test('finality follows the best block within a slot', async () => {
  const sim = simulate({ seed: 1, voters: 3 })
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
