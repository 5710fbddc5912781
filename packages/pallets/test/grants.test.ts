import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { auditCapsule, openShares, verifyShare } from '@cess/reencryption'
import {
  BOND,
  by,
  GRANT_AUDITS,
  idOf,
  KEPT,
  keyOf,
  minerName,
  READY,
  testChain,
} from './support/chain.ts'
import {
  activeGrant,
  commitCall,
  FEE,
  FILE,
  grantOf,
  LIFE,
  partOf,
  request,
  requestCall,
  SEAL_KEY,
  shareOf,
  sharingChain,
  standing,
} from './support/sharing.ts'
import { registerMiners } from './support/storage.ts'

test('miners in service and registered gateways become proxies, with a bond, and leave with it', () => {
  const c = testChain()
  const register = c.tx.Reencryption.register_proxy({ sealKey: SEAL_KEY })
  c.noop(by('mallory'), register, 'Reencryption.NotEligible')
  registerMiners(c, 1)
  c.noop(
    by(minerName(0)),
    c.tx.Reencryption.register_proxy({ sealKey: new Uint8Array(32) }),
    'Reencryption.BadKey',
  )
  const before = c.reserved(minerName(0))
  c.ok(by(minerName(0)), register)
  assert.equal(c.reserved(minerName(0)) - before, BOND)
  c.noop(by(minerName(0)), register, 'Reencryption.AlreadyProxy')
  c.ok(by('gateway'), c.tx.Oss.register({ endpoint: new Uint8Array(38), domain: utf8('') }))
  c.ok(by('gateway'), register)
  const { publicKey } = keyOf('other seal')
  c.ok(by('gateway'), c.tx.Reencryption.set_seal_key({ sealKey: publicKey }))
  assert.deepEqual(
    c.run(() => c.storage.Reencryption.Proxies.get(idOf('gateway')))!.sealKey,
    publicKey,
  )
  const none = c.tx.Reencryption.set_seal_key({ sealKey: new Uint8Array(32) })
  c.noop(by('gateway'), none, 'Reencryption.BadKey')
  c.noop(
    by('mallory'),
    c.tx.Reencryption.set_seal_key({ sealKey: publicKey }),
    'Reencryption.NotProxy',
  )
  c.noop(by('gateway'), c.tx.Reencryption.withdraw_proxy({}), 'Reencryption.NotPaused')
  c.ok(by('gateway'), c.tx.Reencryption.pause_proxy({}))
  c.ok(by('gateway'), c.tx.Reencryption.withdraw_proxy({}))
  assert.equal(c.reserved('gateway'), 0n)
  for (const call of [c.tx.Reencryption.withdraw_proxy({}), c.tx.Reencryption.pause_proxy({})])
    c.noop(by('mallory'), call, 'Reencryption.NotProxy')
  for (const origin of [NONE, ROOT]) c.noop(origin, register, 'BadOrigin')
})

test('a grant from request to shares: any three of its proxies open the file for the grantee', () => {
  const c = sharingChain(testChain())
  const grant = activeGrant(c)
  const names = standing(c)
  const shares = names.slice(1, 4).map((name) => shareOf(grant, name))
  const commitments = names.flatMap(
    (name) => c.run(() => c.storage.Reencryption.Commitments.get(0, idOf(name)))!,
  )
  assert.ok(verifyShare(grant.delegation, commitments[1]!, grant.capsule, shares[0]!))
  // An sr25519 key is a ristretto scalar times eight in the form that wallets keep: here the grantee is made with ours.
  const own = activeGrant(c, { grantee: grant.key.publicKey })
  const ownNames = standing(c, own.id)
  const key = openShares({
    delegation: own.delegation,
    capsule: own.capsule,
    secret: grant.key.secret,
    threshold: 3,
    commitments: [...own.fragments.values()],
    shares: ownNames.slice(0, 3).map((name) => shareOf(own, name)),
  })
  assert.deepEqual(key, own.secret)
})

test('what is drawn: different operators, neither owner nor grantee, and as chance has it', () => {
  const c = sharingChain(testChain(), 12)
  const seen = new Set<string>()
  for (let i = 0; i < 12; i++) {
    const { id } = request(c, { grantee: keyOf(minerName(0)).publicKey })
    const names = standing(c, id)
    assert.equal(new Set(names).size, 5)
    assert.ok(!names.includes(minerName(0)), 'the grantee')
    for (const name of names) seen.add(name)
    c.blocks()
  }
  assert.equal(seen.size, 11)
  const operators = grantOf(c).places.map(
    ({ proxy }) => c.run(() => c.storage.Reencryption.Proxies.get(proxy))!.operator,
  )
  assert.equal(new Set(operators).size, operators.length)
})

test('one operator has one place, however many miners it runs', () => {
  const c = sharingChain(testChain(), 12)
  c.run(() => {
    for (let n = 0; n < 9; n++) {
      const who = idOf(minerName(n))
      const proxy = c.storage.Reencryption.Proxies.get(who)!
      c.storage.Reencryption.Proxies.put(who, { ...proxy, operator: idOf('mallory') })
      const miner = c.storage.Sminer.MinerItems.get(who)!
      c.storage.Sminer.MinerItems.put(who, { ...miner, stakingAccount: idOf('mallory') })
    }
  })
  c.noop(by('bob'), requestCall(c), 'Reencryption.TooFewProxies')
  const { id } = request(c, { proxies: 4 })
  assert.equal(standing(c, id).filter((name) => Number(name.slice(6)) < 9).length, 1)
})

test('requests that cannot be', () => {
  const c = sharingChain(testChain(), 5)
  const now = c.number()
  for (const [more, error] of [
    [{ threshold: 0 }, 'BadThreshold'],
    [{ threshold: 6 }, 'BadThreshold'],
    [{ proxies: 17 }, 'BadThreshold'],
    [{ files: [] }, 'NoFiles'],
    [{ files: [FILE.fileHash, FILE.fileHash] }, 'NoFiles'],
    [{ files: ['ab'.repeat(32)] }, 'NotOwner'],
    [{ expiry: now + 5 }, 'BadTime'],
    [{ expiry: now - 5 }, 'BadTime'],
    [{ expiry: now + 1_001 }, 'BadTime'],
    [{ grantee: new Uint8Array(32) }, 'BadKey'],
    [{ grantee: new Uint8Array(32).fill(255) }, 'BadKey'],
    [{ fee: 1n }, 'FeeTooLow'],
    [{ proxies: 6 }, 'TooFewProxies'],
  ] as const)
    c.noop(by('bob'), requestCall(c, more), `Reencryption.${error}`)
  c.noop(by('mallory'), requestCall(c), 'Reencryption.NotOwner')
  c.noop(by('bob'), requestCall(c, { fee: 10n ** 30n }), 'Balances.InsufficientBalance')
  for (const origin of [NONE, ROOT]) c.noop(origin, requestCall(c), 'BadOrigin')
})

test('fragments that do not fit are refused, and nobody else can bring them', () => {
  const c = sharingChain(testChain())
  const grant = request(c)
  const names = standing(c)
  const [first, second] = names as [string, string]
  const good = partOf(first, grant.fragments.get(first)!)
  const bad = (more: object, error: string) =>
    c.noop(by('bob'), commitCall(c, grant, names, more), `Reencryption.${error}`)
  c.noop(by('mallory'), commitCall(c, grant, names), 'Reencryption.NotOwner')
  bad({ grant: 9 }, 'NoGrant')
  bad({ keys: [] }, 'WrongParts')
  bad({ parts: [] }, 'WrongParts')
  bad({ parts: [good, good] }, 'WrongParts')
  bad({ parts: [{ ...good, proxy: idOf('mallory') }] }, 'WrongParts')
  bad({ parts: [{ ...good, commitments: [] }] }, 'WrongParts')
  bad({ keys: [{ delegator: new Uint8Array(32), precursor: SEAL_KEY }] }, 'BadKey')
  bad(
    { parts: [{ ...good, commitments: [{ id: SEAL_KEY, commitment: new Uint8Array(32) }] }] },
    'BadKey',
  )
  c.ok(by('bob'), commitCall(c, grant, [first]))
  c.noop(by('bob'), commitCall(c, grant, [first]), 'Reencryption.WrongState')
  // The first keys stay: a second polynomial would not fit together with what proxies have.
  c.noop(
    by('bob'),
    commitCall(c, grant, [second], { keys: [{ delegator: SEAL_KEY, precursor: SEAL_KEY }] }),
    'Reencryption.WrongParts',
  )
  c.noop(by(second), c.tx.Reencryption.acknowledge({ grant: 0 }), 'Reencryption.WrongState')
  c.noop(by('mallory'), c.tx.Reencryption.acknowledge({ grant: 0 }), 'Reencryption.WrongState')
  c.ok(by(first), c.tx.Reencryption.acknowledge({ grant: 0 }))
  c.noop(by(first), c.tx.Reencryption.acknowledge({ grant: 0 }), 'Reencryption.WrongState')
  assert.equal(
    c.run(() => c.storage.Reencryption.Sealed.has(0, idOf(first))),
    false,
  )
})

test('a grant is active once one proxy more than the threshold serves; silent ones are replaced', () => {
  const c = sharingChain(testChain())
  const grant = request(c)
  const names = standing(c)
  c.ok(by('bob'), commitCall(c, grant, names))
  for (const name of names.slice(0, 3)) c.ok(by(name), c.tx.Reencryption.acknowledge({ grant: 0 }))
  assert.equal(grantOf(c).status, 'Pending')
  const redraw = c.tx.Reencryption.redraw({ grant: 0 })
  c.noop(by('bob'), redraw, 'Reencryption.NothingToRedraw')
  c.blocks(READY + 1)
  c.noop(by('mallory'), redraw, 'Reencryption.NotOwner')
  c.ok(by('bob'), redraw)
  const after = standing(c)
  assert.deepEqual(after.slice(0, 3), names.slice(0, 3))
  assert.equal(after.length, 5)
  for (const silent of names.slice(3)) {
    assert.ok(!after.includes(silent))
    assert.equal(c.run(() => c.storage.Reencryption.Proxies.get(idOf(silent)))!.missed, 1)
    c.noop(by(silent), c.tx.Reencryption.acknowledge({ grant: 0 }), 'Reencryption.WrongState')
  }
  // The owner makes more fragments of the same polynomial.
  const fresh = after.slice(3)
  for (const [i, name] of fresh.entries())
    grant.fragments.set(name, grant.fragments.get(`spare ${i}`)!)
  c.ok(by('bob'), commitCall(c, grant, fresh))
  for (const name of fresh) c.ok(by(name), c.tx.Reencryption.acknowledge({ grant: 0 }))
  assert.equal(grantOf(c).status, 'Active')
})

test('proxies are paid by the block, and the owner gets back what is left at revocation', () => {
  const c = sharingChain(testChain())
  const owner = c.free('bob')
  activeGrant(c)
  const { rate } = grantOf(c)
  assert.equal(rate, FEE / BigInt(5 * LIFE))
  const [one] = standing(c) as [string]
  const before = c.free(one)
  c.blocks(10)
  c.ok(by(one), c.tx.Reencryption.claim({ grant: 0 }))
  assert.equal(c.free(one) - before, 10n * rate)
  c.ok(by(one), c.tx.Reencryption.claim({ grant: 0 }))
  c.noop(by('mallory'), c.tx.Reencryption.claim({ grant: 0 }), 'Reencryption.WrongState')
  assert.equal(c.free(one) - before, 10n * rate)
  c.blocks(5)
  c.noop(by('mallory'), c.tx.Reencryption.revoke({ grant: 0 }), 'Reencryption.NotOwner')
  c.ok(by('bob'), c.tx.Reencryption.revoke({ grant: 0 }))
  assert.equal(c.free(one) - before, 15n * rate)
  assert.equal(owner - c.free('bob'), 5n * 15n * rate)
  assert.equal(c.reserved('bob'), 0n)
  assert.equal(grantOf(c).over, c.number())
  c.noop(by('bob'), c.tx.Reencryption.revoke({ grant: 0 }), 'Reencryption.WrongState')
  c.noop(by(one), c.tx.Reencryption.claim({ grant: 0 }), 'Reencryption.WrongState')
})

test('a grant ends by itself, and is forgotten later', () => {
  const c = sharingChain(testChain())
  const owner = c.free('bob')
  const before = c.issuance()
  activeGrant(c)
  const names = standing(c)
  c.noop(by(names[0]!), c.tx.Reencryption.withdraw_proxy({}), 'Reencryption.NotPaused')
  c.ok(by(names[0]!), c.tx.Reencryption.pause_proxy({}))
  c.noop(by(names[0]!), c.tx.Reencryption.withdraw_proxy({}), 'Reencryption.HasPlaces')
  c.blocks(LIFE + 1)
  assert.equal(grantOf(c).status, 'Ended')
  assert.equal(c.reserved('bob'), 0n)
  // Nobody answered audits here, so places were lost and not paid to the end.
  assert.ok(owner - c.free('bob') <= FEE)
  c.blocks(KEPT + 1)
  assert.equal(grantOf(c), undefined)
  c.run(() => {
    const { Grants, GrantsOf, PlacesOf, SharedWith, Commitments, Sealed, ActiveAt, Agenda } =
      c.storage.Reencryption
    for (const map of [
      Grants,
      GrantsOf,
      PlacesOf,
      SharedWith,
      Commitments,
      Sealed,
      ActiveAt,
      Agenda,
    ])
      assert.equal([...(map.entries() as Iterable<unknown>)].length, 0)
    for (const [[,], proxy] of c.storage.Reencryption.Proxies.entries() as never as [
      [unknown],
      { places: number },
    ][])
      assert.equal(proxy.places, 0)
  })
  assert.equal(c.issuance(), before)
})

test('blocks without room end nothing, and cost nobody: it is made up for later, to the block', () => {
  const c = sharingChain(testChain())
  activeGrant(c)
  const names = standing(c)
  const { rate, expiry } = grantOf(c)
  const free = names.map(c.free)
  const begun = c.number()
  c.kit.nextBlock(LIFE + 90)
  assert.equal(grantOf(c).status, 'Active')
  for (let i = 0; i < 9 && grantOf(c)?.status === 'Active'; i++) c.blocks()
  assert.equal(grantOf(c).status, 'Ended')
  const due = rate * BigInt(expiry - begun)
  assert.deepEqual(
    names.map((name, i) => c.free(name) - free[i]!),
    names.map(() => due),
  )
  assert.equal(c.reserved('bob'), 0n)
})

test('a file that was re-keyed has a new epoch, which the next grant is of', () => {
  const c = sharingChain(testChain())
  activeGrant(c)
  c.noop(by('mallory'), c.tx.Reencryption.rotate({ file: FILE.fileHash }), 'Reencryption.NotOwner')
  c.ok(by('bob'), c.tx.Reencryption.rotate({ file: FILE.fileHash }))
  const epoch = c.run(() => c.storage.Reencryption.FileEpoch.get(idOf('bob'), FILE.fileHash))
  assert.deepEqual([epoch, grantOf(c).files[0]!.epoch], [1, 0])
  const next = activeGrant(c)
  assert.equal(grantOf(c, next.id).files[0]!.epoch, 1)
})

test('a bond stays for as long as what its proxy did can be shown', () => {
  const c = sharingChain(testChain())
  activeGrant(c)
  const [proxy] = standing(c) as [string]
  const withdraw = c.tx.Reencryption.withdraw_proxy({})
  c.ok(by('bob'), c.tx.Reencryption.revoke({ grant: 0 }))
  c.ok(by(proxy), c.tx.Reencryption.pause_proxy({}))
  c.noop(by(proxy), withdraw, 'Reencryption.BondLocked')
  c.blocks(KEPT - 1)
  assert.equal(grantOf(c).status, 'Revoked')
  c.noop(by(proxy), withdraw, 'Reencryption.BondLocked')
  c.blocks(1)
  c.ok(by(proxy), withdraw)
  assert.equal(grantOf(c), undefined, 'it is forgotten then, long before it would have ended')
})

test('who is no miner any more, or has lost its bond, is not drawn and can be replaced', () => {
  const c = sharingChain(testChain(), 6)
  const grant = activeGrant(c)
  const [gone, other] = standing(c) as [string, string]
  c.noop(by('bob'), c.tx.Reencryption.redraw({ grant: 0 }), 'Reencryption.NothingToRedraw')
  c.run(() => c.api.sminer.registry.retire(idOf(gone)))
  c.ok(by('bob'), c.tx.Reencryption.redraw({ grant: grant.id }))
  assert.ok(!standing(c).includes(gone))
  assert.equal(standing(c).length, 5)
  // Nobody else is left: five are in the grant, and one has left the service.
  c.run(() => {
    const held = c.storage.Reencryption.Proxies.get(idOf(other))!
    c.storage.Reencryption.Proxies.put(idOf(other), { ...held, bond: 0n })
  })
  c.noop(by('bob'), c.tx.Reencryption.redraw({ grant: grant.id }), 'Reencryption.TooFewProxies')
  assert.ok(standing(c).includes(other))
  c.noop(by('bob'), requestCall(c), 'Reencryption.TooFewProxies')
})

test('a proxy that was paused goes on serving, keeps its place over one missed audit, and comes back', () => {
  const c = sharingChain(testChain())
  activeGrant(c, { expiry: c.number() + 200, fee: 10n * FEE })
  const [proxy] = standing(c) as [string]
  const resume = c.tx.Reencryption.resume_proxy({})
  c.noop(by(proxy), resume, 'Reencryption.NotPaused')
  c.noop(by('mallory'), resume, 'Reencryption.NotProxy')
  c.ok(by(proxy), c.tx.Reencryption.pause_proxy({}))
  c.blocks(GRANT_AUDITS.auditBlocks + GRANT_AUDITS.answerBlocks + 1)
  const info = () => c.run(() => c.storage.Reencryption.Proxies.get(idOf(proxy)))!
  assert.equal(info().missed, 1)
  assert.ok(standing(c).includes(proxy))
  c.ok(by(proxy), resume)
  assert.equal(info().missed, 0)
  c.run(() => c.api.sminer.registry.retire(idOf(proxy)))
  c.ok(by(proxy), c.tx.Reencryption.pause_proxy({}))
  c.noop(by(proxy), resume, 'Reencryption.NotEligible')
})

test('proxies answer audits; who misses three in a row loses its places', () => {
  const c = sharingChain(testChain())
  const grant = activeGrant(c, { expiry: c.number() + 200, fee: 10n * FEE })
  const names = standing(c)
  const [lazy, honest] = names as [string, string]
  const audit = () => c.run(() => c.storage.Reencryption.OpenAudit.get())
  let audits = 0
  for (let i = 0; i < 3 * GRANT_AUDITS.auditBlocks + GRANT_AUDITS.answerBlocks + 2; i++) {
    c.blocks()
    const open = audit()
    if (!open || c.run(() => c.storage.Reencryption.Answered.has(idOf(honest)))) continue
    audits++
    for (const name of names.slice(1)) {
      const answer = c.tx.Reencryption.answer_audit({
        share: shareOf(grant, name, auditCapsule(grant.key.publicKey, open.seed)),
      })
      c.ok(by(name), answer)
      c.noop(by(name), answer, 'Reencryption.NoAudit')
    }
    const other = c.tx.Reencryption.answer_audit({ share: shareOf(grant, honest) })
    c.noop(by(lazy), other, 'Reencryption.WrongShare')
    c.noop(by('mallory'), other, 'Reencryption.NoAudit')
  }
  assert.ok(audits >= 3)
  assert.ok(!standing(c).includes(lazy))
  assert.equal(standing(c).length, 4)
  assert.equal(
    c.run(() => c.storage.Reencryption.PositionOf.has(idOf(lazy))),
    false,
  )
  assert.equal(c.run(() => c.storage.Reencryption.Proxies.get(idOf(honest)))!.missed, 0)
})
