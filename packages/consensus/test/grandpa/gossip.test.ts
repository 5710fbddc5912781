import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_HASH } from '@cess/bytes'
import { type GrandpaGossip, grandpaGossip, headerHash } from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import { signedVote } from '../support/cheats.ts'
import { child } from '../support/fake-chain.ts'
import { pairOf } from '../support/simulation.ts'
import { solo } from '../support/solo.ts'

const hex = (message: GrandpaGossip): string => encode(grandpaGossip, message).toHex()

test('messages have the bytes that Substrate gives them', () => {
  const vote = { targetHash: ZERO_HASH, targetNumber: 0x7777 }
  const [signature, id] = [new Uint8Array(64).fill(0xaa), new Uint8Array(32).fill(0xbb)]
  const zero = '00'.repeat(32)
  const [sig, key] = ['aa'.repeat(64), 'bb'.repeat(32)]
  const target = `${zero}77770000`
  const round = '4d00000000000000'
  const set = '6300000000000000'
  const common = { round: 77n, setId: 99n }
  assert.equal(
    hex({
      type: 'Vote',
      value: { ...common, message: { type: 'Precommit', value: vote }, signature, id },
    }),
    `00${round}${set}01${target}${sig}${key}`,
  )
  assert.equal(
    hex({
      type: 'Commit',
      value: { ...common, ...vote, precommits: [vote], authData: [[signature, id]] },
    }),
    `01${round}${set}${target}04${target}04${sig}${key}`,
  )
  const neighbor = { round: 2n, setId: 3n, commitFinalizedHeight: 255 }
  assert.equal(
    hex({ type: 'Neighbor', value: { type: 'V1', value: neighbor } }),
    '020102000000000000000300000000000000ff000000',
  )
  assert.equal(
    hex({ type: 'CatchUpRequest', value: { round: 0x11n, setId: 0x22n } }),
    '0311000000000000002200000000000000',
  )
  const signed = { ...vote, signature, id }
  const catchUp = {
    ...common,
    prevotes: [signed],
    precommits: [],
    baseHash: ZERO_HASH,
    baseNumber: 1,
  }
  // The set comes before the round here.
  assert.equal(
    hex({ type: 'CatchUp', value: catchUp }),
    `04${set}${round}04${target}${sig}${key}00${zero}01000000`,
  )
})

test('a vote is refused for its window, its voter or its signature, at a price', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  await s.settle()
  const [a] = s.grow(1)
  s.vote('p', 1, 'Prevote', a!, 3n)
  s.vote('p', 1, 'Prevote', a!, 1n, 1n)
  const message = {
    type: 'Prevote',
    value: { targetHash: headerHash(a!), targetNumber: 1 },
  } as const
  s.grandpa.message('p', signedVote(pairOf(8), message, 1n, 0n))
  const forged = decode(grandpaGossip, signedVote(s.pairs[1]!, message, 1n, 0n))
  assert.ok(forged.type === 'Vote')
  s.hear('p', { type: 'Vote', value: { ...forged.value, id: s.pairs[2]!.publicKey } })
  // Signed for another round, another set: the signature covers both.
  s.hear('p', { type: 'Vote', value: { ...forged.value, round: 2n } })
  assert.deepEqual(s.costs('p'), [-500, -500, -150, -100, -100])
  assert.equal(s.grandpa.roundState().best.prevotes.currentWeight, 0)
  s.grandpa.message('p', new Uint8Array(7).fill(0xff))
  assert.equal(s.costs('p').at(-1), -35)
  await s.grandpa.stop()
})

test('votes of rounds that are over cost, those of the round before are still counted', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  s.hear('p', s.neighbor(1n, 0))
  for (let round = 1n; round <= 3n; round++) {
    const [block] = s.grow(1)
    for (const type of ['Prevote', 'Precommit'] as const)
      for (const who of [1, 2]) s.vote('p', who, type, block!, round)
    await s.clock.advance(1_000)
  }
  assert.equal(s.grandpa.roundState().best.round, 4)
  assert.deepEqual(s.costs('p'), [])
  const block = s.chain.header(s.chain.hashAt(3)!)!
  s.vote('p', 3, 'Prevote', block, 3n)
  assert.deepEqual(s.costs('p'), [])
  s.vote('p', 3, 'Prevote', block, 2n)
  assert.deepEqual(s.costs('p'), [-50])
  await s.grandpa.stop()
})

test('what is heard is passed on once, to those whose view wants it', async () => {
  const s = solo()
  s.grandpa.start()
  for (const peer of ['p', 'near', 'far', 'otherset']) s.connect(peer)
  s.connect('light', 'light')
  s.hear('near', s.neighbor(2n, 0))
  s.hear('far', s.neighbor(5n, 0))
  s.hear('otherset', s.neighbor(1n, 0, 3n))
  const [a] = s.grow(1)
  s.sent.length = 0
  s.vote('p', 1, 'Prevote', a!)
  s.vote('p', 1, 'Prevote', a!)
  s.vote('near', 1, 'Prevote', a!)
  assert.deepEqual(
    s.sent.filter(({ message }) => message.type === 'Vote').map(({ peer }) => peer),
    ['near'],
  )
  // The same peer twice with the same.
  assert.deepEqual(s.costs('p'), [-4])
  assert.deepEqual(s.costs('near'), [-4])
  await s.grandpa.stop()
})

test('the third vote of an equivocator goes nowhere; the first two prove it', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  s.connect('q')
  const blocks = [1, 2, 3].map((salt) =>
    child(s.chain.header(s.chain.info().genesisHash)!, { salt }),
  )
  for (const block of blocks) s.chain.add(block)
  s.sent.length = 0
  for (const block of blocks) s.vote('p', 2, 'Precommit', block)
  assert.equal(s.messages('Vote', 'q').length, 2)
  assert.equal(s.equivocations.length, 1)
  assert.deepEqual(
    [s.equivocations[0]!.first.target.hash, s.equivocations[0]!.second.target.hash],
    blocks.slice(0, 2).map(headerHash),
  )
  await s.grandpa.stop()
})

test('neighbor packets: at once, when something changes, and again after two minutes', async () => {
  const s = solo()
  s.connect('early')
  s.grandpa.start()
  await s.settle()
  s.connect('p')
  const packets = () =>
    s.messages('Neighbor', 'p').map((n) => [n.value.round, n.value.commitFinalizedHeight])
  assert.equal(s.messages('Neighbor', 'early').length, 1)
  assert.deepEqual(packets(), [[1n, 0]])
  const [a] = s.grow(1)
  for (const type of ['Prevote', 'Precommit'] as const)
    for (const who of [1, 2]) s.vote('p', who, type, a!)
  await s.clock.advance(1_000)
  assert.deepEqual(packets(), [
    [1n, 0],
    [2n, 1],
  ])
  await s.clock.advance(115_000)
  assert.equal(packets().length, 2)
  await s.clock.advance(10_000)
  assert.deepEqual(packets().at(-1), [2n, 1])
  assert.equal(packets().length, 3)
  await s.grandpa.stop()
})

test('a view may not go back, nor be repeated within a minute', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  s.hear('p', s.neighbor(2n, 1))
  s.hear('p', s.neighbor(2n, 1))
  s.hear('p', s.neighbor(1n, 1))
  s.hear('p', s.neighbor(3n, 0))
  assert.deepEqual(s.costs('p'), [-500, -500, -500])
  await s.clock.advance(61_000)
  s.hear('p', s.neighbor(2n, 1))
  s.hear('p', s.neighbor(1n, 1, 1n))
  assert.equal(s.costs('p').length, 3)
  await s.grandpa.stop()
})

test('a commit finalizes, whoever sends it, and is passed on to those who know less', async () => {
  const s = solo({ isFollower: true })
  s.grandpa.start()
  for (const peer of ['p', 'q', 'ahead']) s.connect(peer, peer === 'q' ? 'light' : 'full')
  const [, b] = s.grow(2)
  s.hear('q', s.neighbor(1n, 0))
  s.hear('ahead', s.neighbor(1n, 2))
  s.hear('p', s.commit(b!, [0, 1, 3]))
  await s.settle()
  assert.deepEqual(s.finalized(), [2, headerHash(b!)])
  assert.deepEqual(
    s.sent.filter(({ message }) => message.type === 'Commit').map(({ peer }) => peer),
    ['q'],
  )
  assert.equal(s.grandpa.roundState().best.round, 2)
  assert.deepEqual(s.costs('p'), [])
  await s.grandpa.stop()
})

test('commits that prove nothing cost dearly', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a, b] = s.grow(2)
  const good = s.commit(b!, [1, 2, 3])
  assert.ok(good.type === 'Commit')
  const { precommits, authData } = good.value
  const swapped = [authData[1]!, authData[0]!, authData[2]!]
  const bad: GrandpaGossip[] = [
    s.commit(b!, [1, 2]),
    s.commit(b!, [1, 2, 9]),
    s.commit(b!, [1, 1, 1]),
    { type: 'Commit', value: { ...good.value, round: 2n } },
    {
      type: 'Commit',
      value: {
        ...good.value,
        authData: swapped,
        precommits: [...precommits.slice(0, 2), { targetHash: headerHash(a!), targetNumber: 1 }],
      },
    },
    { type: 'Commit', value: { ...good.value, precommits: precommits.slice(1) } },
    { type: 'Commit', value: { ...good.value, precommits: [], authData: [] } },
  ]
  for (const [i, message] of bad.entries()) {
    s.hear('p', message)
    await s.settle()
    assert.equal(s.costs('p').length, i + 1, `case ${i}`)
  }
  assert.deepEqual(new Set(s.costs('p')), new Set([-5000]))
  assert.equal(s.finalized()[0], 0)
  // Votes for an ancestor do not finalize the descendant.
  const low = s.commit(a!, [1, 2, 3])
  assert.ok(low.type === 'Commit')
  s.hear('p', {
    type: 'Commit',
    value: { ...low.value, targetHash: headerHash(b!), targetNumber: 2 },
  })
  await s.settle()
  assert.equal(s.costs('p').length, bad.length + 1)
  assert.equal(s.finalized()[0], 0)
  await s.grandpa.stop()
})

test('commits of another set cost, those for what is final do not', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  s.hear('p', s.commit(a!, [1, 2, 3], 1n, 1n))
  assert.deepEqual(s.costs('p'), [-500])
  s.hear('p', s.commit(a!, [1, 2, 3]))
  await s.settle()
  s.hear('p', s.commit(a!, [0, 1, 2]))
  await s.settle()
  assert.deepEqual([s.finalized()[0], s.costs('p').length], [1, 1])
  await s.grandpa.stop()
})

test('a commit waits for its blocks', async () => {
  const s = solo()
  s.grandpa.start()
  s.connect('p')
  const [a] = s.grow(1)
  const b = child(a!, { salt: 3 })
  s.hear('p', s.commit(b, [1, 2, 3]))
  await s.settle()
  assert.deepEqual([s.finalized()[0], s.costs('p')], [0, []])
  s.chain.add(b)
  await s.settle()
  assert.equal(s.finalized()[0], 2)
  await s.grandpa.stop()
})
