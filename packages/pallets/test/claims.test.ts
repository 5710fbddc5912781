import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { claimCommitment } from '../src/index.ts'
import { by, DAY, idOf, RIGHTS, TOKEN, testChain } from './support/chain.ts'
import {
  claimCall,
  claimOf,
  codesOf,
  commitCall,
  digest,
  GENESIS,
  register,
  SALT,
  sealed,
  workOf,
} from './support/rights.ts'
import { FILE, sharingChain } from './support/sharing.ts'

test('a claim is committed to, revealed, and confirmed when nobody challenges it', () => {
  const c = testChain()
  const claim = claimOf('bob', codesOf('sunset'))
  c.ok(by('bob'), commitCall(c, 'bob', claim))
  assert.equal(c.reserved('bob'), RIGHTS.commitDeposit)
  c.noop(by('bob'), commitCall(c, 'bob', claim), 'Mdrc.AlreadyCommitted')
  c.noop(by('bob'), claimCall(c, claim), 'Mdrc.TooEarly')
  const committed = c.number()
  c.blocks()
  c.ok(by('bob'), claimCall(c, claim))
  const work = workOf(c, 0)
  assert.equal(work.status, 'Claimed')
  assert.equal(work.committed, committed)
  assert.equal(c.reserved('bob'), RIGHTS.claimDeposit)
  assert.equal(
    c.run(() => c.storage.Mdrc.WorkOf.get(codesOf('sunset').instance)),
    0,
  )
  c.noop(by('bob'), claimCall(c, claim), 'Mdrc.NoCommitment')
  c.blocks(RIGHTS.windowBlocks - 1)
  assert.equal(workOf(c, 0).status, 'Claimed')
  c.blocks(2)
  assert.equal(workOf(c, 0).status, 'Confirmed')
  assert.equal(c.reserved('bob'), 0n)
  for (const origin of [NONE, ROOT]) c.noop(origin, claimCall(c, claim), 'BadOrigin')
})

test('a commitment is of one account, one chain and one claim', () => {
  const c = testChain()
  const claim = claimOf('bob', codesOf('sunset'))
  // Whoever copies a commitment, or makes it for another account, chain or claim, has nothing to reveal.
  const copied = claimCommitment(GENESIS, idOf('bob'), SALT, claim)
  const elsewhere = claimCommitment(digest('other chain'), idOf('mallory'), SALT, claim)
  for (const commitment of [copied, elsewhere])
    c.ok(by('mallory'), c.tx.Mdrc.commit({ commitment }))
  c.blocks()
  c.noop(by('mallory'), claimCall(c, claim), 'Mdrc.NoCommitment')
  c.ok(by('bob'), commitCall(c, 'bob', claim))
  c.blocks()
  c.noop(by('bob'), claimCall(c, claimOf('bob', codesOf('dawn'))), 'Mdrc.NoCommitment')
  c.noop(by('bob'), claimCall(c, claim, digest('other salt')), 'Mdrc.NoCommitment')
  c.ok(by('bob'), claimCall(c, claim))
  // Seen and copied: the bytes are taken.
  const stolen = claimOf('mallory', codesOf('sunset'))
  c.ok(by('mallory'), commitCall(c, 'mallory', stolen))
  c.blocks()
  c.noop(by('mallory'), claimCall(c, stolen), 'Mdrc.Duplicate')
  c.ok(by('mallory'), c.tx.Mdrc.withdraw_commitment({ commitment: copied }))
  c.noop(by('mallory'), c.tx.Mdrc.withdraw_commitment({ commitment: copied }), 'Mdrc.NoCommitment')
})

test('who committed first is first, also when the other revealed first, until that was confirmed', () => {
  const c = testChain()
  const mine = claimOf('bob', codesOf('sunset'))
  c.ok(by('bob'), commitCall(c, 'bob', mine))
  c.blocks()
  const theirs = register(c, 'mallory', claimOf('mallory', codesOf('sunset')))
  const before = c.reserved('mallory')
  c.ok(by('bob'), claimCall(c, mine))
  assert.equal(workOf(c, theirs).status, 'Refused')
  assert.equal(before - c.reserved('mallory'), RIGHTS.claimDeposit)
  assert.equal(
    c.run(() => c.storage.Mdrc.WorkOf.get(codesOf('sunset').instance)),
    1,
  )
  const late = claimOf('bob', codesOf('dawn'))
  c.ok(by('bob'), commitCall(c, 'bob', late))
  c.blocks()
  register(c, 'mallory', claimOf('mallory', codesOf('dawn')))
  c.blocks(RIGHTS.windowBlocks + 1)
  c.noop(by('bob'), claimCall(c, late), 'Mdrc.Duplicate')
})

test('what a claim says is checked: shares, consent, the file, parents', () => {
  const c = sharingChain(testChain())
  const bad = (error: string, more: Partial<ReturnType<typeof claimOf>>, who = 'bob'): void => {
    const claim = claimOf(who, codesOf(`bad ${error} ${JSON.stringify(Object.keys(more))}`), more)
    c.ok(by(who), commitCall(c, who, claim))
    c.blocks()
    c.noop(by(who), claimCall(c, claim), `Mdrc.${error}`)
    c.ok(
      by(who),
      c.tx.Mdrc.withdraw_commitment({
        commitment: claimCommitment(GENESIS, idOf(who), SALT, claim),
      }),
    )
  }
  const half = { account: idOf('bob'), bps: 5_000 }
  bad('BadClaim', { owners: [half] })
  bad('BadClaim', { owners: [half, half] })
  bad('BadClaim', { owners: [], consent: 0 })
  bad('BadClaim', { consent: 2 })
  bad('BadClaim', { consent: 0 })
  bad('BadClaim', {
    owners: [
      { account: idOf('bob'), bps: 10_000 },
      { account: idOf('eve'), bps: 0 },
    ],
  })
  bad('NotOwner', { file: FILE.fileHash }, 'mallory')
  bad('NoFile', { fingerprint: { type: 'Custody', value: undefined } })
  bad('NoWork', { parents: [{ work: 99, agreement: undefined }] })
  const work = register(c, 'bob', claimOf('bob', codesOf('sunset'), { file: FILE.fileHash }))
  bad('NotDerivable', { parents: [{ work, agreement: undefined }] }, 'mallory')
  bad('NotDerivable', { parents: [{ work, agreement: 7 }] }, 'mallory')
  const parent = { work, agreement: undefined }
  bad('BadClaim', { parents: [parent, parent] })
  // Own works need no licence.
  const child = register(c, 'bob', claimOf('bob', codesOf('sunset 2'), { parents: [parent] }))
  assert.deepEqual(workOf(c, child).parents, [{ work, royalty: 0 }])
  assert.ok(c.run(() => c.storage.Mdrc.Derived.has(work, child)))
})

test('sealed works show nothing until they are opened, and keep the block of their commitment', () => {
  const c = sharingChain(testChain())
  const codes = codesOf('secret')
  const claim = claimOf('bob', codes, { fingerprint: sealed(codes), file: FILE.fileHash })
  const work = register(c, 'bob', claim)
  assert.equal(workOf(c, work).status, 'Sealed')
  c.blocks(2 * RIGHTS.windowBlocks)
  // It is not confirmed as original: nobody could have challenged it.
  assert.equal(workOf(c, work).status, 'Sealed')
  const open = (who: string, of = codes, salt = SALT) =>
    [by(who), c.tx.Mdrc.open_codes({ work, codes: of, salt })] as const
  c.noop(...open('mallory'), 'Mdrc.NotOwner')
  c.noop(...open('bob', codesOf('other')), 'Mdrc.WrongCodes')
  c.noop(...open('bob', codes, digest('guess')), 'Mdrc.WrongCodes')
  const copy = register(c, 'mallory', claimOf('mallory', codes))
  c.ok(...open('bob'))
  assert.equal(workOf(c, work).status, 'Claimed')
  assert.equal(workOf(c, copy).status, 'Refused')
  c.noop(...open('bob'), 'Mdrc.WrongState')
  c.blocks(RIGHTS.windowBlocks + 2)
  assert.equal(workOf(c, work).status, 'Confirmed')
  const custody = claimOf('bob', codes, {
    ...{ fingerprint: { type: 'Custody', value: undefined }, file: FILE.fileHash },
  })
  assert.equal(workOf(c, register(c, 'bob', custody)).status, 'Custody')
})

test('many claims in one day cost more, and as many confirmations as fit are brought in a block', () => {
  const c = testChain()
  while (c.number() % DAY !== 0) c.blocks()
  const claims = Array.from({ length: 20 }, (_, i) => claimOf('bob', codesOf(`flood ${i}`)))
  for (const claim of claims) c.ok(by('bob'), commitCall(c, 'bob', claim))
  c.blocks()
  for (const claim of claims) c.ok(by('bob'), claimCall(c, claim))
  assert.equal(workOf(c, 15).deposit, RIGHTS.claimDeposit)
  assert.equal(workOf(c, 16).deposit, 2n * RIGHTS.claimDeposit)
  c.blocks(RIGHTS.windowBlocks + 10)
  for (let i = 0; i < 20; i++) assert.equal(workOf(c, i).status, 'Confirmed')
  assert.equal(c.reserved('bob'), 0n)
})

test('shares move by offer and acceptance, and what owners decide needs as many as they said', () => {
  const c = testChain()
  const owners = [
    { account: idOf('bob'), bps: 6_000 },
    { account: idOf('charlie'), bps: 4_000 },
  ]
  const work = register(c, 'bob', claimOf('bob', codesOf('sunset'), { owners, consent: 2 }))
  const offer = (who: string, bps: number, to = 'dave', price = 0n) =>
    [by(who), c.tx.Mdrc.offer_share({ work, to: idOf(to), bps, price })] as const
  c.noop(...offer('mallory', 1), 'Mdrc.NotOwner')
  for (const bps of [0, 6_001]) c.noop(...offer('bob', bps), 'Mdrc.BadShare')
  c.noop(...offer('bob', 10, 'bob'), 'Mdrc.BadShare')
  c.ok(...offer('bob', 5_000, 'dave', 7n * TOKEN))
  const accept = (who: string, number = 0, maxPrice = 7n * TOKEN) =>
    [by(who), c.tx.Mdrc.accept_offer({ offer: number, maxPrice })] as const
  c.noop(...accept('mallory'), 'Mdrc.NoOffer')
  c.noop(...accept('dave', 0, 6n * TOKEN), 'Mdrc.TooDear')
  const before = c.free('bob')
  c.ok(...accept('dave'))
  assert.equal(c.free('bob') - before, 7n * TOKEN)
  c.noop(...accept('dave'), 'Mdrc.NoOffer')
  assert.deepEqual(
    c.run(() => [...c.storage.Mdrc.Transfers.entries(work)].map(([, moved]) => moved)),
    [{ block: c.number(), from: idOf('bob'), to: idOf('dave'), bps: 5_000 }],
  )
  // Bob offers what he has twice, and can give it once.
  c.ok(...offer('bob', 1_000))
  c.ok(...offer('bob', 1_000, 'eve'))
  c.ok(...accept('dave', 1))
  c.noop(...accept('eve', 2), 'Mdrc.NotOwner')
  c.ok(by('eve'), c.tx.Mdrc.withdraw_offer({ offer: 2 }))
  const held = workOf(c, work).owners
  assert.equal(held.find(({ account }) => account === idOf('dave'))?.bps, 6_000)
  assert.ok(!c.run(() => c.storage.Mdrc.WorksOf.has(idOf('bob'), work)))

  const propose = (who: string) =>
    [by(who), c.tx.Mdrc.propose({ work, action: { type: 'Revoke', value: undefined } })] as const
  const approve = (who: string, proposal: number) =>
    [by(who), c.tx.Mdrc.approve({ work, proposal })] as const
  c.noop(...propose('bob'), 'Mdrc.NotOwner')
  c.ok(...propose('dave'))
  assert.equal(workOf(c, work).status, 'Claimed')
  c.noop(...approve('dave', 0), 'Mdrc.AlreadyApproved')
  c.noop(...approve('mallory', 0), 'Mdrc.NotOwner')
  c.noop(...approve('charlie', 5), 'Mdrc.NoProposal')
  c.ok(by('charlie'), c.tx.Mdrc.reject({ work, proposal: 0 }))
  c.ok(...propose('dave'))
  // Approvals of those who have sold their share since do not count.
  c.ok(...offer('dave', 6_000, 'eve'))
  c.ok(...accept('eve', 3))
  c.ok(...approve('charlie', 1))
  assert.equal(workOf(c, work).status, 'Claimed')
  c.ok(...approve('eve', 1))
  assert.equal(workOf(c, work).status, 'Revoked')
  assert.equal(c.reserved('bob'), 0n)
  c.noop(...propose('eve'), 'Mdrc.WrongState')
  // What was taken back does not stand in the way of others.
  register(c, 'mallory', claimOf('mallory', codesOf('sunset')))
})

test('sizes are bounded where they are read', () => {
  const claim = claimOf('bob', codesOf('long'))
  const owners = Array.from({ length: 17 }, () => ({ account: idOf('bob'), bps: 1 }))
  for (const more of [{ title: utf8('x'.repeat(129)) }, { owners }])
    assert.throws(() => claimCommitment(GENESIS, idOf('bob'), SALT, { ...claim, ...more }))
})

test('a full agenda refuses claims, and holds no dispute up', () => {
  const c = testChain()
  const first = register(c, 'alice', claimOf('alice', codesOf('cat')))
  const copy = register(c, 'bob', claimOf('bob', codesOf('cat', { edit: ' 2' })))
  const last = claimOf('bob', codesOf('late'))
  c.ok(by('bob'), commitCall(c, 'bob', last))
  c.blocks()
  c.run(() => {
    for (let block = 0; block < 80_000; block++) c.storage.Mdrc.AgendaCount.put(block, 8)
  })
  c.noop(by('bob'), claimCall(c, last), 'Mdrc.AgendaFull')
  c.ok(by('eve'), c.tx.Mdrc.challenge({ work: copy, prior: first }))
  c.blocks(RIGHTS.stageBlocks + 1)
  assert.equal(workOf(c, copy).status, 'Refused')
})
