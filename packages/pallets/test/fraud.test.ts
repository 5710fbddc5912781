import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerMessage, type Capsule, encapsulate, type Share } from '@cess/reencryption'
import { BOND, by, idOf, KEPT, keyOf, type TestChain, testChain } from './support/chain.ts'
import {
  activeGrant,
  delegatingKey,
  grantOf,
  LIFE,
  type OwnGrant,
  random,
  shareOf,
  sharingChain,
  standing,
} from './support/sharing.ts'

interface Shown {
  readonly signer?: string
  readonly block?: number
  readonly capsule?: Capsule
  readonly more?: object
}

/** A report of a share that a proxy signed. */
function report(c: TestChain, grant: OwnGrant, who: string, share: Share, shown: Shown = {}) {
  const { signer = who, block = c.number(), capsule = grant.capsule, more = {} } = shown
  const message = answerMessage(grant.delegation.context, block, capsule, share)
  return c.tx.Reencryption.report_share({
    grant: grant.id,
    proxy: idOf(who),
    file: 0,
    capsule,
    share,
    block,
    signature: keyOf(signer).sign(message),
    ...more,
  })
}
const wrong = (share: Share): Share => ({ ...share, challenge: share.response })

test('a wrong share costs its proxy the bond and the place; half of it goes to who showed it', () => {
  const c = sharingChain(testChain())
  const grant = activeGrant(c)
  const [proxy] = standing(c) as [string]
  const share = wrong(shareOf(grant, proxy))
  const [before, reserved, issuance] = [c.free('mallory'), c.reserved(proxy), c.issuance()]
  c.ok(by('mallory'), report(c, grant, proxy, share))
  assert.equal(c.free('mallory') - before, BOND / 2n)
  assert.equal(reserved - c.reserved(proxy), BOND)
  assert.equal(c.issuance(), issuance)
  assert.ok(!standing(c).includes(proxy))
  assert.equal(
    c.run(() => c.storage.Reencryption.PositionOf.has(idOf(proxy))),
    false,
  )
  // Once only: there is nothing left to lose.
  c.noop(by('mallory'), report(c, grant, proxy, share), 'Reencryption.NoFraud')
  // The owner draws another one, and the cheat does not come back.
  c.ok(by('bob'), c.tx.Reencryption.redraw({ grant: grant.id }))
  assert.equal(standing(c).length, 5)
  assert.ok(!standing(c).includes(proxy))
})

test('a share that was signed after the end of its grant is fraud, however right it is', () => {
  const c = sharingChain(testChain())
  const grant = activeGrant(c)
  const [late, honest] = standing(c) as [string, string]
  const before = report(c, grant, honest, shareOf(grant, honest))
  c.ok(by('bob'), c.tx.Reencryption.revoke({ grant: grant.id }))
  const { over } = grantOf(c)
  c.blocks(2)
  c.noop(by('mallory'), before, 'Reencryption.NoFraud')
  const at = (block: number) => report(c, grant, late, shareOf(grant, late), { block })
  c.noop(by('mallory'), at(over!), 'Reencryption.NoFraud')
  c.ok(by('mallory'), at(over! + 1))
  assert.equal(grantOf(c).status, 'Revoked')
  c.blocks(LIFE + KEPT)
  c.noop(
    by('mallory'),
    report(c, grant, honest, wrong(shareOf(grant, honest))),
    'Reencryption.NoGrant',
  )
})

test('an answer to a capsule that is none of the file is fraud', () => {
  const c = sharingChain(testChain())
  const grant = activeGrant(c)
  const [proxy] = standing(c) as [string]
  const foreign = encapsulate(delegatingKey().publicKey, random).capsule
  const share = shareOf(grant, proxy)
  c.ok(by('mallory'), report(c, grant, proxy, share, { capsule: foreign }))
})

test('nobody can frame a proxy that does its work', () => {
  const c = sharingChain(testChain())
  const grant = activeGrant(c)
  const other = activeGrant(c)
  const [proxy, second] = standing(c) as [string, string]
  const share = shareOf(grant, proxy)
  const bad = wrong(share)
  const stranger = standing(c, other.id).find((name) => !standing(c).includes(name))
  for (const call of Object.values({
    'an honest share': report(c, grant, proxy, share),
    'signed by somebody else': report(c, grant, proxy, bad, { signer: 'mallory' }),
    'signed by another proxy': report(c, grant, proxy, bad, { signer: second }),
    'not as it was signed': report(c, grant, proxy, share, { more: { share: bad } }),
    'of another block': report(c, grant, proxy, bad, { more: { block: 3 } }),
    'of another capsule': report(c, grant, proxy, bad, { more: { capsule: other.capsule } }),
    'of another grant': report(c, grant, proxy, bad, { more: { grant: other.id } }),
    'of a file that it has not': report(c, grant, proxy, bad, { more: { file: 1 } }),
    'no proxy of the grant': report(c, grant, stranger ?? 'mallory', bad),
    'a signature of zeros': report(c, grant, proxy, bad, {
      more: { signature: new Uint8Array(64) },
    }),
  }))
    c.noop(by('mallory'), call, `Reencryption.NoFraud`)
  c.noop(
    by('mallory'),
    report(c, grant, proxy, bad, { more: { grant: 7 } }),
    'Reencryption.NoGrant',
  )
})
