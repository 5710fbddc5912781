import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@cess/ports'
import {
  answerMessage,
  auditCapsule,
  contextOf,
  createProxy,
  delegate,
  derivedRandom,
  openFragments,
  sealFragments,
  verifyCapsule,
} from '../src/index.ts'
import { CONTEXT, GRANTEE, grant, OWNER, STRANGER } from './support.ts'

const random = new SeededRandom(30)
const purpose = Uint8Array.of(1, 2, 3)
const { fragments, shares, capsule, delegation } = grant()

test('fragments are sealed to one proxy, for one purpose', () => {
  const sealed = sealFragments(STRANGER.publicKey, purpose, fragments.slice(0, 2), random)
  assert.deepEqual(openFragments(STRANGER, purpose, sealed), fragments.slice(0, 2))
  assert.ok(sealed.length <= 2 * 160 + 128)
  const fails = (run: () => unknown) => assert.throws(run, { code: 'BAD_FRAGMENT' })
  fails(() => openFragments(GRANTEE, purpose, sealed))
  fails(() => openFragments(STRANGER, Uint8Array.of(1, 2, 4), sealed))
  for (let at = 0; at < sealed.length; at += 29) {
    const bad = sealed.slice()
    bad[at]! ^= 4
    fails(() => openFragments(STRANGER, purpose, bad))
  }
  for (const length of [0, 50, 96, 112, sealed.length - 1])
    fails(() => openFragments(STRANGER, purpose, sealed.slice(0, length)))
  assert.throws(() => sealFragments(new Uint8Array(32), purpose, fragments, random), {
    code: 'BAD_POINT',
  })
})

test('nothing of a secret is in what is sealed, and twice is not the same', () => {
  const seal = () => sealFragments(STRANGER.publicKey, purpose, fragments.slice(0, 1), random)
  const [a, b] = [seal().toHex(), seal().toHex()]
  assert.notEqual(a, b)
  assert.ok(!a.includes(fragments[0]!.secret.toHex()))
})

test('an owner makes its grant again, with more fragments that fit to those there are', () => {
  const make = (count: number, context = CONTEXT) =>
    delegate({
      delegating: OWNER,
      grantee: GRANTEE.publicKey,
      context,
      threshold: 2,
      fragments: count,
      random: derivedRandom(OWNER.secret, context),
    })
  const [first, again] = [make(3), make(5)]
  assert.deepEqual(again.delegation, first.delegation)
  assert.deepEqual(again.fragments.slice(0, 3), first.fragments)
  assert.equal(new Set(again.fragments.map(({ secret }) => secret.toHex())).size, 5)
  const other = make(3, new Uint8Array(32).fill(9))
  assert.notDeepEqual(other.delegation.precursor, first.delegation.precursor)
  assert.notDeepEqual(other.fragments[0]!.secret, first.fragments[0]!.secret)
})

test('derived bytes do not depend on how they are asked for', () => {
  const [one, other] = [derivedRandom(OWNER.secret, CONTEXT), derivedRandom(OWNER.secret, CONTEXT)]
  const whole = one.bytes(300).toHex()
  const pieces = [1, 63, 64, 65, 7, 100].map((length) => other.bytes(length).toHex()).join('')
  assert.equal(pieces, whole)
})

test('contexts and answers differ in everything that they are of', () => {
  const terms = { genesis: new Uint8Array(32), grant: 1, file: CONTEXT, epoch: 0, threshold: 3 }
  const contexts = [
    terms,
    { ...terms, genesis: CONTEXT },
    { ...terms, grant: 2 },
    { ...terms, file: new Uint8Array(32) },
    { ...terms, epoch: 1 },
    { ...terms, threshold: 2 },
  ].map((one) => contextOf(one).toHex())
  assert.equal(new Set(contexts).size, contexts.length)
  const [share] = shares
  const answers = [
    answerMessage(CONTEXT, 1, capsule, share!),
    answerMessage(CONTEXT, 2, capsule, share!),
    answerMessage(OWNER.publicKey, 1, capsule, share!),
    answerMessage(CONTEXT, 1, { ...capsule, s: share!.id }, share!),
    answerMessage(CONTEXT, 1, capsule, shares[1]!),
  ].map((message) => message.toHex())
  assert.equal(new Set(answers).size, answers.length)
})

test('the capsule of an audit is the same for everybody, and a good one', () => {
  const made = auditCapsule(OWNER.publicKey, CONTEXT)
  assert.deepEqual(auditCapsule(OWNER.publicKey, CONTEXT), made)
  assert.ok(verifyCapsule(OWNER.publicKey, made))
  assert.notDeepEqual(auditCapsule(OWNER.publicKey, OWNER.publicKey), made)
  createProxy(delegation, fragments[0]!).reencrypt(made, random)
})
