import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerHash } from '@cess/primitives'
import { verifyJustification } from '../../src/index.ts'
import { child } from '../support/fake-chain.ts'
import { authoritiesOf, GOSSIP_MS, pairOf } from '../support/simulation.ts'
import { solo, targets } from '../support/solo.ts'

test('prevotes after two gossip times, precommits the ghost, and finalizes with a proof', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [, b] = s.grow(2)
  await s.clock.advance(2 * GOSSIP_MS - 1)
  assert.deepEqual(s.ownVotes(), [])
  await s.clock.advance(1)
  assert.deepEqual(targets(s, 'Prevote'), [2])
  for (const who of [1, 2]) s.vote('p', who, 'Prevote', b!)
  await s.clock.advance(2 * GOSSIP_MS - 1)
  assert.deepEqual(targets(s, 'Precommit'), [])
  await s.clock.advance(1)
  assert.deepEqual(targets(s, 'Precommit'), [2])
  assert.equal(s.finalized()[0], 0)
  for (const who of [1, 2]) s.vote('p', who, 'Precommit', b!)
  await s.settle()
  assert.deepEqual(s.finalized(), [2, headerHash(b!)])
  const proof = verifyJustification(s.justifications[0]!, 0n, s.authorities)
  assert.deepEqual([proof.round, proof.targetNumber, proof.precommits.length], [1n, 2, 3])
  // Its turn to broadcast the commit comes within two gossip times.
  await s.clock.advance(2 * GOSSIP_MS)
  assert.equal(s.messages('Commit', 'p').length, 1)
  await s.grandpa.stop()
})

test('with everybody heard it does not wait for the timer', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  for (const who of [1, 2, 3]) s.vote('p', who, 'Prevote', a!)
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(s, 'Precommit'), [1])
  await s.grandpa.stop()
})

test('with nothing to finalize a round waits for a block, or for somebody', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  await s.clock.advance(60_000)
  assert.deepEqual(s.ownVotes(), [])
  s.vote('p', 1, 'Prevote', s.chain.header(s.chain.info().genesisHash)!)
  await s.settle()
  assert.deepEqual(targets(s, 'Prevote'), [0])
  await s.grandpa.stop()
})

test('votes for unknown blocks count once the blocks are here', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  const b = child(a!, { salt: 1 })
  for (const who of [1, 2, 3])
    for (const type of ['Prevote', 'Precommit'] as const) s.vote('p', who, type, b)
  await s.clock.advance(1_000)
  assert.equal(s.finalized()[0], 0)
  s.chain.add(b)
  await s.settle()
  assert.equal(s.finalized()[0], 2)
  assert.deepEqual(s.costs('p'), [])
  await s.grandpa.stop()
})

/** Round 1 ends with an estimate on fork A that is not final: A may have been finalized elsewhere. */
async function openEstimate() {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const genesis = s.chain.header(s.chain.info().genesisHash)!
  const a = child(genesis, { salt: 1 })
  const b = child(genesis, { salt: 2 })
  s.chain.add(a)
  for (const who of [1, 2, 3]) s.vote('p', who, 'Prevote', a)
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(s, 'Precommit'), [1])
  return { s, genesis, a, b }
}

test('the next round builds on what the last one may have finalized, not on the best block', async () => {
  const { s, a, b, genesis } = await openEstimate()
  // One of four for A; one is missing, and one may have voted twice: round 1 is over, and A may be final.
  s.vote('p', 1, 'Precommit', genesis)
  s.vote('p', 2, 'Precommit', genesis)
  await s.settle()
  assert.equal(s.grandpa.roundState().best.round, 2)
  // Meanwhile the other fork becomes the best chain.
  s.chain.add(b, 5)
  assert.equal(s.chain.info().bestHash, headerHash(b))
  await s.clock.advance(1_000)
  assert.deepEqual(s.ownVotes().at(-1)?.message, {
    type: 'Prevote',
    value: { targetHash: headerHash(a), targetNumber: 1 },
  })
  // The others want B, which it must not help to finalize while A may be.
  for (const who of [1, 2, 3]) s.vote('p', who, 'Prevote', b, 2n)
  await s.clock.advance(5_000)
  assert.deepEqual(targets(s, 'Precommit'), [1])
  // With the last vote A cannot be any more.
  s.vote('p', 3, 'Precommit', genesis)
  await s.clock.advance(1_000)
  assert.deepEqual(s.ownVotes().at(-1)?.message, {
    type: 'Precommit',
    value: { targetHash: headerHash(b), targetNumber: 1 },
  })
  await s.grandpa.stop()
})

test('votes on a fork that has ended count for nothing', async () => {
  const { s, a, b } = await openEstimate()
  s.vote('p', 1, 'Precommit', a)
  s.vote('p', 3, 'Precommit', a)
  await s.settle()
  assert.equal(s.finalized()[0], 1)
  assert.equal(s.grandpa.roundState().best.round, 2)
  // b is gone with its fork; votes for it can never be counted.
  for (const who of [1, 2, 3]) s.vote('p', who, 'Prevote', b, 2n)
  await s.clock.advance(5_000)
  assert.deepEqual(targets(s, 'Precommit'), [1])
  assert.deepEqual(targets(s, 'Prevote'), [1, 1])
  await s.grandpa.stop()
})
test('asks for a catch-up two rounds behind, and goes on after it', async () => {
  // Somebody who went through five rounds gives the answer.
  const ahead = solo()
  ahead.grandpa.start()
  ahead.connect('p')
  for (let round = 1n; round <= 5n; round++) {
    const [block] = ahead.grow(1)
    for (const type of ['Prevote', 'Precommit'] as const)
      for (const who of [1, 2, 3]) ahead.vote('p', who, type, block!, round)
    await ahead.clock.advance(1_000)
  }
  ahead.connect('late')
  ahead.hear('late', { type: 'CatchUpRequest', value: { round: 5n, setId: 0n } })
  const catchUp = ahead.messages('CatchUp', 'late')[0]!
  await ahead.grandpa.stop()

  const s = solo()
  s.grandpa.start()
  s.connect('p')
  s.connect('q')
  s.hear('p', { type: 'CatchUp', value: catchUp })
  assert.deepEqual(s.costs('p'), [-500])
  s.hear('p', s.neighbor(2n, 1))
  assert.equal(s.messages('CatchUpRequest').length, 0)
  s.hear('p', s.neighbor(6n, 5))
  assert.deepEqual(s.messages('CatchUpRequest', 'p'), [{ round: 5n, setId: 0n }])
  s.hear('q', s.neighbor(6n, 5))
  assert.equal(s.messages('CatchUpRequest').length, 1)
  s.hear('q', { type: 'CatchUp', value: catchUp })
  assert.deepEqual(s.costs('q'), [-500])
  // Its blocks are not here yet.
  s.hear('p', { type: 'CatchUp', value: catchUp })
  await s.settle()
  assert.equal(s.grandpa.roundState().best.round, 1)
  for (const header of ahead.chain.all()) if (header.number > 0) s.chain.add(header)
  await s.clock.advance(1_000)
  assert.equal(s.grandpa.roundState().best.round, 6)
  assert.equal(s.finalized()[0], 5)
  assert.ok(s.reports.some((r) => r.peer === 'p' && r.change === 200))
  await s.grandpa.stop()
})

test('catch-ups that are malformed, prove nothing or do not come cost', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  const votes = (who: readonly number[], round: bigint) => {
    const commit = s.commit(a!, who, round)
    assert.ok(commit.type === 'Commit')
    return commit.value.precommits.map((v, i) => ({
      ...v,
      signature: commit.value.authData[i]![0],
      id: commit.value.authData[i]![1],
    }))
  }
  const base = { setId: 0n, baseHash: s.chain.info().genesisHash, baseNumber: 0, prevotes: [] }
  const attempts: [Parameters<typeof s.hear>[1], number][] = [
    // Of an earlier round than asked for.
    [{ type: 'CatchUp', value: { ...base, round: 4n, precommits: votes([1, 2, 3], 4n) } }, -1000],
    // Signed for another round.
    [{ type: 'CatchUp', value: { ...base, round: 5n, precommits: votes([1, 2, 3], 4n) } }, -1000],
    [{ type: 'CatchUp', value: { ...base, round: 5n, precommits: votes([1, 9, 3], 5n) } }, -1000],
    [{ type: 'CatchUp', value: { ...base, round: 5n, precommits: votes([1, 1, 1], 5n) } }, -1000],
    // Without prevotes no round completes.
    [{ type: 'CatchUp', value: { ...base, round: 5n, precommits: votes([1, 2, 3], 5n) } }, -5000],
  ]
  let height = 0
  for (const [message, cost] of attempts) {
    s.hear('p', s.neighbor(6n, ++height))
    assert.equal(s.messages('CatchUpRequest').length, height)
    s.hear('p', message)
    await s.settle()
    assert.equal(s.costs('p').at(-1), cost)
    assert.equal(s.costs('p').length, height)
  }
  s.hear('p', s.neighbor(6n, ++height))
  await s.clock.advance(50_000)
  assert.equal(s.costs('p').at(-1), -200)
  assert.equal(s.grandpa.roundState().best.round, 1)
  await s.grandpa.stop()
})

test('catch-ups are given to those who are behind, at a price', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const ask = (round: bigint, setId = 0n) =>
    s.hear('p', { type: 'CatchUpRequest', value: { round, setId } })
  ask(1n)
  assert.deepEqual([s.costs('p'), s.messages('CatchUp').length], [[-500], 0])
  const [a] = s.grow(1)
  for (const type of ['Prevote', 'Precommit'] as const)
    for (const who of [1, 2, 3]) s.vote('p', who, type, a!)
  await s.clock.advance(1_000)
  ask(1n)
  ask(9n)
  ask(1n, 7n)
  assert.deepEqual(s.costs('p'), [-500, -500, -500, -500])
  s.connect('q')
  s.hear('q', { type: 'CatchUpRequest', value: { round: 1n, setId: 0n } })
  // A newcomer counts as being in round 1, which it asks for.
  assert.deepEqual(s.costs('q'), [-500])
  await s.grandpa.stop()
})

test('the state of the rounds, as grandpa_roundState shows it', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  s.vote('p', 1, 'Prevote', a!)
  const { setId, best, background } = s.grandpa.roundState()
  assert.deepEqual([setId, background], [0, []])
  assert.deepEqual([best.round, best.totalWeight, best.thresholdWeight], [1, 4, 3])
  assert.deepEqual([best.prevotes.currentWeight, best.precommits.currentWeight], [1, 0])
  assert.equal(best.prevotes.missing.length, 3)
  assert.equal(best.precommits.missing.length, 4)
  assert.doesNotThrow(() => JSON.stringify(s.grandpa.roundState()))
  await s.grandpa.stop()
})

test('a vote stays behind the best block and below three quarters of a long way', async () => {
  const s = solo({ voteLag: 1 })
  s.grandpa.start()
  s.connect('p')
  s.grow(100)
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(s, 'Prevote'), [75])
  await s.grandpa.stop()
  const t = solo({ voteLag: 1 })
  t.grandpa.start()
  t.connect('p')
  t.grow(3)
  await t.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(t, 'Prevote'), [2])
  await t.grandpa.stop()
})

test('no vote goes beyond a block that changes the set, and the next set takes over there', async () => {
  const s = solo()
  const next = [0, 5, 6].map(pairOf)
  s.grandpa.start()
  s.connect('p')
  s.grow(2)
  const [change] = s.grow(1, { change: authoritiesOf(next) })
  s.grow(4)
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(s, 'Prevote'), [3])
  assert.equal(s.grandpa.wanted()?.hash, headerHash(change!))
  for (const type of ['Prevote', 'Precommit'] as const)
    for (const who of [1, 2, 3]) s.vote('p', who, type, change!)
  await s.settle()
  assert.equal(s.finalized()[0], 3)
  const proof = s.chain.justification(headerHash(change!))!
  assert.equal(verifyJustification(proof, 0n, s.authorities).targetNumber, 3)
  assert.deepEqual([s.grandpa.roundState().setId, s.grandpa.roundState().best.round], [1, 1])
  assert.equal(s.grandpa.roundState().best.totalWeight, 3)
  // Old voters have no say any more, also with a signature for the new set.
  s.vote('p', 1, 'Prevote', change!, 1n, 1n)
  assert.equal(s.costs('p').at(-1), -150)
  s.hear('p', s.neighbor(1n, 3, 1n))
  s.sent.length = 0
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(
    s.ownVotes().map((v) => [v.setId, v.round, v.message.value.targetNumber]),
    [[1n, 1n, 6]],
  )
  await s.grandpa.stop()
})

test('after a restart between sets it votes in the new one', async () => {
  const s = solo()
  s.grandpa.start()
  await s.settle()
  s.grow(2)
  const [change] = s.grow(1, { change: authoritiesOf([0, 5, 6].map(pairOf)) })
  await s.grandpa.stop()
  // The chain finalized, and the process died before the voter wrote it down.
  await s.chain.finalize(headerHash(change!))
  const again = solo({ chain: s.chain })
  again.grandpa.start()
  assert.equal(again.grandpa.roundState().setId, 1)
  assert.equal(again.grandpa.roundState().best.thresholdWeight, 3)
  await again.grandpa.stop()
})

test('a change with a delay takes effect that many blocks later', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  s.grow(1, { change: authoritiesOf([0, 5].map(pairOf)), delay: 3 })
  const later = s.grow(6)
  await s.clock.advance(2 * GOSSIP_MS)
  assert.deepEqual(targets(s, 'Prevote'), [4])
  s.hear('p', s.commit(s.chain.header(s.chain.hashAt(2)!)!, [1, 2, 3]))
  await s.settle()
  assert.deepEqual([s.finalized()[0], s.grandpa.roundState().setId], [2, 0])
  s.hear('p', s.commit(later[2]!, [1, 2, 3]))
  await s.settle()
  assert.deepEqual([s.finalized()[0], s.grandpa.roundState().setId], [4, 1])
  await s.grandpa.stop()
})

test('justifications finalize; false ones, unknown blocks and those of a later set do not', async () => {
  const s = solo({ isFollower: true })
  s.grandpa.start()
  const giver = solo({ chain: s.chain, justificationPeriod: 1 })
  const [a, b] = s.grow(2)
  const [change] = s.grow(1, { change: authoritiesOf([pairOf(5)]) })
  const [d] = s.grow(1)
  giver.grandpa.start()
  giver.connect('p')
  const { grandpa } = s
  const unknown = headerHash(child(d!, { salt: 9 }))
  await assert.rejects(grandpa.importJustification(unknown, new Uint8Array()), {
    code: 'UNKNOWN_BLOCK',
  })
  await assert.rejects(grandpa.importJustification(headerHash(b!), new Uint8Array(9)), {
    code: 'BAD_JUSTIFICATION',
  })
  await assert.rejects(grandpa.importJustification(headerHash(d!), new Uint8Array(9)), {
    code: 'OTHER_SET',
  })
  giver.hear('p', giver.commit(b!, [0, 1, 2]))
  await giver.settle()
  const proof = giver.justifications[0]!
  assert.equal(s.finalized()[0], 2)
  await grandpa.importJustification(headerHash(b!), proof)
  await assert.rejects(grandpa.importJustification(headerHash(change!), proof), {
    code: 'BAD_JUSTIFICATION',
  })
  assert.equal(grandpa.wanted()?.number, 3)
  assert.ok(a)
  await Promise.all([grandpa.stop(), giver.grandpa.stop()])
})

test('justifications are stored once a period', async () => {
  const s = solo({ justificationPeriod: 4 })
  s.grandpa.start()
  s.connect('p')
  const stored: number[] = []
  for (let i = 0; i < 9; i++) {
    const [block] = s.grow(1)
    s.hear('p', s.commit(block!, [1, 2, 3]))
    await s.settle()
    if (s.chain.justification(headerHash(block!))) stored.push(block!.number)
  }
  assert.deepEqual(stored, [4, 8])
  assert.equal(s.justifications.length, 9)
  await s.grandpa.stop()
})

test('nothing makes a fork final that finality has ended', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const genesis = s.chain.header(s.chain.info().genesisHash)!
  const [a, b] = [child(genesis, { salt: 1 }), child(genesis, { salt: 2 })]
  s.chain.add(a)
  s.hear('p', s.commit(a, [1, 2, 3]))
  await s.settle()
  assert.equal(s.finalized()[0], 1)
  s.chain.add(b)
  s.hear('p', s.commit(child(b), [1, 2, 3]))
  await s.clock.advance(10_000)
  assert.deepEqual(s.finalized(), [1, headerHash(a)])
  await s.grandpa.stop()
})

test('the commits of a set end with it, also those that came before the change was known', async () => {
  const s = solo({ isFollower: true })
  s.grandpa.start()
  s.connect('p')
  const [change] = s.grow(1, { change: s.authorities })
  const [, beyond] = s.grow(2)
  // Checked while set 0 votes; the first one ends it.
  s.hear('p', s.commit(change!, [1, 2, 3], 1n))
  s.hear('p', s.commit(beyond!, [1, 2, 3], 2n))
  await s.settle()
  assert.deepEqual([s.finalized()[0], s.grandpa.roundState().setId], [1, 1])
  // The same voters are in set 1, but what they signed was for set 0.
  s.hear('p', s.commit(beyond!, [1, 2, 3], 2n))
  assert.deepEqual(s.costs('p'), [-50])
  const replayed = s.commit(beyond!, [1, 2, 3], 2n)
  assert.ok(replayed.type === 'Commit')
  s.hear('p', { type: 'Commit', value: { ...replayed.value, setId: 1n } })
  assert.deepEqual(s.costs('p'), [-50, -5000])
  assert.equal(s.finalized()[0], 1)
  s.hear('p', s.commit(beyond!, [1, 2, 3], 1n, 1n))
  await s.settle()
  assert.equal(s.finalized()[0], 3)
  await s.grandpa.stop()
})
