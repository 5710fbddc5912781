import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyFromUri } from '@cess/crypto'
import { SeededRandom } from '@cess/ports'
import { decode, encode } from '@cess/scale'
import fc from 'fast-check'
import {
  accountKey,
  decapsulate,
  delegate,
  delegation as delegationCodec,
  encapsulate,
  keyFragment,
  openShares,
  share as shareCodec,
  verifyKeyFragment,
  verifyShare,
} from '../src/index.ts'
import { CONTEXT, GRANTEE, grant, keyPair, OWNER } from './support.ts'

/** All choices of `count` from a list. */
function* choices<T>(list: readonly T[], count: number): Generator<T[]> {
  if (count === 0) yield []
  for (const [i, first] of list.entries())
    if (count > 0) for (const rest of choices(list.slice(i + 1), count - 1)) yield [first, ...rest]
}

test('any 3 of 5 proxies open a file for the grantee, in any order', () => {
  const { key, commitments, ...given } = grant()
  let tried = 0
  for (const shares of choices(given.shares, 3)) {
    assert.deepEqual(
      openShares({ ...given, commitments, secret: GRANTEE.secret, shares: shares.reverse() }),
      key,
    )
    tried++
  }
  assert.equal(tried, 10)
  assert.deepEqual(decapsulate(OWNER, given.capsule), key)
})

test('one fragment opens every capsule of the file', () => {
  const { delegation, fragments, random } = grant()
  assert.ok(fragments.every((one) => verifyKeyFragment(delegation, one)))
  const again = encapsulate(OWNER.publicKey, random)
  const { key } = grant()
  assert.notDeepEqual(again.key, key)
})

test('keys, thresholds and numbers of proxies of all sizes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(3), fc.nat(1e6), (m, extra, seed) => {
      const { key, shares, ...given } = grant({ threshold: m, fragments: m + extra }, seed)
      const some = shares.slice(extra)
      assert.ok(
        some.every((one, i) =>
          verifyShare(given.delegation, given.commitments[extra + i]!, given.capsule, one),
        ),
      )
      const opened = openShares({ ...given, shares: some, secret: GRANTEE.secret })
      assert.deepEqual(opened, key)
    }),
    { numRuns: 12 },
  )
})

test('nothing is the same in two grants of one file to one grantee', () => {
  const random = new SeededRandom(5)
  const make = () =>
    delegate({
      delegating: OWNER,
      grantee: GRANTEE.publicKey,
      context: CONTEXT,
      threshold: 2,
      fragments: 3,
      random,
    })
  const [a, b] = [make(), make()]
  assert.notDeepEqual(a.delegation.precursor, b.delegation.precursor)
  const seen = [a, b].flatMap(({ fragments }) => fragments.map(({ secret }) => secret.toHex()))
  assert.equal(new Set(seen).size, 6)
})

test('an owner may share with itself, and a grantee be the owner of another file', () => {
  const { key, ...given } = grant({ grantee: OWNER.publicKey })
  assert.deepEqual(openShares({ ...given, secret: OWNER.secret }), key)
})

test('everything goes through its codec: sizes are 128, 160 and 128 bytes', () => {
  const { delegation, fragments, shares } = grant()
  for (const [codec, value, size] of [
    [delegationCodec, delegation, 128],
    [keyFragment, fragments[0]!, 160],
    [shareCodec, shares[0]!, 128],
  ] as const) {
    const bytes = encode(codec as never, value as never) as Uint8Array
    assert.equal(bytes.length, size)
    assert.deepEqual(decode(codec as never, bytes), value)
  }
})

test('a threshold that cannot be is refused with a sentence', () => {
  for (const [threshold, fragments] of [
    [0, 5],
    [6, 5],
    [1, 65],
    [1.5, 5],
    [Number.NaN, 5],
  ] as const)
    assert.throws(() => grant({ threshold, fragments }), { code: 'THRESHOLD' })
  assert.throws(() => keyPair(1) && grant({ grantee: new Uint8Array(32) }), { code: 'BAD_POINT' })
})

test('the grantee can be any sr25519 account, derived or not', () => {
  for (const uri of ['//Bob', '//Bob/soft', '//hard//er/soft/er']) {
    const pair = keyFromUri(uri, 'sr25519')
    const own = accountKey(pair)
    const { key, ...given } = grant({ grantee: pair.publicKey })
    assert.deepEqual(openShares({ ...given, secret: own.secret }), key)
  }
  const pair = keyFromUri('//Bob', 'sr25519')
  assert.throws(() => accountKey({ ...pair, publicKey: OWNER.publicKey }), RangeError)
})
