import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Random } from '@cess/ports'
import { ristretto255 } from '@noble/curves/ed25519.js'
import { deriveKey } from '../src/capsule.ts'
import { blindingOf, indexOf } from '../src/fragment.ts'
import { combinations, Fn, scalarBytes, scalarOf, sums, times } from '../src/group.ts'
import {
  type BadShares,
  createProxy,
  decapsulate,
  delegate,
  encapsulate,
  openShares,
  type Share,
  verifyCapsule,
  verifyKeyFragment,
  verifyShare,
} from '../src/index.ts'
import {
  BAD_POINTS,
  CONTEXT,
  flipped,
  GRANTEE,
  grant,
  keyPair,
  OWNER,
  STRANGER,
} from './support.ts'

const given = grant()
const { capsule, delegation, fragments, commitments, shares, random } = given
const open = (more: Partial<Parameters<typeof openShares>[0]> = {}) =>
  openShares({ ...given, secret: GRANTEE.secret, ...more })

describe('whoever is not meant to read cannot', () => {
  test('another key', () => {
    assert.throws(() => open({ secret: STRANGER.secret }), { code: 'WRONG_KEY' })
    // With the check gone the wrong secret finds the wrong places, and another key comes out.
    const asIfTheirs = { ...delegation, grantee: STRANGER.publicKey }
    assert.throws(() => open({ secret: STRANGER.secret, delegation: asIfTheirs }), {
      code: 'BAD_SHARE',
    })
  })

  test('fewer shares than the threshold', () => {
    assert.throws(() => open({ shares: shares.slice(0, 2) }), { code: 'THRESHOLD' })
    // Who pretends that two are enough gets another key.
    assert.notDeepEqual(open({ shares: shares.slice(0, 2), threshold: 2 }), given.key)
  })

  test('all proxies together, who lack what owner and grantee share', () => {
    const secrets = fragments.map(({ secret }) => scalarOf(secret)!)
    const [r] = sums([[capsule.e, capsule.v]])
    // Without the places they can only guess; 1, 2, 3 … is what a scheme without hidden places would use.
    const guessed = [1n, 2n, 3n].map((own) =>
      [1n, 2n, 3n]
        .filter((other) => other !== own)
        .reduce((f, other) => Fn.mul(f, Fn.mul(other, Fn.inv(Fn.sub(other, own)))), 1n),
    )
    const f0 = guessed.reduce((total, f, i) => Fn.add(total, Fn.mul(f, secrets[i]!)), 0n)
    const [point] = combinations([times(f0, r!)])
    assert.notDeepEqual(deriveKey(point!, OWNER.publicKey, capsule), given.key)
  })

  test('the grantee and enough proxies get the key of this file, and of no other', () => {
    // What the scheme cannot prevent (README): so every file has a delegating key of its own.
    const b = scalarOf(GRANTEE.secret)!
    const [shared, blinding] = combinations([
      times(b, delegation.delegator),
      times(b, delegation.precursor),
    ])
    const places = fragments.slice(0, 3).map(({ id }) => indexOf(delegation, shared!, id))
    const f0 = places.reduce((total, own, i) => {
      const factor = places
        .filter((other) => other !== own)
        .reduce((f, other) => Fn.mul(f, Fn.mul(other, Fn.inv(Fn.sub(other, own)))), 1n)
      return Fn.add(total, Fn.mul(factor, scalarOf(fragments[i]!.secret)!))
    }, 0n)
    const d = blindingOf(delegation, blinding!)
    const recovered = Fn.mul(f0, d)
    assert.deepEqual(scalarBytes(recovered), OWNER.secret)
    const other = keyPair(99)
    const sealed = encapsulate(other.publicKey, random)
    const stolen = { secret: scalarBytes(recovered), publicKey: other.publicKey }
    assert.notDeepEqual(decapsulate(stolen, sealed.capsule), sealed.key)
  })
})

describe('a proxy cannot answer with something else', () => {
  const fails = (bad: Share, i = 0): void => {
    assert.equal(verifyShare(delegation, commitments[i]!, capsule, bad), false)
    assert.throws(
      () => open({ shares: [...shares.slice(0, i), bad, ...shares.slice(i + 1)] }),
      (error: BadShares) => error.code === 'BAD_SHARE' && error.ids.length === 1,
    )
  }

  test('any bit of a share that is changed is found', () => {
    for (const field of ['id', 'point', 'challenge', 'response'] as const)
      for (let bit = 0; bit < 256; bit += 37) fails(flipped(shares[0]!, field, bit))
  })

  test('points that are none, the identity among them', () => {
    for (const point of BAD_POINTS) fails({ ...shares[0]!, point })
  })

  test('scalars that are none: zero, the order, and more than it', () => {
    const order = Fn.ORDER
    for (const value of [0n, order, order + 1n, (1n << 256n) - 1n])
      for (const field of ['challenge', 'response'] as const)
        fails({ ...shares[0]!, [field]: scalarBytes(value) })
    const challenge = scalarOf(shares[0]!.challenge)! + order
    fails({ ...shares[0]!, challenge: scalarBytes(challenge) })
  })

  test('a proof with another fragment, which it was not given', () => {
    const other = delegate({
      delegating: OWNER,
      grantee: GRANTEE.publicKey,
      context: CONTEXT,
      threshold: 3,
      fragments: 3,
      random,
    })
    const own = createProxy(other.delegation, other.fragments[0]!).reencrypt(capsule, random)
    fails({ ...own, id: shares[0]!.id })
  })

  test('the share of another proxy under its own name', () => {
    fails({ ...shares[1]!, id: shares[0]!.id })
  })

  test('a share of another capsule of the same file', () => {
    const second = encapsulate(OWNER.publicKey, random).capsule
    const made = createProxy(delegation, fragments[0]!).reencrypt(second, random)
    assert.ok(verifyShare(delegation, commitments[0]!, second, made))
    fails(made)
  })

  test('a proof moved between what it is bound to', () => {
    for (const [field, value] of Object.entries({
      context: new Uint8Array(32).fill(8),
      delegator: STRANGER.publicKey,
      grantee: STRANGER.publicKey,
      precursor: STRANGER.publicKey,
    }))
      assert.equal(
        verifyShare({ ...delegation, [field]: value }, commitments[0]!, capsule, shares[0]!),
        false,
        field,
      )
  })

  test('one share twice does not count as two', () => {
    assert.throws(() => open({ shares: [shares[0]!, shares[0]!, shares[1]!] }), {
      code: 'DUPLICATE_SHARE',
    })
    const remade = createProxy(delegation, fragments[0]!).reencrypt(capsule, random)
    assert.notDeepEqual(remade, shares[0])
    assert.throws(() => open({ shares: [shares[0]!, remade, shares[1]!] }), {
      code: 'DUPLICATE_SHARE',
    })
  })

  test('a share of a proxy that is not of the grant', () => {
    assert.throws(() => open({ commitments: commitments.slice(1) }), { code: 'BAD_SHARE' })
  })
})

describe('a proxy is not made to work for what it should not', () => {
  test('a fragment of another grant, file, grantee or owner', () => {
    const variants = {
      context: new Uint8Array(32).fill(8),
      delegator: STRANGER.publicKey,
      grantee: STRANGER.publicKey,
      precursor: STRANGER.publicKey,
    }
    for (const [field, value] of Object.entries(variants)) {
      const elsewhere = { ...delegation, [field]: value }
      assert.equal(verifyKeyFragment(elsewhere, fragments[0]!), false, field)
      assert.throws(() => createProxy(elsewhere, fragments[0]!), { code: 'BAD_FRAGMENT' })
    }
  })

  test('any bit of a fragment that is changed is found', () => {
    for (const field of ['id', 'secret', 'commitment', 'nonce', 'response'] as const)
      for (let bit = 0; bit < 256; bit += 37)
        assert.equal(verifyKeyFragment(delegation, flipped(fragments[0]!, field, bit)), false)
  })

  test('points that are none, wherever a point belongs', () => {
    for (const point of BAD_POINTS) {
      for (const field of ['delegator', 'grantee', 'precursor'] as const)
        assert.equal(verifyKeyFragment({ ...delegation, [field]: point }, fragments[0]!), false)
      for (const field of ['commitment', 'nonce'] as const)
        assert.equal(verifyKeyFragment(delegation, { ...fragments[0]!, [field]: point }), false)
      for (const field of ['e', 'v'] as const)
        assert.equal(verifyCapsule(OWNER.publicKey, { ...capsule, [field]: point }), false)
      assert.equal(verifyCapsule(point, capsule), false)
      assert.equal(
        verifyShare(delegation, { ...commitments[0]!, commitment: point }, capsule, shares[0]!),
        false,
      )
    }
  })

  test('a capsule of another file, or made up from one', () => {
    const proxy = createProxy(delegation, fragments[0]!)
    const foreign = encapsulate(STRANGER.publicKey, random).capsule
    assert.throws(() => proxy.reencrypt(foreign, random), { code: 'BAD_CAPSULE' })
    // k times a capsule would be answered with k times the secret point, were it not for its proof.
    const twice = (bytes: Uint8Array) => sums([[bytes, bytes]])[0]!
    const s = scalarBytes(Fn.create(2n * scalarOf(capsule.s)!))
    for (const made of [
      { ...capsule, e: twice(capsule.e), v: twice(capsule.v), s },
      { ...capsule, e: twice(capsule.e) },
      { e: capsule.v, v: capsule.e, s: capsule.s },
      { ...capsule, v: ristretto255.Point.fromBytes(capsule.e).negate().toBytes() },
    ])
      assert.throws(() => proxy.reencrypt(made, random), { code: 'BAD_CAPSULE' })
  })

  test('a random source that repeats itself does not give the fragment away', () => {
    const stuck: Random = { bytes: (n: number) => new Uint8Array(n).fill(1) } as Random
    const proxy = createProxy(delegation, fragments[0]!)
    const second = encapsulate(OWNER.publicKey, random).capsule
    const [a, b] = [proxy.reencrypt(capsule, stuck), proxy.reencrypt(second, stuck)]
    const over = Fn.sub(scalarOf(a.challenge)!, scalarOf(b.challenge)!)
    const under = Fn.sub(scalarOf(a.response)!, scalarOf(b.response)!)
    assert.notDeepEqual(scalarBytes(Fn.mul(under, Fn.inv(over))), fragments[0]!.secret)
    assert.deepEqual(proxy.reencrypt(capsule, stuck), a)
  })
})

test('no error repeats a secret', () => {
  const errors: unknown[] = []
  for (const run of [
    () => open({ secret: STRANGER.secret }),
    () => open({ shares: [] }),
    () => createProxy(delegation, flipped(fragments[0]!, 'secret', 3)),
    () => decapsulate({ ...OWNER, publicKey: STRANGER.publicKey }, capsule),
  ])
    try {
      run()
    } catch (error) {
      errors.push(error)
    }
  assert.equal(errors.length, 4)
  const text = errors.map((error) => JSON.stringify(error) + String((error as Error).stack)).join()
  for (const { secret } of [OWNER, GRANTEE, STRANGER, ...fragments])
    assert.ok(!text.includes(secret.toHex()) && !text.includes(scalarOf(secret)!.toString()))
})
