import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { encode, u32 } from '@cess/scale'
import { by, idOf, keyOf, type TestChain, testChain } from './support/chain.ts'

const LIFE = 100
const endpoint = new Uint8Array(38).fill(3)
const operators = (c: TestChain, who = 'bob') =>
  c.run(() => c.storage.Oss.AuthorityList.get(idOf(who)))
const authorize = (c: TestChain, operator: string) =>
  c.tx.Oss.authorize({ operator: idOf(operator) })
const cancel = (c: TestChain, oss: string) => c.tx.Oss.cancel_authorize({ oss: idOf(oss) })

test('an account authorises operators, each once, and takes it back', () => {
  const c = testChain()
  c.ok(by('bob'), authorize(c, 'gateway'))
  c.ok(by('bob'), authorize(c, 'charlie'))
  assert.deepEqual(operators(c), [idOf('gateway'), idOf('charlie')])
  c.noop(by('bob'), authorize(c, 'gateway'), 'Oss.Existed')
  c.ok(by('bob'), cancel(c, 'gateway'))
  assert.deepEqual(operators(c), [idOf('charlie')])
  c.noop(by('bob'), cancel(c, 'gateway'), 'Oss.NoAuthorization')
  c.noop(by('gateway'), cancel(c, 'charlie'), 'Oss.NoAuthorization')
  c.ok(by('bob'), cancel(c, 'charlie'))
  assert.equal(
    c.run(() => [...c.storage.Oss.AuthorityList.entries()].length),
    0,
  )
  for (const origin of [NONE, ROOT]) {
    c.noop(origin, authorize(c, 'gateway'), 'BadOrigin')
    c.noop(origin, cancel(c, 'gateway'), 'BadOrigin')
  }
})

test('the list of operators is full at twenty', () => {
  const c = testChain()
  for (let n = 0; n < 20; n++) c.ok(by('bob'), authorize(c, `operator ${n}`))
  c.noop(by('bob'), authorize(c, 'gateway'), 'Oss.BoundedVecError')
})

test('a gateway registers, changes and leaves', () => {
  const c = testChain()
  const { Oss: tx } = c.tx
  const domain = utf8('https://gateway.example')
  c.noop(by('gateway'), tx.update({ endpoint, domain }), 'Oss.UnRegister')
  c.noop(by('gateway'), tx.destroy({}), 'Oss.UnRegister')
  c.ok(by('gateway'), tx.register({ endpoint, domain }))
  c.noop(by('gateway'), tx.register({ endpoint, domain }), 'Oss.Registered')
  c.ok(by('gateway'), tx.update({ endpoint, domain: utf8('https://other.example') }))
  assert.deepEqual(
    c.run(() => c.storage.Oss.Oss.get(idOf('gateway'))),
    { peerId: endpoint, domain: new Uint8Array(utf8('https://other.example')) },
  )
  c.ok(by('gateway'), tx.destroy({}))
  for (const call of [
    tx.register({ endpoint, domain }),
    tx.update({ endpoint, domain }),
    tx.destroy({}),
  ])
    c.noop(NONE, call, 'BadOrigin')
})

/** An authorisation that the account `who` has signed for `operator` until block `exp`. */
function signedBy(c: TestChain, who: string, operator: string, exp: number, wrap = false) {
  const message = concat(encode(accountId32, idOf(operator)), encode(u32, exp))
  const bytes = wrap ? concat(utf8('<Bytes>'), message, utf8('</Bytes>')) : message
  return c.tx.Oss.proxy_authorzie({
    authPuk: keyOf(who).publicKey,
    sig: keyOf(who).sign(bytes),
    payload: { oss: idOf(operator), exp },
  })
}

test('an authorisation signed off chain counts, plain or as wallets wrap it', () => {
  const c = testChain()
  c.ok(by('gateway'), signedBy(c, 'bob', 'gateway', c.number() + 5))
  c.ok(by('mallory'), signedBy(c, 'charlie', 'gateway', c.number() + LIFE, true))
  assert.deepEqual([operators(c), operators(c, 'charlie')], [[idOf('gateway')], [idOf('gateway')]])
  c.noop(by('gateway'), signedBy(c, 'bob', 'gateway', c.number() + 5), 'Oss.Existed')
})

test('it does not count when it is forged, for another operator, too old or too far ahead', () => {
  const c = testChain()
  const call = (change: object) => {
    const made = signedBy(c, 'bob', 'gateway', c.number() + 5)
    return {
      type: 'Oss',
      value: { type: 'proxy_authorzie', value: { ...(made.value.value as object), ...change } },
    }
  }
  const failed = 'Oss.VerifySigFailed'
  c.noop(by('mallory'), call({ authPuk: keyOf('charlie').publicKey }), failed)
  c.noop(by('mallory'), call({ payload: { oss: idOf('mallory'), exp: c.number() + 5 } }), failed)
  c.noop(by('mallory'), call({ payload: { oss: idOf('gateway'), exp: c.number() + 6 } }), failed)
  c.noop(by('mallory'), call({ sig: new Uint8Array(64) }), failed)
  c.noop(by('mallory'), call({ sig: new Uint8Array(63) }), 'Oss.MalformedSignature')
  c.noop(by('gateway'), signedBy(c, 'bob', 'gateway', c.number() + LIFE + 1), 'Oss.Expired')
  const soon = signedBy(c, 'bob', 'gateway', c.number())
  c.blocks()
  c.noop(by('gateway'), soon, 'Oss.Expired')
  c.noop(NONE, signedBy(c, 'bob', 'gateway', c.number() + 5), 'BadOrigin')
})

test('an operator that was revoked does not come back with the same signature', () => {
  const c = testChain()
  const longest = signedBy(c, 'bob', 'gateway', c.number() + LIFE)
  c.ok(by('gateway'), longest)
  c.ok(by('bob'), cancel(c, 'gateway'))
  c.noop(by('gateway'), longest, 'Oss.Expired')
  c.blocks(LIFE - 1)
  c.noop(by('gateway'), longest, 'Oss.Expired')
  c.blocks(2)
  // A new signature is one thing, a new transaction of the owner another: both count again.
  c.ok(by('gateway'), signedBy(c, 'bob', 'gateway', c.number() + LIFE))
  c.ok(by('bob'), cancel(c, 'gateway'))
  c.ok(by('bob'), authorize(c, 'gateway'))
  assert.equal(
    c.run(() => [...c.storage.Oss.Revoked.entries()].length),
    0,
  )
})
