import assert from 'node:assert/strict'
import { test } from 'node:test'
import { by, idOf, keyOf, READY, RIGHTS, TOKEN, testChain } from './support/chain.ts'
import { buyCall, claimOf, codesOf, offerLicence, register, workOf } from './support/rights.ts'
import {
  commitCall,
  FEE,
  FILE,
  grantOf,
  ownGrantOf,
  requestCall,
  sharingChain,
  standing,
} from './support/sharing.ts'

const agreementOf = (c: ReturnType<typeof testChain>, id: number) =>
  c.run(() => c.storage.Mdrc.Agreements.get(id))!
const ACCESS = { access: { threshold: 3, proxies: 5 }, blocks: 40 }
const reader = keyOf('charlie').publicKey

test('a licence pays owners by their shares, and parents their royalties', () => {
  const c = testChain()
  const parent = register(c, 'alice', claimOf('alice', codesOf('song')))
  const remix = offerLicence(c, 'alice', parent, { royalty: 2_500, fee: 10n * TOKEN })
  c.noop(by('bob'), buyCall(c, parent, remix, { maxFee: 9n * TOKEN }), 'Mdrc.TooDear')
  c.noop(by('bob'), buyCall(c, parent, 9), 'Mdrc.NoLicence')
  c.noop(by('bob'), buyCall(c, 77, remix), 'Mdrc.NoWork')
  c.ok(by('bob'), buyCall(c, parent, remix))
  const work = register(
    c,
    'bob',
    claimOf('bob', codesOf('remix'), {
      parents: [{ work: parent, agreement: 0 }],
      owners: [
        { account: idOf('bob'), bps: 6_667 },
        { account: idOf('eve'), bps: 3_333 },
      ],
    }),
  )
  assert.deepEqual(workOf(c, work).parents, [{ work: parent, royalty: 2_500 }])
  const fee = 1_000n * TOKEN + 1n
  const licence = offerLicence(c, 'bob', work, { fee })
  const before = new Map(['alice', 'bob', 'eve', 'dave'].map((name) => [name, c.free(name)]))
  c.ok(by('dave'), buyCall(c, work, licence, { maxFee: fee }))
  const got = (name: string): bigint => c.free(name) - before.get(name)!
  assert.equal(got('alice'), fee / 4n)
  const own = fee - fee / 4n
  assert.equal(got('eve'), (own * 3_333n) / 10_000n)
  assert.equal(got('bob'), own - got('eve'))
  assert.equal(got('dave'), -fee)
  assert.equal(agreementOf(c, 1).state, 'Held')
  // A parent that was taken back gets nothing any more.
  c.ok(
    by('alice'),
    c.tx.Mdrc.propose({ work: parent, action: { type: 'Revoke', value: undefined } }),
  )
  const alice = c.free('alice')
  c.ok(by('charlie'), buyCall(c, work, licence, { maxFee: fee }))
  assert.equal(c.free('alice'), alice)
  c.ok(by('bob'), c.tx.Mdrc.propose({ work, action: { type: 'WithdrawLicence', value: licence } }))
  c.noop(by('dave'), buyCall(c, work, licence, { maxFee: fee }), 'Mdrc.NoLicence')
})

test('only licences that allow it, hold, and are the claimant’s make works derivable', () => {
  const c = testChain()
  const parent = register(c, 'alice', claimOf('alice', codesOf('song')))
  const terms = { flags: 0b101, fee: 0n }
  const noRemix = offerLicence(c, 'alice', parent, terms)
  const short = offerLicence(c, 'alice', parent, { fee: 0n, blocks: 10 })
  c.ok(by('bob'), buyCall(c, parent, noRemix))
  c.ok(by('bob'), buyCall(c, parent, short))
  c.ok(by('eve'), buyCall(c, parent, short))
  const fails = (agreement: number, name: string): void => {
    const claim = claimOf('bob', codesOf(name), { parents: [{ work: parent, agreement }] })
    assert.throws(() => register(c, 'bob', claim), /NotDerivable/)
  }
  fails(0, 'without the flag')
  fails(2, 'of somebody else')
  register(c, 'bob', claimOf('bob', codesOf('ok'), { parents: [{ work: parent, agreement: 1 }] }))
  c.blocks(10)
  fails(1, 'too late')
  for (const bad of [{ royalty: 5_001 }, { flags: 8 }, { fee: 1n << 100n }])
    assert.throws(() => offerLicence(c, 'alice', parent, bad), /BadTerms/)
  const access = { threshold: 0, proxies: 3 }
  assert.throws(() => offerLicence(c, 'alice', parent, { access }), /BadTerms/)
})

test('a licence with access asks for the grant in the same transaction; owners get the money with it', () => {
  const c = sharingChain(testChain())
  const work = register(
    c,
    'bob',
    claimOf('bob', codesOf('film'), {
      file: FILE.fileHash,
      owners: [
        { account: idOf('bob'), bps: 9_000 },
        { account: idOf('nobody yet'), bps: 1_000 },
      ],
    }),
  )
  const licence = offerLicence(c, 'bob', work, ACCESS)
  const want = { reader, proxyFee: FEE }
  c.noop(by('charlie'), buyCall(c, work, licence, { proxyFee: FEE }), 'Mdrc.NoKey')
  c.noop(
    by('charlie'),
    buyCall(c, work, licence, { reader, proxyFee: 1n }),
    'Reencryption.FeeTooLow',
  )
  const before = { free: c.free('bob'), reserved: c.reserved('bob') }
  c.ok(by('charlie'), buyCall(c, work, licence, want))
  const agreement = agreementOf(c, 0)
  assert.equal(agreement.state, 'Waiting')
  assert.equal(agreement.grant, 0)
  assert.deepEqual(grantOf(c).grantee, reader)
  assert.equal(grantOf(c).owner, idOf('bob'))
  // Paid, and kept until access is given: bob's part with bob, with the buyer what an empty account can't hold.
  assert.equal(c.free('bob'), before.free)
  assert.equal(c.reserved('bob') - before.reserved, 900n * TOKEN + FEE)
  assert.equal(c.reserved('charlie'), 100n * TOKEN)
  // What was sold can't be taken back.
  c.noop(by('bob'), c.tx.Reencryption.revoke({ grant: 0 }), 'Reencryption.Sold')
  c.noop(by('charlie'), c.tx.Mdrc.refund({ agreement: 0 }), 'Mdrc.NotRefundable')
  const own = ownGrantOf(c, 0)
  c.ok(by('bob'), commitCall(c, own, standing(c)))
  for (const name of standing(c)) c.ok(by(name), c.tx.Reencryption.acknowledge({ grant: 0 }))
  assert.equal(agreementOf(c, 0).state, 'Held')
  assert.equal(c.free('bob') - before.free, 900n * TOKEN)
  assert.equal(c.free('nobody yet'), 100n * TOKEN)
  assert.equal(c.reserved('charlie'), 0n)
  c.blocks(RIGHTS.accessBlocks + 1)
  c.noop(by('charlie'), c.tx.Mdrc.refund({ agreement: 0 }), 'Mdrc.NotRefundable')
  const renew = c.tx.Mdrc.renew_access({ agreement: 0, ...want })
  c.noop(by('charlie'), renew, 'Mdrc.AccessHolds')
  c.noop(by('eve'), renew, 'Mdrc.NoAgreement')
  c.blocks(40)
  c.noop(by('charlie'), renew, 'Mdrc.NoAgreement')
})

test('access of a licence without end is renewed', () => {
  const c = sharingChain(testChain())
  const work = register(c, 'bob', claimOf('bob', codesOf('film'), { file: FILE.fileHash }))
  const licence = offerLicence(c, 'bob', work, { ...ACCESS, blocks: undefined })
  const want = { reader, proxyFee: FEE }
  c.ok(by('charlie'), buyCall(c, work, licence, want))
  c.ok(by('bob'), commitCall(c, ownGrantOf(c, 0), standing(c)))
  for (const name of standing(c)) c.ok(by(name), c.tx.Reencryption.acknowledge({ grant: 0 }))
  c.blocks(205)
  c.ok(by('charlie'), c.tx.Mdrc.renew_access({ agreement: 0, ...want }))
  assert.equal(agreementOf(c, 0).grant, 1)
  assert.equal(grantOf(c, 1).status, 'Pending')
})

test('access that is not given in time is paid back, and grants that nobody bought can be revoked', () => {
  const c = sharingChain(testChain())
  const work = register(c, 'bob', claimOf('bob', codesOf('film'), { file: FILE.fileHash }))
  const licence = offerLicence(c, 'bob', work, ACCESS)
  const before = { bob: c.free('bob'), held: c.reserved('bob'), charlie: c.free('charlie') }
  c.ok(by('charlie'), buyCall(c, work, licence, { reader, proxyFee: FEE }))
  c.blocks(RIGHTS.accessBlocks + 1)
  c.noop(by('eve'), c.tx.Mdrc.refund({ agreement: 0 }), 'Mdrc.NoAgreement')
  c.ok(by('charlie'), c.tx.Mdrc.refund({ agreement: 0 }))
  assert.equal(agreementOf(c, 0).state, 'Refunded')
  assert.equal(grantOf(c).status, 'Revoked')
  // Everything comes back, also what was meant for the proxies: an owner who does nothing gets nothing.
  assert.equal(c.free('charlie'), before.charlie)
  assert.equal(c.free('bob'), before.bob)
  assert.equal(c.reserved('bob'), before.held)
  c.noop(by('charlie'), c.tx.Mdrc.refund({ agreement: 0 }), 'Mdrc.NotRefundable')
  const remix = claimOf('charlie', codesOf('remix'), { parents: [{ work, agreement: 0 }] })
  assert.throws(() => register(c, 'charlie', remix), /NotDerivable/)
  c.ok(by('bob'), requestCall(c))
  c.blocks(READY)
  c.ok(by('bob'), c.tx.Reencryption.revoke({ grant: 1 }))
})

test('a short licence is paid back whole before its grant ends by itself', async () => {
  const c = sharingChain(testChain())
  const work = register(c, 'bob', claimOf('bob', codesOf('film'), { file: FILE.fileHash }))
  const licence = offerLicence(c, 'bob', work, { ...ACCESS, blocks: 21 })
  const before = c.free('charlie')
  c.ok(by('charlie'), buyCall(c, work, licence, { reader, proxyFee: FEE }))
  const { refundable, until } = agreementOf(c, 0)
  assert.ok(refundable < until!)
  while (c.number() < refundable) c.blocks()
  c.ok(by('charlie'), c.tx.Mdrc.refund({ agreement: 0 }))
  assert.equal(c.free('charlie'), before)
})

test('access needs an owner who has the file', () => {
  const c = sharingChain(testChain())
  const noFile = register(c, 'bob', claimOf('bob', codesOf('film')))
  assert.throws(() => offerLicence(c, 'bob', noFile, ACCESS), /NoFile/)
  const action = { type: 'SetFile', value: FILE.fileHash } as const
  c.ok(by('bob'), c.tx.Mdrc.propose({ work: noFile, action }))
  const licence = offerLicence(c, 'bob', noFile, ACCESS)
  c.ok(by('bob'), c.tx.Mdrc.offer_share({ work: noFile, to: idOf('eve'), bps: 10_000, price: 0n }))
  c.ok(by('eve'), c.tx.Mdrc.accept_offer({ offer: 0, maxPrice: 0n }))
  // The new owner does not have the file: nobody pays for access that can't be given.
  c.noop(by('charlie'), buyCall(c, noFile, licence, { reader, proxyFee: FEE }), 'Mdrc.NoFile')
  c.noop(by('eve'), c.tx.Mdrc.propose({ work: noFile, action }), 'Mdrc.NotOwner')
})
