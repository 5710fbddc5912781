import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { ROOT, type RuntimeCall } from '@cess/frame'
import fc from 'fast-check'
import { by, DAY, GIB, GRACE, idOf, PRICE, type TestChain, testChain } from './support/chain.ts'

const NAMES = ['a', 'b'].map(utf8)
const OWNERS = ['bob', 'charlie'] as const

test('parts never cost less than the whole, whatever the price', () => {
  const c = testChain()
  const { leases } = c.api.storageHandler
  const number = fc.bigInt(1n, 1n << 20n)
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 20n), number, number, number, number, (price, a, b, d, e) => {
      c.ok(ROOT, c.tx.StorageHandler.define_update_price({ price }))
      c.run(() => {
        assert.ok(leases.cost(a, d) + leases.cost(b, d) >= leases.cost(a + b, d))
        assert.ok(leases.cost(a, d) + leases.cost(a, e) >= leases.cost(a, d + e))
      })
    }),
    { numRuns: 200 },
  )
})

test('buying at once and in parts on one day costs the same', () => {
  const c = testChain()
  const { StorageHandler: tx } = c.tx
  const spent = (work: () => void): bigint => {
    const before = c.free('bob')
    work()
    return before - c.free('bob')
  }
  const whole = spent(() =>
    c.ok(by('bob'), tx.mint_territory({ gibCount: 8, territoryName: utf8('whole'), days: 90 })),
  )
  const parts = spent(() => {
    const territoryName = utf8('parts')
    c.ok(by('bob'), tx.mint_territory({ gibCount: 3, territoryName, days: 30 }))
    c.ok(by('bob'), tx.expanding_territory({ territoryName, gibCount: 5 }))
    c.ok(by('bob'), tx.renewal_territory({ territoryName, days: 60 }))
  })
  assert.equal(parts, whole)
})

/** What is leased in this block, in GiB. */
function leased(c: TestChain): bigint {
  return c.run(() => {
    let sum = 0n
    for (const [, t] of c.storage.StorageHandler.Territory.entries())
      if (t.state === 'Active' || t.state === 'OnConsignment') sum += t.totalSpace / GIB
    return sum
  })
}

type Move = (c: TestChain) => readonly [string, RuntimeCall] | number
const move: fc.Arbitrary<Move> = fc
  .record({
    kind: fc.integer({ min: 0, max: 7 }),
    who: fc.constantFrom(...OWNERS),
    name: fc.constantFrom(...NAMES),
    gib: fc.integer({ min: 1, max: 50 }),
    days: fc.integer({ min: 1, max: 40 }),
    wait: fc.integer({ min: 1, max: 9 * DAY }),
  })
  .map(({ kind, who, name: territoryName, gib: gibCount, days, wait }) => (c: TestChain) => {
    const { StorageHandler: tx } = c.tx
    const open = c.run(() => c.storage.StorageHandler.PayOrder.entries().next().value)
    const target = { targetAcc: idOf(who), territoryName, gibCount, days, expired: 1440 }
    if (kind === 0) return [who, tx.mint_territory({ gibCount, territoryName, days: 29 + days })]
    if (kind === 1) return [who, tx.expanding_territory({ territoryName, gibCount })]
    if (kind === 2) return [who, tx.renewal_territory({ territoryName, days })]
    if (kind === 3) return [who, tx.reactivate_territory({ territoryName, days: 29 + days })]
    if (kind === 4) return [who, tx.create_order({ ...target, orderType: 'Expansion' })]
    if (kind === 5) return [who, tx.create_order({ ...target, orderType: 'Renewal' })]
    if (kind === 6 && open) return [who, tx.exec_order({ orderId: open[0][0] })]
    return wait
  })

test('no order of purchases, expansions and renewals gets a GiB for a block that was not paid', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 5, maxLength: 25 }), (moves) => {
      const c = testChain()
      const before = OWNERS.reduce((sum, name) => sum + c.free(name), 0n)
      let gibBlocks = 0n
      const pass = (blocks: number): void => {
        for (let i = 0; i < blocks; i++) {
          gibBlocks += leased(c)
          c.blocks()
        }
      }
      c.ok(
        by('bob'),
        c.tx.StorageHandler.mint_territory({ gibCount: 1, territoryName: NAMES[0]!, days: 30 }),
      )
      for (const make of moves) {
        const next = make(c)
        if (typeof next === 'number') pass(next)
        else c.run(() => c.runtime.dispatch(by(next[0]), next[1]))
      }
      while (leased(c) > 0n) pass(1)
      const paid = before - OWNERS.reduce((sum, name) => sum + c.free(name), 0n)
      assert.ok(paid * 30n * BigInt(DAY) >= gibBlocks * PRICE, `${paid} for ${gibBlocks}`)
      c.blocks(GRACE)
      assert.equal(
        c.run(() => c.storage.StorageHandler.PurchasedSpace.get()),
        0n,
      )
    }),
    { numRuns: 25 },
  )
})
