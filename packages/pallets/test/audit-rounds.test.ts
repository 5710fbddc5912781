import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cess/bytes'
import { NONE } from '@cess/frame'
import { challenge, indexOf, judge, LARGE, lastAudit, SMALL, scene, X } from './support/audit.ts'
import { ANSWER, by, COLLATERAL, idOf, ROUND, type TestChain, testChain } from './support/chain.ts'
import {
  answerOf,
  challengeOf,
  contextOf,
  type RealFile,
  registerTagger,
  registration,
  submitProof,
  taggerOf,
} from './support/proofs.ts'
import {
  invariants,
  layoutOf,
  minerInfo,
  prepareUser,
  registerMiners,
  store,
} from './support/storage.ts'

const remove = (c: TestChain, file: RealFile) =>
  c.tx.FileBank.delete_file({ owner: idOf('bob'), fileHash: file.fileHash })

test('a file that is deleted while it is asked for does not hurt the miner', () => {
  const { c, shelves } = scene()
  const asked = challenge(c, X)
  const full = answerOf(shelves[X]!, asked)
  const gone = new Set(
    LARGE.dealInfo.map((s) => s.fragmentList[indexOf(c, LARGE, X) - 1] as string),
  )
  const stays = ({ fragment }: { fragment: Uint8Array }) => !gone.has(fragment.toHex())
  const rest = {
    ...asked,
    rows: asked.rows.filter(stays),
    openings: asked.openings.filter(stays),
  }
  assert.ok(rest.rows.length > 0 && rest.rows.length < asked.rows.length)
  const short = answerOf(shelves[X]!, rest)
  assert.equal(judge({ c, shelves }, X, short), false, 'nothing is deleted yet')
  c.ok(by('bob'), remove(c, LARGE))
  assert.equal(judge({ c, shelves }, X, full), true, 'the answer was on its way')
  assert.equal(judge({ c, shelves }, X, short), true, 'the data is gone')
  const shorter = { groups: [], openings: short.openings }
  assert.equal(judge({ c, shelves }, X, shorter), false, 'what stays must be proven')
  const left = minerInfo(c, 0).serviceSpace
  c.ok(by(X), submitProof(c, short))
  assert.equal(
    c.run(() => c.storage.Sminer.EraPower.get(idOf(X), 0)),
    left,
  )
  assert.equal(
    c.run(() => c.storage.Audit.Waived.has(idOf(X))),
    false,
  )
  invariants(c)
})

test('a challenge of which everything is deleted is closed without a result', () => {
  const { c } = scene({ answerBlocks: ANSWER })
  const { deadline } = challenge(c, X)
  c.ok(by('bob'), remove(c, LARGE))
  assert.ok(challengeOf(c, X))
  c.ok(by('bob'), remove(c, SMALL))
  assert.equal(challengeOf(c, X), undefined)
  c.blocks(deadline + 1 - c.number())
  assert.equal(minerInfo(c, 0).collaterals, COLLATERAL)
  assert.equal(lastAudit(c, X), undefined)
  invariants(c)
})

test('a miner does not get out of a challenge by the deletion of another file', () => {
  const { c } = scene({ answerBlocks: ANSWER })
  const { deadline } = challenge(c, X)
  c.ok(by('bob'), remove(c, SMALL))
  c.blocks(deadline + 1 - c.number())
  assert.equal(lastAudit(c, X)!.result, 'Missed')
  assert.ok(minerInfo(c, 0).collaterals < COLLATERAL)
})

test('in a round every miner is challenged once, spread over its blocks', () => {
  const c = testChain({ answerBlocks: 2 })
  registerMiners(c, 30)
  prepareUser(c, 'bob')
  for (let i = 0; i < 30; i++) store(c, layoutOf(`file ${i}`), 'bob')
  const start = c.run(() => c.storage.Audit.RoundStart.get())!
  const close = () =>
    c.run(() => {
      for (const [[miner]] of [...c.storage.Audit.ChallengeSnapShot.entries()])
        c.api.audit.forget(miner)
    })
  c.blocks(start + ROUND - 1 - c.number())
  close()
  c.blocks()
  const orders: string[] = []
  for (let round = 0; round < 3; round++) {
    const seen: string[] = []
    for (let block = 0; block < ROUND; block++) {
      const asked = c.events().filter((e) => e.value.type === 'GenerateChallenge')
      assert.ok(asked.length >= 3 && asked.length <= 4)
      seen.push(...asked.map((e) => (e.value.value as { miner: string }).miner))
      close()
      c.blocks()
    }
    assert.equal(new Set(seen).size, 30)
    assert.equal(seen.length, 30)
    orders.push(seen.join())
  }
  assert.equal(new Set(orders).size, 3, 'the order is another in each round')
})

test('with more miners than a round has room for, the round takes longer and leaves none out', () => {
  const c = testChain()
  c.run(() => {
    const { PositionOf, MinerAt, InService } = c.storage.Sminer
    for (let n = 0; n < 500; n++) {
      const who = idOf(`bare ${n % 40}`).replace(/.{4}$/, n.toString(16).padStart(4, '0')) as Hash
      MinerAt.put(n, who as never)
      PositionOf.put(who as never, n)
    }
    InService.put(500)
  })
  c.blocks(ROUND)
  const undrawn = () => c.run(() => c.api.sminer.registry.undrawn())
  assert.equal(undrawn(), 500 - 20 * ROUND)
  while (undrawn() > 0) {
    const before = undrawn()
    c.blocks()
    assert.equal(before - undrawn(), 20)
  }
  c.blocks()
  assert.ok(undrawn() >= 480)
})

test('a tagger key counts with a proof of possession by its account, for this chain', () => {
  const c = testChain()
  const tagger = taggerOf('new')
  const malformed = 'Audit.MalformedKey'
  c.noop(by('bob'), registration(c, 'bob', tagger, contextOf('alice')), malformed)
  const elsewhere = contextOf('bob', `0x${'01'.repeat(32)}` as Hash)
  c.noop(by('bob'), registration(c, 'bob', tagger, elsewhere), malformed)
  c.noop(by('mallory'), registration(c, 'bob', tagger), malformed)
  const { parametersHash: parameters, verifier } = tagger
  const possession = tagger.provePossession(contextOf('bob'))
  const register = (change: object) =>
    c.tx.Audit.register_tagger({ verifier, parameters, possession, ...change })
  c.noop(by('bob'), register({ verifier: taggerOf('other').verifier }), malformed)
  c.noop(by('bob'), register({ verifier: verifier.slice(1) }), malformed)
  c.noop(by('bob'), register({ verifier: new Uint8Array(0) }), malformed)
  c.noop(by('bob'), register({ possession: new Uint8Array(96) }), malformed)
  c.noop(by('bob'), register({ possession: possession.slice(0, 95) }), malformed)
  c.noop(NONE, register({}), 'BadOrigin')
  assert.equal(registerTagger(c, 'bob', tagger), 0)
  assert.equal(registerTagger(c, 'alice', taggerOf('a')), 1)
  assert.equal(registerTagger(c, 'bob', taggerOf('newer')), 2)
  c.run(() => {
    assert.equal(c.storage.Audit.TaggerOf.get(idOf('bob')), 2)
    assert.equal(c.api.audit.taggerOwner(0), idOf('bob'), 'older files stay provable')
    assert.equal(c.api.audit.taggerOwner(3), undefined)
  })
})
