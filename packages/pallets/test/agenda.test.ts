import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cess/bytes'
import { toHex, u32le } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import fc from 'fast-check'
import { agendaOf } from '../src/agenda.ts'
import { testChain } from './support/chain.ts'

const PER_BLOCK = 3
const keyOf = (n: number) => toHex(blake3(u32le(n))) as Hash

test('an agenda keeps its bound for every block and forgets nothing', () => {
  const c = testChain()
  const { TerritoryFrozen: entries, TerritoryFrozenCounter: counts } = c.storage.StorageHandler
  const step = fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'remove', 'take'),
    at: fc.nat({ max: 6 }),
    n: fc.nat({ max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      c.state.begin()
      try {
        c.run(() => {
          const agenda = agendaOf({ entries, counts }, PER_BLOCK)
          const held = new Map<Hash, number>()
          for (const { kind, at, n } of steps) {
            const key = keyOf(n)
            if (kind === 'add' && !held.has(key)) {
              const block = agenda.add(at, key)!
              assert.ok(block >= at)
              held.set(key, block)
            } else if (kind === 'remove') {
              agenda.remove(held.get(key) ?? at, key)
              held.delete(key)
            } else if (kind === 'take') {
              const due = agenda.take(at)
              const expected = [...held].filter(([, block]) => block === at).map(([one]) => one)
              assert.deepEqual(due.toSorted(), expected.toSorted())
              for (const one of due) held.delete(one)
            }
            const sizes = new Map<number, number>()
            for (const block of held.values()) sizes.set(block, (sizes.get(block) ?? 0) + 1)
            for (const [block, size] of sizes) {
              assert.ok(size <= PER_BLOCK)
              assert.equal(counts.get(block), size)
            }
            assert.equal([...entries.entries()].length, held.size)
            assert.equal([...counts.entries()].length, sizes.size)
          }
        })
      } finally {
        c.state.rollback()
      }
    }),
    { numRuns: 60 },
  )
})

test('when there is no room for a long time, it says so after a bounded search', () => {
  const c = testChain()
  c.run(() => {
    const { TerritoryFrozen: entries, TerritoryFrozenCounter: counts } = c.storage.StorageHandler
    let asked = 0
    const counting = {
      ...counts,
      get: (block: number) => {
        asked++
        return counts.get(block) || PER_BLOCK
      },
    }
    const agenda = agendaOf({ entries, counts: counting as typeof counts }, PER_BLOCK)
    assert.equal(agenda.add(100, keyOf(1)), undefined)
    assert.ok(asked <= 16)
  })
})
