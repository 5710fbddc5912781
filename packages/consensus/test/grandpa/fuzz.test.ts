import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GrandpaGossip, grandpaGossip, headerHash } from '@cess/primitives'
import { encode } from '@cess/scale'
import fc from 'fast-check'
import { solo } from '../support/solo.ts'

/** Messages of every kind that would do something, to be damaged. */
function samples(s: ReturnType<typeof solo>): GrandpaGossip[] {
  const [block] = s.grow(1)
  const target = { targetHash: headerHash(block!), targetNumber: 1 }
  const commit = s.commit(block!, [1, 2, 3])
  assert.ok(commit.type === 'Commit')
  const signed = commit.value.precommits.map((vote, i) => ({
    ...vote,
    signature: commit.value.authData[i]![0],
    id: commit.value.authData[i]![1],
  }))
  const { genesisHash: baseHash } = s.chain.info()
  const catchUp = {
    setId: 0n,
    round: 1n,
    prevotes: signed,
    precommits: signed,
    baseHash,
    baseNumber: 0,
  }
  const { signature, id } = signed[0]!
  const vote = { round: 1n, setId: 0n, signature, id }
  return [
    { type: 'Vote', value: { ...vote, message: { type: 'Precommit', value: target } } },
    { type: 'Vote', value: { ...vote, message: { type: 'PrimaryPropose', value: target } } },
    commit,
    s.neighbor(9n, 1),
    { type: 'CatchUpRequest', value: { round: 2n, setId: 0n } },
    { type: 'CatchUp', value: catchUp },
  ]
}

test('damaged messages finalize nothing, throw nothing, and earn nothing but what honest ones do', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const bytes = samples(s).map((message) => encode(grandpaGossip, message))
  const damage = fc.record({
    which: fc.nat(bytes.length - 1),
    edits: fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    cut: fc.option(fc.nat(2_000)),
  })
  fc.assert(
    fc.property(damage, ({ which, edits, cut }) => {
      const original = bytes[which]!
      const message = original.slice(0, cut ?? undefined)
      for (const [at, value] of edits) message[at % message.length] = value
      // An edit may happen to change nothing.
      if (Buffer.compare(message, original) !== 0) s.grandpa.message('p', message)
    }),
    { numRuns: 500 },
  )
  for (let length = 0; length < 300; length++)
    s.grandpa.message('p', new Uint8Array(length).fill(length % 6))
  await s.clock.advance(1_000)
  assert.equal(s.finalized()[0], 0)
  assert.ok(s.costs('p').length > 0)
  // Still at work.
  s.hear('p', s.commit(s.chain.header(s.chain.hashAt(1)!)!, [1, 2, 3]))
  await s.settle()
  assert.equal(s.finalized()[0], 1)
  await s.grandpa.stop()
})
