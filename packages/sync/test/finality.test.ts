import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, utf8 } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { ConsensusFault, grow, world } from './support/kit.ts'

const proofOf = (hash: Hash): Uint8Array => utf8(`proof of ${hash}`)

/** Finality by proofs that name their block; blocks in `needed` must each be proven before those after them. */
function proofs(tried: string[] = [], needed: () => Hash[] = () => []) {
  return (chain: Chain) => ({
    async importJustification(hash: Hash, justification: Uint8Array) {
      tried.push(`${chain.header(hash)?.number}`)
      if (Buffer.compare(justification, proofOf(hash)) !== 0)
        throw new ConsensusFault('BAD_JUSTIFICATION')
      await chain.finalize(hash, justification)
    },
    wanted() {
      const { finalizedNumber } = chain.info()
      return needed()
        .map((hash) => ({ hash, number: chain.header(hash)?.number ?? 0 }))
        .find(({ number }) => number > finalizedNumber)
    },
  })
}

test('proofs that come with blocks finalize them on the way', async () => {
  const w = world()
  const a = await w.add('a')
  const hashes = await grow(a.chain, 150)
  for (const i of [39, 99]) await a.chain.finalize(hashes[i]!, proofOf(hashes[i]!))
  const tried: string[] = []
  const finality = proofs(tried)
  const b = await w.add('b', { finality })
  w.networks.connect('a', 'b')
  await w.until(() => b.chain.info().bestNumber === 150)
  assert.equal(b.chain.info().finalizedNumber, 100)
  assert.deepEqual(tried, ['40', '100'])
  assert.equal(w.costs('b', 'a'), 0)
  await w.stop()
})

test('a false proof costs its sender the connection, and the blocks stay', async () => {
  const w = world()
  const a = await w.add('a')
  const hashes = await grow(a.chain, 20)
  await a.chain.finalize(hashes[9]!, utf8('nonsense'))
  const b = await w.add('b', { finality: proofs() })
  w.networks.connect('a', 'b')
  await w.clock.advance(5_000)
  assert.equal(b.chain.info().finalizedNumber, 0)
  assert.ok(b.chain.info().bestNumber >= 10)
  assert.equal(w.networks.isConnected('a', 'b'), false)
  await w.stop()
})

test('a proof that is needed is asked of one peer after the other', async () => {
  const w = world()
  const [a, c] = [await w.add('a'), await w.add('c')]
  const needed: Hash[] = []
  const finality = proofs([], () => needed)
  const b = await w.add('b', { finality })
  for (const peer of ['a', 'c']) w.networks.connect(peer, 'b')
  const hashes = await grow(a.chain, 10)
  await w.until(() => c.chain.info().bestNumber === 10)
  needed.push(hashes[4]!)
  await w.clock.advance(10_000)
  assert.equal(b.chain.info().finalizedNumber, 0)
  await c.chain.finalize(hashes[4]!, proofOf(hashes[4]!))
  await w.until(() => b.chain.info().finalizedNumber === 5)
  assert.equal(b.chain.info().finalizedNumber, 5)
  assert.deepEqual([w.costs('b', 'a'), w.costs('b', 'c')], [0, 0])
  await w.stop()
})
