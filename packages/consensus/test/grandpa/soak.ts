import assert from 'node:assert/strict'
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

let bad = 0
for (let seed = 100; seed < 100 + Number(process.argv[2]); seed++) {
  const kinds: [SimOptions, Faults][] = [
    [{ seed, voters: 3 + (seed % 4), followers: seed % 2 }, { partitions: true, crashes: true }],
    [{ seed, voters: 4, delay: 50 + (seed % 5) * 100 }, { equivocator: true, partitions: true, crashes: true }],
    [{ seed, voters: 7, delay: 300 }, { silent: true, crashes: true }],
    [{ seed, voters: 4, loss: 20 }, { partitions: true }],
  ]
  for (const [i, [o, f]] of kinds.entries())
    try { await survives(o, f) } catch (e) { bad++; console.log(i, JSON.stringify(o), (e as Error).message.slice(0, 300)) }
}
console.log('bad', bad)
