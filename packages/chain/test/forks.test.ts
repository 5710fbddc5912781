import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import fc from 'fast-check'
import { counter, grow, growLine, openKit } from './support/chain-kit.ts'
import { account, transfer } from './support/toy-runtime.ts'

test('the heaviest chain is best, even when it is shorter', async () => {
  const { chain, events } = await openKit()
  const [a1, a2, a3] = await growLine(chain, 3)
  const b1 = await grow(chain, { parent: chain.genesisHash, salt: 1 })
  assert.equal(b1.best, false)
  assert.deepEqual(chain.leaves(), [a3, b1.hash])
  events.length = 0
  const b2 = await grow(chain, { parent: b1.hash, salt: 1, weight: 5 })
  assert.equal(b2.best, true)
  assert.equal(chain.info().bestHash, b2.hash)
  assert.equal(chain.hashAt(1), b1.hash)
  assert.equal(chain.hashAt(2), b2.hash)
  assert.equal(chain.hashAt(3), undefined)
  const [event] = events
  assert.ok(event?.type === 'imported')
  assert.deepEqual(event.retracted, [a3, a2, a1])
  assert.deepEqual(event.enacted, [b1.hash, b2.hash])
  assert.deepEqual(chain.leaves(), [b2.hash, a3])
})

test('of equal chains the longer is best, then the first seen', async () => {
  const { chain } = await openKit()
  const a = await grow(chain)
  const b = await grow(chain, { parent: chain.genesisHash, salt: 1 })
  assert.equal(b.best, false)
  assert.equal(chain.info().bestHash, a.hash)
  const b2 = await grow(chain, { parent: b.hash, salt: 1, weight: 0 })
  assert.equal(b2.best, true)
})

test('every fork has its own state', async () => {
  const { chain } = await openKit()
  const pay = (nonce: number) => transfer({ account: account(1), nonce })
  const a = await grow(chain, { transactions: [pay(0), pay(1)] })
  const b = await grow(chain, { parent: chain.genesisHash, transactions: [pay(0)] })
  assert.equal(counter(chain, a.hash), 2)
  assert.equal(counter(chain, b.hash), 1)
})

test('route and ancestry agree with the shape of any tree', async () => {
  const shape = fc.array(fc.record({ parent: fc.nat(), weight: fc.nat(3) }), {
    minLength: 1,
    maxLength: 14,
  })
  await fc.assert(
    fc.asyncProperty(shape, async (specs) => {
      const { chain } = await openKit()
      const parents = new Map<Hash, Hash>()
      const hashes = [chain.genesisHash]
      for (const [i, spec] of specs.entries()) {
        const parent = hashes[spec.parent % hashes.length]!
        const { hash } = await grow(chain, { parent, weight: spec.weight, salt: i })
        parents.set(hash, parent)
        hashes.push(hash)
      }
      const line = (hash: Hash): Hash[] => {
        const up = parents.get(hash)
        return up ? [...line(up), hash] : [hash]
      }
      for (const from of hashes)
        for (const to of hashes) {
          assert.equal(chain.isAncestor(from, to), line(to).includes(from))
          const { retracted, common, enacted } = chain.route(from, to)
          assert.deepEqual(
            [...retracted, common].reverse(),
            line(from).slice(line(common).length - 1),
          )
          assert.deepEqual([common, ...enacted], line(to).slice(line(common).length - 1))
        }
      const best = line(chain.info().bestHash)
      for (let n = 0; n <= specs.length; n++) assert.equal(chain.hashAt(n), best[n])
      const inner = new Set(parents.values())
      assert.deepEqual(
        chain.leaves().toSorted(),
        hashes.filter((hash) => !inner.has(hash)).toSorted(),
      )
    }),
    { numRuns: 15 },
  )
})

test('unknown blocks have no route and no ancestors', async () => {
  const { chain } = await openKit()
  const nowhere = toHex(new Uint8Array(32).fill(5)) as Hash
  assert.throws(() => chain.route(nowhere, chain.genesisHash), { code: 'UNKNOWN_BLOCK' })
  assert.throws(() => chain.isAncestor(chain.genesisHash, nowhere), { code: 'UNKNOWN_BLOCK' })
})
