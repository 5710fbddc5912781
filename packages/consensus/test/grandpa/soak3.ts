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

const seed = Number(process.argv[2])
const sim = simulate({ seed, voters: 4, delay: 50 + (seed % 5) * 100 })
const honest = sim.names().slice(1)
equivocate(sim, 'v0')
sim.mesh()
const pick = (): string => honest[sim.below(honest.length)]!
const show = (label: string) => console.log(label, honest.map((n) => { const g = sim.node(n).grandpa; const r = g?.roundState(); return `${n} ${sim.finalized(n)}/${sim.node(n).chain.info().bestNumber} r${r?.best.round} pv${r?.best.prevotes.currentWeight} pc${r?.best.precommits.currentWeight} bg${r?.background.map(b => b.round)}` }).join(' | '))
await sim.slots(14, () => honest, (slot) => {
  show(`slot ${slot}`)
  if (sim.below(3) === 0) sim.partition(sim.names().filter(() => sim.below(2) === 0))
  else if (sim.below(2) === 0) sim.mesh()
  if (sim.below(2) === 0) return
  const name = pick()
  sim.clock.after(sim.below(SLOT_MS), () => sim.kill(name))
  sim.clock.after(SLOT_MS + sim.below(SLOT_MS / 2), () => { sim.kill(name); sim.restart(name) })
})
await sim.clock.advance(2 * SLOT_MS)
sim.mesh()
await sim.slots(20, () => honest, (slot) => show(`heal ${slot}`))
console.log(sim.problems)
for (const n of honest) console.log(n, JSON.stringify(sim.node(n).reports.filter((r) => r.change < -4).slice(-6)))
