import assert from 'node:assert/strict'
import { type AccountId, bigintToLe, concat, fromHex } from '@cess/bytes'
import { SeededRandom } from '@cess/ports'
import {
  type Capsule,
  contextOf,
  createProxy,
  type DelegatingKey,
  type Delegation,
  delegate,
  encapsulate,
  type KeyFragment,
  publicKeyOf,
  wideScalar,
} from '@cess/reencryption'
import { by, GENESIS_HASH, idOf, keyOf, minerName, type TestChain, TOKEN } from './chain.ts'
import { layoutOf, nameOf, prepareUser, registerMiners, store } from './storage.ts'

export const random = new SeededRandom(77)
export const FILE = layoutOf('shared')
export const LIFE = 60
export const FEE = 10n * TOKEN
export const SEAL_KEY = keyOf('seal').publicKey

export function delegatingKey(): DelegatingKey {
  const secret = bigintToLe(wideScalar(random.bytes(64)), 32)
  return { secret, publicKey: publicKeyOf(secret) }
}

/** A chain with a file of bob's, and this many miners that are proxies. */
export function sharingChain(c: TestChain, proxies = 12): TestChain {
  registerMiners(c, Math.max(12, proxies))
  prepareUser(c, 'bob')
  store(c, FILE, 'bob')
  for (let n = 0; n < proxies; n++)
    c.ok(by(minerName(n)), c.tx.Reencryption.register_proxy({ sealKey: SEAL_KEY }))
  return c
}

export const requestCall = (c: TestChain, more: object = {}) =>
  c.tx.Reencryption.request_grant({
    files: [FILE.fileHash],
    grantee: keyOf('charlie').publicKey,
    threshold: 3,
    proxies: 5,
    expiry: c.number() + LIFE,
    uses: undefined,
    fee: FEE,
    ...more,
  })

export const grantOf = (c: TestChain, id = 0) => c.run(() => c.storage.Reencryption.Grants.get(id))!

export const standing = (c: TestChain, id = 0): string[] =>
  grantOf(c, id)
    .places.filter(({ state }) => state !== 'Gone')
    .map(({ proxy }) => nameOf(proxy))

/** A grant as its owner sees it. */
export interface OwnGrant {
  readonly id: number
  readonly key: DelegatingKey
  readonly delegation: Delegation
  readonly capsule: Capsule
  /** The content key that the capsule holds. */
  readonly secret: Uint8Array
  readonly fragments: Map<string, KeyFragment>
}

/** Requests a grant of 3 of 5 and makes its fragments. */
export function request(c: TestChain, more: object = {}): OwnGrant {
  const id = c.run(() => c.storage.Reencryption.NextGrant.get())
  c.ok(by('bob'), requestCall(c, more))
  return ownGrantOf(c, id)
}

/** Makes the fragments of a grant: one for each proxy that was drawn, and some to spare. */
export function ownGrantOf(c: TestChain, id: number): OwnGrant {
  const grant = grantOf(c, id)
  const key = delegatingKey()
  const context = contextOf({
    genesis: fromHex(GENESIS_HASH),
    grant: id,
    file: Uint8Array.fromHex(FILE.fileHash),
    epoch: grant.files[0]!.epoch,
    threshold: grant.threshold,
  })
  const made = delegate({
    delegating: key,
    grantee: grant.grantee,
    context,
    threshold: grant.threshold,
    fragments: grant.proxies + 5,
    random,
  })
  const names = standing(c, id)
  const { capsule, key: secret } = encapsulate(key.publicKey, random)
  const fragments = new Map(
    made.fragments.map((one, i) => [names[i] ?? `spare ${i - names.length}`, one]),
  )
  return { id, key, delegation: made.delegation, capsule, secret, fragments }
}

export const partOf = (who: string, fragment: KeyFragment) => ({
  proxy: idOf(who),
  commitments: [{ id: fragment.id, commitment: fragment.commitment }],
  sealed: concat(Uint8Array.of(1), fragment.id),
})

export const commitCall = (
  c: TestChain,
  grant: OwnGrant,
  names: readonly string[],
  more: object = {},
) =>
  c.tx.Reencryption.commit_grant({
    grant: grant.id,
    keys: [{ delegator: grant.delegation.delegator, precursor: grant.delegation.precursor }],
    parts: names.map((name) => partOf(name, grant.fragments.get(name)!)),
    ...more,
  })

/** A grant that is active: all proxies serve, or the first `serving`. */
export function activeGrant(c: TestChain, more: object = {}, serving = 5): OwnGrant {
  const grant = request(c, more)
  const names = standing(c, grant.id)
  c.ok(by('bob'), commitCall(c, grant, names))
  for (const name of names.slice(0, serving))
    c.ok(by(name), c.tx.Reencryption.acknowledge({ grant: grant.id }))
  assert.equal(grantOf(c, grant.id).status, 'Active')
  return grant
}

/** A share as a proxy answers it. */
export const shareOf = (grant: OwnGrant, who: string, capsule = grant.capsule) =>
  createProxy(grant.delegation, grant.fragments.get(who)!).reencrypt(capsule, random)

export const accountOf = (name: string): AccountId => idOf(name)
