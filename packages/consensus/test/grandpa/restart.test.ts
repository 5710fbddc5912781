import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerHash } from '@cess/primitives'
import { child } from '../support/fake-chain.ts'
import { GOSSIP_MS } from '../support/simulation.ts'
import { solo, targets } from '../support/solo.ts'

for (const [name, moment] of [
  ['before anything was said', 0],
  ['after the prevote', 2 * GOSSIP_MS],
  ['after the precommit', 4 * GOSSIP_MS],
] as const)
  test(`a restart ${name} repeats what was said and contradicts nothing`, async () => {
    const s = solo()
    s.grandpa.start()
    s.connect('p')
    const [a] = s.grow(1)
    for (const who of [1, 2]) s.vote('p', who, 'Prevote', a!)
    await s.settle()
    await s.clock.advance(moment)
    await s.grandpa.stop()
    const before = s.ownVotes().map((v) => [v.message.type, v.message.value.targetHash])
    assert.equal(before.length, { 0: 0, [2 * GOSSIP_MS]: 1, [4 * GOSSIP_MS]: 2 }[moment])

    // Another fork is best now, and nobody repeats the votes that it heard.
    const genesis = s.chain.header(s.chain.info().genesisHash)!
    s.chain.add(child(genesis, { salt: 7 }), 9)
    const again = solo({ chain: s.chain })
    again.grandpa.start()
    again.connect('p')
    again.hear('p', again.neighbor(1n, 0))
    await again.clock.advance(10_000)
    const after = again.ownVotes().map((v) => [v.message.type, v.message.value.targetHash])
    for (const [type, hash] of before)
      assert.ok(
        after.filter(([t]) => t === type).every(([, h]) => h === hash) &&
          after.some(([t]) => t === type),
      )
    await again.grandpa.stop()
  })

test('a restarted voter goes on from the round after the last completed one', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  for (let round = 1n; round <= 5n; round++) {
    const [block] = s.grow(1)
    for (const type of ['Prevote', 'Precommit'] as const)
      for (const who of [1, 2, 3]) s.vote('p', who, type, block!, round)
    await s.clock.advance(1_000)
  }
  await s.grandpa.stop()
  const again = solo({ chain: s.chain })
  again.grandpa.start()
  assert.equal(again.grandpa.roundState().best.round, 6)
  // It can still help those who missed round 5.
  again.connect('q')
  again.hear('q', { type: 'CatchUpRequest', value: { round: 5n, setId: 0n } })
  assert.equal(again.messages('CatchUp', 'q')[0]?.round, 5n)
  assert.equal(again.messages('CatchUp', 'q')[0]?.precommits.length, 4)
  await again.grandpa.stop()
})

test('without a readable record it refuses to vote', async () => {
  const s = solo()
  s.grandpa.start()
  await s.settle()
  await s.grandpa.stop()
  const key = new TextEncoder().encode('grandpa/voter')
  const record = s.chain.aux.get(key)!
  for (const value of [record.subarray(0, -1), Uint8Array.of(9, ...record.subarray(1))]) {
    await s.chain.aux.batch([{ type: 'put', key, value }])
    assert.throws(() => solo({ chain: s.chain }).grandpa.start(), { code: 'BAD_RECORD' })
  }
})

test('when its record cannot be written it says nothing more', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  await s.settle()
  const [a] = s.grow(1)
  s.chain.aux.batch = () => Promise.reject(new Error('the disk is full'))
  for (const who of [1, 2, 3]) s.vote('p', who, 'Prevote', a!)
  await s.clock.advance(10_000)
  assert.deepEqual(s.ownVotes(), [])
  await assert.rejects(s.grandpa.importJustification(headerHash(a!), new Uint8Array()), {
    code: 'STOPPED',
  })
  await s.grandpa.stop()
})

test('what a precommit rested on survives a restart, and reaches those who lack it', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  await s.settle()
  for (const who of [1, 2]) s.vote('p', who, 'Prevote', a!)
  await s.clock.advance(2 * GOSSIP_MS)
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(s, 'Precommit'), [1])
  await s.grandpa.stop()

  const again = solo({ chain: s.chain })
  again.grandpa.start()
  assert.equal(again.grandpa.roundState().best.prevotes.currentWeight, 3)
  again.connect('q')
  again.hear('q', again.neighbor(1n, 0))
  assert.equal(again.messages('Vote', 'q').length, 4)
  await again.grandpa.stop()
})

test('so do the votes of the round before, late ones too', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  for (const type of ['Prevote', 'Precommit'] as const)
    for (const who of [1, 2]) s.vote('p', who, type, a!)
  await s.settle()
  await s.clock.advance(1_000)
  assert.equal(s.grandpa.roundState().best.round, 2)
  s.vote('p', 3, 'Prevote', a!)
  s.grow(1)
  await s.clock.advance(1_000)
  await s.grandpa.stop()

  const again = solo({ chain: s.chain })
  again.grandpa.start()
  again.connect('straggler')
  again.hear('straggler', again.neighbor(1n, 0))
  const ofRoundOne = again.messages('Vote', 'straggler').filter((v) => v.round === 1n)
  assert.equal(ofRoundOne.length, 7)
  await again.grandpa.stop()
})
