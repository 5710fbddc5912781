import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nearness, voteCommitment } from '../src/index.ts'
import { by, idOf, minerName, RIGHTS, TOKEN, testChain } from './support/chain.ts'
import {
  buyCall,
  claimOf,
  codesOf,
  digest,
  disputeOf,
  GENESIS,
  offerLicence,
  register,
  SALT,
  sealed,
  voteAll,
  workOf,
} from './support/rights.ts'

type Chain = ReturnType<typeof testChain>
const JURORS = 20
const jurors = new Map(
  Array.from({ length: JURORS }, (_, i) => [idOf(minerName(i)) as string, minerName(i)]),
)
const nameOf = (account: string): string => jurors.get(account)!
const { challengeBond: BOND, jurorBond, claimDeposit, stageBlocks } = RIGHTS

/** Alice's picture, and mallory's copy of it. */
function copied({ flips = 6, withJurors = true } = {}): Chain {
  const c = testChain()
  if (withJurors) for (const name of jurors.values()) c.ok(by(name), c.tx.Mdrc.register_juror({}))
  register(c, 'alice', claimOf('alice', codesOf('cat')))
  register(c, 'mallory', claimOf('mallory', codesOf('cat', { flips, edit: ' small' })))
  return c
}
const challenge = (c: Chain, who = 'eve', work = 1, prior = 0) =>
  [by(who), c.tx.Mdrc.challenge({ work, prior })] as const

test('a near copy is challenged by arithmetic, and refused when nobody answers', () => {
  const c = copied()
  c.ok(...challenge(c))
  const { reason } = disputeOf(c, 0)
  assert.deepEqual(reason, { type: 'NearDuplicate', value: { prior: 0, distance: 6 } })
  assert.equal(workOf(c, 1).status, 'Disputed')
  c.noop(...challenge(c, 'dave'), 'Mdrc.WrongState')
  const before = c.free('eve')
  c.blocks(stageBlocks + 1)
  assert.equal(workOf(c, 1).status, 'Refused')
  assert.equal(c.free('eve') - before, BOND + claimDeposit / 2n)
  assert.equal(c.reserved('mallory'), 0n)
  // The copy's bytes are free again, the original stands.
  assert.equal(workOf(c, 0).status, 'Claimed')
  c.blocks(RIGHTS.windowBlocks)
  assert.equal(workOf(c, 0).status, 'Confirmed')
})

test('what is not near, not earlier, licensed, sealed or of the same creator cannot be challenged', () => {
  const c = copied({ flips: 9 })
  c.noop(...challenge(c), 'Mdrc.NotNear')
  c.noop(...challenge(c, 'eve', 0, 1), 'Mdrc.NotEarlier')
  c.noop(...challenge(c, 'eve', 1, 1), 'Mdrc.NotEarlier')
  c.noop(...challenge(c, 'eve', 1, 9), 'Mdrc.NoWork')
  const own = register(c, 'alice', claimOf('alice', codesOf('cat', { flips: 1, edit: ' 2' })))
  c.noop(...challenge(c, 'eve', own, 0), 'Mdrc.SameCreator')
  const licence = offerLicence(c, 'alice', 0, { fee: 0n })
  c.ok(by('bob'), buyCall(c, 0, licence))
  const derived = claimOf('bob', codesOf('cat', { flips: 2, edit: ' 3' }), {
    parents: [{ work: 0, agreement: 0 }],
  })
  c.noop(...challenge(c, 'eve', register(c, 'bob', derived), 0), 'Mdrc.Licensed')
  const codes = codesOf('cat', { edit: ' 4' })
  const hidden = register(c, 'eve', claimOf('eve', codes, { fingerprint: sealed(codes) }))
  c.noop(...challenge(c, 'dave', hidden, 0), 'Mdrc.WrongState')
  const late = register(c, 'dave', claimOf('dave', codesOf('cat', { edit: ' 5' })))
  c.noop(...challenge(c, 'eve', late, hidden), 'Mdrc.NotNear')
  c.blocks(RIGHTS.windowBlocks + 2)
  c.noop(...challenge(c, 'eve', late, 0), 'Mdrc.WrongState')
})

test('codes that say too little, or of other media, are not near', () => {
  const flat = codesOf('flat')
  flat.content!.body.fill(0)
  assert.equal(nearness(flat, flat), undefined)
  const sound = {
    ...codesOf('cat'),
    content: { ...codesOf('cat').content!, kind: 'Audio' } as const,
  }
  assert.equal(nearness(sound, codesOf('cat')), undefined)
  assert.equal(nearness({ ...codesOf('cat'), content: undefined }, codesOf('cat')), undefined)
  const bytes = { ...codesOf('cat'), content: undefined }
  assert.equal(nearness(bytes, bytes), 0)
  // Far in the next 64 bits: two pictures that share their coarse shapes alone.
  const far = codesOf('cat')
  for (let i = 8; i < 12; i++) far.content!.body[i]! ^= 0xff
  assert.equal(nearness(far, codesOf('cat')), undefined)
  fc.assert(
    fc.property(fc.nat({ max: 64 }), (flips) => {
      const near = nearness(codesOf('cat', { flips }), codesOf('cat'))
      assert.equal(near, flips <= 8 ? flips : undefined)
    }),
  )
})

test('an owner who answers gets a panel; its majority decides, and what the loser put up is shared', () => {
  for (const upheld of [true, false]) {
    const c = copied()
    c.ok(...challenge(c))
    c.noop(by('bob'), c.tx.Mdrc.respond({ dispute: 0 }), 'Mdrc.NotOwner')
    c.ok(by('mallory'), c.tx.Mdrc.respond({ dispute: 0 }))
    assert.equal(disputeOf(c, 0).panel.length, 5)
    const names = voteAll(c, nameOf, 0, (seat) => (seat < 3 ? upheld : !upheld))
    assert.equal(disputeOf(c, 0).stage, 'Decided')
    const [eve, mallory] = [c.free('eve'), c.free('mallory')]
    const right = names.map((name) => c.free(name))
    c.blocks(stageBlocks + 1)
    assert.equal(disputeOf(c, 0).stage, 'Settled')
    const [winner, gain] = upheld
      ? ([c.free('eve') - eve, BOND + BOND / 2n + claimDeposit / 2n] as const)
      : ([c.free('mallory') - mallory, BOND + BOND / 2n] as const)
    assert.equal(winner, gain)
    assert.deepEqual(
      names.map((name, i) => c.free(name) - right[i]!),
      [0, 1, 2, 3, 4].map((i) => (i < 3 ? BOND / 2n / 3n : 0n)),
    )
    assert.equal(workOf(c, 1).status, upheld ? 'Refused' : 'Claimed')
    c.blocks(RIGHTS.windowBlocks + 2)
    assert.equal(workOf(c, 1).status, upheld ? 'Refused' : 'Confirmed')
    for (const name of names) c.ok(by(name), c.tx.Mdrc.leave_jury({}))
    assert.equal(c.reserved(names[0]!), 0n)
  }
})

test('who lost appeals once, to a larger panel of others, which is final', () => {
  const c = copied()
  c.ok(...challenge(c))
  c.ok(by('mallory'), c.tx.Mdrc.respond({ dispute: 0 }))
  const first = voteAll(c, nameOf, 0, () => true)
  c.noop(by('eve'), c.tx.Mdrc.appeal({ dispute: 0 }), 'Mdrc.NotParty')
  const before = c.free('mallory')
  c.ok(by('mallory'), c.tx.Mdrc.appeal({ dispute: 0 }))
  assert.equal(before - c.free('mallory'), 2n * BOND)
  assert.equal(disputeOf(c, 0).panel.length, 11)
  const seated = new Set(disputeOf(c, 0).panel.map(({ juror }) => nameOf(juror)))
  assert.ok(first.every((name) => !seated.has(name)))
  voteAll(c, nameOf, 0, (seat) => seat < 2)
  assert.equal(disputeOf(c, 0).stage, 'Settled')
  assert.equal(workOf(c, 1).status, 'Claimed')
  // Both bonds back, and half of the challenger's.
  assert.equal(c.free('mallory') - before, BOND + BOND / 2n)
  c.noop(by('eve'), c.tx.Mdrc.appeal({ dispute: 0 }), 'Mdrc.NoDispute')
  assert.equal(c.reserved('eve'), 0n)
})

test('an appeal that is lost costs both bonds; money is neither made nor lost', () => {
  const c = copied()
  const issued = c.issuance()
  c.ok(...challenge(c))
  c.ok(by('mallory'), c.tx.Mdrc.respond({ dispute: 0 }))
  voteAll(c, nameOf, 0, () => true)
  c.ok(by('mallory'), c.tx.Mdrc.appeal({ dispute: 0 }))
  const eve = c.free('eve')
  voteAll(c, nameOf, 0, () => true)
  assert.equal(workOf(c, 1).status, 'Refused')
  assert.equal(c.free('eve') - eve, BOND + BOND / 2n + BOND + claimDeposit / 2n)
  assert.equal(c.reserved('mallory'), 0n)
  assert.equal(c.issuance(), issued)
})

test('votes are secret until all are in, bound to their juror, and who hides one pays', () => {
  const c = copied()
  c.ok(...challenge(c))
  c.ok(by('mallory'), c.tx.Mdrc.respond({ dispute: 0 }))
  const [one, two] = disputeOf(c, 0).panel.map(({ juror }) => nameOf(juror))
  const at = { dispute: 0, round: 0, juror: idOf(one!) }
  const vote = voteCommitment(GENESIS, at, SALT, true)
  c.noop(by('eve'), c.tx.Mdrc.vote({ dispute: 0, vote }), 'Mdrc.NotJuror')
  c.ok(by(one!), c.tx.Mdrc.vote({ dispute: 0, vote }))
  // A copied vote can't be shown by who copied it.
  c.ok(by(two!), c.tx.Mdrc.vote({ dispute: 0, vote }))
  const reveal = (who: string, upheld: boolean, salt = SALT) =>
    [by(who), c.tx.Mdrc.reveal_vote({ dispute: 0, upheld, salt })] as const
  c.noop(...reveal(one!, true), 'Mdrc.NoDispute')
  c.noop(by(one!), c.tx.Mdrc.leave_jury({}), 'Mdrc.Serving')
  c.blocks(stageBlocks + 1)
  c.noop(...reveal(two!, true), 'Mdrc.WrongVote')
  c.noop(...reveal(one!, false), 'Mdrc.WrongVote')
  c.noop(...reveal(one!, true, digest('other')), 'Mdrc.WrongVote')
  c.ok(...reveal(one!, true))
  c.noop(...reveal(one!, true), 'Mdrc.WrongVote')
  c.blocks(stageBlocks + 1)
  assert.equal(c.run(() => c.storage.Mdrc.Jurors.get(idOf(one!)))!.bond, jurorBond)
  assert.equal(c.run(() => c.storage.Mdrc.Jurors.get(idOf(two!)))!.bond, (jurorBond * 9n) / 10n)
  assert.equal(
    c.run(() => c.storage.Mdrc.JurorCount.get()),
    JURORS - 4,
  )
  c.ok(by(two!), c.tx.Mdrc.leave_jury({}))
  assert.equal(disputeOf(c, 0).upheld, true)
})

test('evidence goes to jurors; without any the arithmetic stands, and words count for nothing', () => {
  const dispute = (c: Chain, work = 0) =>
    c.tx.Mdrc.dispute({ work, kind: 'Timestamp', evidence: digest('letter') })
  const none = copied({ withJurors: false })
  none.noop(by('eve'), dispute(none), 'Mdrc.TooFewJurors')
  none.ok(...challenge(none))
  none.noop(by('mallory'), none.tx.Mdrc.respond({ dispute: 0 }), 'Mdrc.TooFewJurors')
  const c = copied()
  c.blocks(RIGHTS.windowBlocks + 2)
  c.ok(by('eve'), dispute(c))
  // The owner says nothing: jurors decide all the same.
  c.blocks(stageBlocks + 1)
  assert.equal(disputeOf(c, 0).stage, 'Voting')
  voteAll(c, nameOf, 0, () => undefined)
  const eve = c.reserved('eve')
  c.blocks(stageBlocks + 1)
  assert.equal(workOf(c, 0).status, 'Confirmed')
  assert.equal(eve - c.reserved('eve'), BOND)
  // Enough when it was opened, not any more when it is time: everybody gets back what they put up.
  for (const name of jurors.values())
    if (c.run(() => c.storage.Mdrc.JurorCount.get()) > 5 && jurorIn(c, name))
      c.ok(by(name), c.tx.Mdrc.leave_jury({}))
  c.ok(by('eve'), dispute(c, 1))
  const last = [...jurors.values()].find((name) => jurorIn(c, name))!
  c.ok(by(last), c.tx.Mdrc.leave_jury({}))
  const before = c.free('eve')
  c.blocks(stageBlocks + 1)
  assert.equal(c.free('eve') - before, BOND)
  assert.equal(workOf(c, 1).status, 'Confirmed')
  c.noop(by('eve'), c.tx.Mdrc.leave_jury({}), 'Mdrc.NotJuror')
  assert.ok(c.free('eve') > TOKEN)
})
const jurorIn = (c: Chain, name: string): boolean =>
  c.run(() => c.storage.Mdrc.JurorPosition.has(idOf(name)))
