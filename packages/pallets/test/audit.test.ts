import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blake2b256 } from '@cess/crypto'
import { NONE, ROOT } from '@cess/frame'
import { openChunk, type ServiceProof } from '@cess/podr2'
import { challenge, judge, lastAudit, point, scene, X, Y } from './support/audit.ts'
import { ANSWER, by, COLLATERAL, EXIT_LOCK, idOf, ROUND, testChain } from './support/chain.ts'
import {
  answerOf,
  challengeOf,
  type Shelf,
  submitProof,
  tagAll,
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

const stage = scene()
const open = challenge(stage.c, X)
const honest = answerOf(stage.shelves[X]!, open)

test('a challenge covers rows of both taggers and chunks, drawn over all that the miner holds', () => {
  const { c } = stage
  assert.deepEqual([...new Set(open.rows.map((r) => r.tagger))].toSorted(), [0, 1])
  assert.equal(open.openings.length, 4)
  assert.equal(open.bytes, minerInfo(c, 0).serviceSpace)
  const rows = open.rows.map((r) => `${r.fragment.toHex()}/${r.row}`)
  assert.equal(new Set(rows).size, rows.length)
  c.noop(ROOT, point(c, X), 'Audit.NoChallenge')
  c.noop(by('alice'), point(c, Y), 'BadOrigin')
  c.noop(ROOT, point(c, 'nobody'), 'Audit.NoChallenge')
})

test('an honest answer passes, costs no fee and counts', () => {
  const { c } = stage
  c.state.begin()
  const { result, post } = c.run(() => c.runtime.dispatch(by(X), submitProof(c, honest)))
  assert.deepEqual([result.type, post.paysFee], ['Ok', 'No'])
  assert.deepEqual(lastAudit(c, X), {
    block: c.number(),
    result: 'Passed',
    bytes: open.bytes,
    rows: open.rows.length,
    openings: 4,
  })
  assert.equal(challengeOf(c, X), undefined)
  c.noop(by(X), submitProof(c, honest), 'Audit.NoChallenge')
  const power = c.run(() => c.storage.Sminer.EraPower.get(idOf(X), 0))
  assert.equal(power, open.bytes)
  invariants(c)
  c.state.rollback()
})

test('a wrong answer ends the challenge, costs a tenth of the collateral and a fee', () => {
  const { c } = stage
  c.state.begin()
  const before = minerInfo(c, 0).collaterals
  const wrong = { ...honest, groups: [] }
  const { post } = c.run(() => c.runtime.dispatch(by(X), submitProof(c, wrong)))
  assert.equal(post.paysFee, 'Yes')
  assert.equal(before - minerInfo(c, 0).collaterals, COLLATERAL / 10n)
  assert.equal(lastAudit(c, X)!.result, 'Failed')
  c.noop(by(X), submitProof(c, honest), 'Audit.NoChallenge')
  c.state.rollback()
})

const [first, second] = honest.groups as [ServiceProof['groups'][0], ServiceProof['groups'][0]]
const flip = (bytes: Uint8Array, at: number) => bytes.map((b, i) => (i === at ? b ^ 1 : b))
const withGroup = (proof: Uint8Array): ServiceProof => ({
  ...honest,
  groups: [{ ...first, proof }, second],
})
/** The answer of a shelf that was tampered with. */
const tampered = (change: (shelf: Shelf) => Shelf): ServiceProof =>
  answerOf(change(stage.shelves[X]!), open)
const challengedRow = open.rows.find((r) => r.tagger === 0)!

test('nothing else passes: no part may be missing, added, moved or made up', () => {
  const forgeries: Record<string, ServiceProof> = {
    'nothing at all': { groups: [], openings: [] },
    'no rows': { ...honest, groups: [] },
    'no chunks': { ...honest, openings: [] },
    'a group is missing': { ...honest, groups: [first] },
    'the other group is missing': { ...honest, groups: [second] },
    'a group too many': { ...honest, groups: [first, second, second] },
    'a group twice': { ...honest, groups: [first, first] },
    'groups in another order': { ...honest, groups: [second, first] },
    'groups under each other’s name': {
      ...honest,
      groups: [
        { ...first, tagger: 1 },
        { ...second, tagger: 0 },
      ],
    },
    'a tagger that is not asked': { ...honest, groups: [first, { ...second, tagger: 7 }] },
    'a chunk is missing': { ...honest, openings: honest.openings.slice(1) },
    'a chunk too many': { ...honest, openings: [...honest.openings, honest.openings[0]!] },
    'chunks in another order': { ...honest, openings: honest.openings.toReversed() },
    'σ is another': withGroup(flip(first.proof, 3)),
    'y is another': withGroup(flip(first.proof, 60)),
    'ψ is another': withGroup(flip(first.proof, 100)),
    'the other group’s proof': withGroup(second.proof),
    zeros: withGroup(new Uint8Array(128)),
    'the identity everywhere': withGroup(
      new Uint8Array(128).map((_, i) => (i === 0 || i === 80 ? 0xc0 : 0)),
    ),
    'a chunk with one bit flipped': {
      ...honest,
      openings: honest.openings.with(0, {
        ...honest.openings[0]!,
        chunk: flip(honest.openings[0]!.chunk, 0),
      }),
    },
    'a path with one bit flipped': {
      ...honest,
      openings: honest.openings.with(0, {
        ...honest.openings[0]!,
        path: honest.openings[0]!.path.with(0, flip(honest.openings[0]!.path[0]!, 0)),
      }),
    },
    'another chunk of the same fragment': {
      ...honest,
      openings: honest.openings.with(
        0,
        openChunk(
          stage.shelves[X]!.fragments.get(open.openings[0]!.fragment.toHex())!,
          open.openings[0]!.chunk === 0 ? 1 : open.openings[0]!.chunk - 1,
        ),
      ),
    },
  }
  assert.equal(judge(stage, X, honest), true)
  for (const [what, proof] of Object.entries(forgeries))
    assert.equal(judge(stage, X, proof), false, what)
})

test('data that is damaged or swapped does not pass, though its tags are right', () => {
  const damaged = tampered((shelf) => {
    const fragments = new Map(shelf.fragments)
    const id = challengedRow.fragment.toHex()
    const bytes = fragments.get(id)!.slice()
    bytes[challengedRow.row * 63_488 + 17]! ^= 1
    fragments.set(id, bytes)
    return { ...shelf, fragments }
  })
  assert.equal(judge(stage, X, { ...honest, groups: damaged.groups }), false)
  const emptied = tampered((shelf) => ({
    ...shelf,
    fragments: new Map([...shelf.fragments].map(([id, b]) => [id, new Uint8Array(b.length)])),
  }))
  assert.equal(judge(stage, X, emptied), false)
  assert.equal(judge(stage, X, { ...honest, openings: emptied.openings }), false)
})

test('tags of a key of the miner’s own, or of another row, do not pass', () => {
  const forger = taggerOf('forger')
  const forged = tampered((shelf) => {
    const own: Shelf = { fragments: shelf.fragments, tags: new Map() }
    const only = new Map([...shelf.fragments].filter(([id]) => shelf.tags.get(0)!.tags.has(id)))
    tagAll({ fragments: only, tags: own.tags }, 0, forger)
    return { fragments: shelf.fragments, tags: new Map([...shelf.tags, ...own.tags]) }
  })
  assert.equal(judge(stage, X, { ...honest, groups: forged.groups }), false)
  const rolled = tampered((shelf) => {
    const { tagger, tags } = shelf.tags.get(0)!
    const moved = new Map(
      [...tags].map(([id, list]) => [
        id,
        new Uint8Array([...list.subarray(48), ...list.subarray(0, 48)]),
      ]),
    )
    return { ...shelf, tags: new Map([...shelf.tags, [0, { tagger, tags: moved }]]) }
  })
  assert.equal(judge(stage, X, { ...honest, groups: rolled.groups }), false)
})

test('an answer to another challenge does not pass: of another miner, round or set of rows', () => {
  const { c, shelves } = stage
  c.state.begin()
  const others = challenge(c, Y)
  const answer = answerOf(shelves[Y]!, others)
  assert.equal(judge(stage, Y, answer), true)
  assert.equal(judge(stage, X, answer), false, 'another miner’s proof')
  c.ok(by(X), submitProof(c, honest))
  c.blocks()
  challenge(c, X)
  assert.equal(judge(stage, X, honest), false, 'a replayed proof')
  assert.equal(judge(stage, X, answerOf(shelves[X]!, challengeOf(c, X)!)), true)
  c.state.rollback()
  const fewer = answerOf(shelves[X]!, { ...open, rows: open.rows.slice(1) })
  assert.equal(judge(stage, X, fewer), false, 'a row left out')
  const seeded = answerOf(shelves[X]!, { ...open, seed: blake2b256(open.seed) })
  assert.equal(judge(stage, X, { ...honest, groups: seeded.groups }), false, 'another seed')
})

test('bytes that are no proof are refused and the challenge stays open', () => {
  const { c } = stage
  const submit = (serviceProve: Uint8Array) => c.tx.Audit.submit_service_proof({ serviceProve })
  for (const bytes of [new Uint8Array(0), new Uint8Array(500).fill(255), Uint8Array.of(0, 0, 0)])
    c.noop(by(X), submit(bytes), 'Audit.MalformedProof')
  c.noop(by('mallory'), submitProof(c, honest), 'Audit.NoChallenge')
  c.noop(NONE, submitProof(c, honest), 'BadOrigin')
})

test('data without tags is audited by openings alone', () => {
  const bare = scene({ tagged: false })
  const asked = challenge(bare.c, X)
  assert.deepEqual([asked.rows.length, asked.openings.length], [0, 4])
  const proof = answerOf(bare.shelves[X]!, asked)
  assert.equal(judge(bare, X, { ...proof, openings: [] }), false)
  assert.equal(judge(bare, X, proof), true)
})

test('an answer counts up to the deadline, in the block of it too', () => {
  const { c, shelves } = scene({ answerBlocks: ANSWER })
  const { deadline, start } = challenge(c, X)
  assert.equal(deadline - start, ANSWER)
  c.blocks(deadline - c.number())
  const proof = answerOf(shelves[X]!, challengeOf(c, X)!)
  assert.equal(judge({ c, shelves }, X, proof), true)
  c.blocks()
  c.noop(by(X), submitProof(c, proof), 'Audit.NoChallenge')
  assert.equal(lastAudit(c, X)!.result, 'Missed')
  invariants(c)
})

test('who does not answer loses 2, 5, 15 percent, and after five misses is out of service', () => {
  const c = testChain({ answerBlocks: ANSWER })
  registerMiners(c, 12)
  prepareUser(c, 'bob')
  store(c, layoutOf('a file'), 'bob')
  let before = COLLATERAL
  for (const [times, percent] of [2n, 5n, 15n, 15n, 15n].entries()) {
    assert.equal(
      c.run(() => c.storage.Audit.CountedClear.get(idOf(X))),
      times,
    )
    const { deadline } = challenge(c, X)
    c.blocks(deadline + 1 - c.number())
    const m = minerInfo(c, 0)
    assert.equal(before - m.collaterals, (COLLATERAL * percent) / 100n)
    assert.equal(m.state, times === 4 ? 'offline' : 'frozen')
    before = m.collaterals
    invariants(c)
  }
  assert.equal(
    c.run(() => c.api.sminer.registry.inService(idOf(X))),
    false,
  )
  // What it held is written off, and nobody asks for it any more.
  c.blocks(ANSWER + ROUND)
  assert.equal(challengeOf(c, X), undefined)
  assert.equal(minerInfo(c, 0).serviceSpace, 0n)
  c.noop(ROOT, point(c, X), 'Audit.NoChallenge')
  invariants(c)
  c.ok(by(X), c.tx.Sminer.miner_exit_prep({ miner: idOf(X) }))
  c.blocks(EXIT_LOCK)
  c.ok(by(X), c.tx.Sminer.miner_withdraw({}))
  c.run(() => {
    const { LastAudit, CountedClear, CountedServiceFailed } = c.storage.Audit
    assert.equal(LastAudit.has(idOf(X)) || CountedClear.has(idOf(X)), false)
    assert.equal(CountedServiceFailed.has(idOf(X)), false)
  })
})

test('an answer ends a row of misses; false proofs go on until the collateral is gone', () => {
  const { c, shelves } = scene({ answerBlocks: ANSWER })
  const { deadline } = challenge(c, X)
  c.blocks(deadline + 1 - c.number())
  assert.equal(
    c.run(() => c.storage.Audit.CountedClear.get(idOf(X))),
    1,
  )
  c.ok(by(X), submitProof(c, answerOf(shelves[X]!, challenge(c, X))))
  assert.equal(
    c.run(() => c.storage.Audit.CountedClear.get(idOf(X))),
    0,
  )
  for (let times = 1; minerInfo(c, 0).state !== 'offline'; times++) {
    assert.ok(times <= 10)
    challenge(c, X)
    c.ok(by(X), submitProof(c, { groups: [], openings: [] }))
    assert.equal(
      c.run(() => c.storage.Audit.CountedServiceFailed.get(idOf(X))),
      times,
    )
    c.blocks()
  }
  assert.equal(minerInfo(c, 0).collaterals, 0n)
  assert.ok(minerInfo(c, 0).debt > 0n)
  invariants(c)
})
