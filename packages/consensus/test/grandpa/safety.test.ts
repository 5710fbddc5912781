import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equivocate } from '../support/cheats.ts'
import { type SimOptions, type Simulation, SLOT_MS, simulate } from '../support/simulation.ts'

interface Faults {
  readonly partitions?: boolean
  readonly crashes?: boolean
  readonly equivocator?: boolean
  readonly silent?: boolean
}

/** Slots full of faults, then time to heal: finality must not have split, and must go on. */
async function survives(options: SimOptions, faults: Faults): Promise<Simulation> {
  const sim = simulate(options)
  const honest = sim.names().filter((_, i) => i > 0 || (!faults.equivocator && !faults.silent))
  if (faults.equivocator) equivocate(sim, 'v0')
  if (faults.silent) sim.node('v0').intercept = () => undefined
  sim.mesh()
  const pick = (): string => honest[sim.below(honest.length)]!
  await sim.slots(
    14,
    () => honest,
    () => {
      if (faults.partitions && sim.below(3) === 0)
        sim.partition(sim.names().filter(() => sim.below(2) === 0))
      else if (faults.partitions && sim.below(2) === 0) sim.mesh()
      if (!faults.crashes || sim.below(2) === 0) return
      const name = pick()
      sim.clock.after(sim.below(SLOT_MS), () => sim.kill(name))
      sim.clock.after(SLOT_MS + sim.below(SLOT_MS / 2), () => {
        sim.kill(name)
        sim.restart(name)
      })
    },
  )
  await sim.clock.advance(2 * SLOT_MS)
  sim.mesh()
  const before = Math.max(...honest.map(sim.finalized))
  await sim.slots(options.loss ? 70 : 20, () => honest)
  sim.check()
  for (const name of honest) {
    const { bestNumber } = sim.node(name).chain.info()
    const final = sim.finalized(name)
    assert.ok(
      final > before && bestNumber - final <= 6,
      `seed ${options.seed}: ${name} stopped at ${final} of ${bestNumber}, before ${before}`,
    )
  }
  await sim.stop()
  return sim
}

for (const seed of [1, 2, 3])
  test(`partitions and crashes, seed ${seed}`, async () => {
    await survives(
      { seed, voters: 4 + (seed % 2), followers: 1 },
      { partitions: true, crashes: true },
    )
  })

for (const seed of [1, 2])
  test(`one of four equivocates, seed ${seed}`, async () => {
    const sim = await survives({ seed, voters: 4 }, { equivocator: true, partitions: true })
    assert.ok(sim.node('v1').equivocations.length > 0)
  })

for (const seed of [117, 1045])
  test(`one of four equivocates while others crash, seed ${seed}`, async () => {
    const faults = { equivocator: true, partitions: true, crashes: true }
    await survives({ seed, voters: 4, delay: 50 + (seed % 5) * 100 }, faults)
  })

test('a third stays silent', async () => {
  await survives({ seed: 5, voters: 4 }, { silent: true, crashes: true })
})

test('messages get lost', async () => {
  await survives({ seed: 6, voters: 4, loss: 30 }, {})
})

test('seven voters, slow links, crashes', async () => {
  await survives({ seed: 7, voters: 7, delay: 400 }, { crashes: true, partitions: true })
})
