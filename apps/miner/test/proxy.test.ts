import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileId, fromHex } from '@cess/bytes'
import { keyFromUri } from '@cess/crypto'
import { SeededRandom } from '@cess/ports'
import { requestMessage, sealKeyOf, sealPurpose, shareAnswer, shareRequest } from '@cess/proxy'
import {
  accountKey,
  contextOf,
  delegate,
  encapsulate,
  sealFragments,
  verifyShare,
} from '@cess/reencryption'
import { decode, encode } from '@cess/scale'
import { createMinerProxy } from '../src/proxy/role.ts'
import { GENESIS, OWNER } from './support/chain.ts'
import { type TestContext, testContext } from './support/context.ts'
import { folder } from './support/folder.ts'

const IDENTITY = new Uint8Array(32).fill(5)
const FILE = 'ab'.repeat(32) as FileId
const GRANT = 2
const BOB = keyFromUri('//Bob', 'sr25519')
const random = new SeededRandom(60)
const genesis = fromHex(GENESIS)

const register = ({ chain, account }: TestContext, state = 'positive'): void => {
  const zero = { collateral: 0n, debt: 0n, declared: 0n, idle: 0n, service: 0n, locked: 0n }
  chain.registrations.set(account, {
    ...zero,
    ...{ beneficiary: account, stakingAccount: account, peerId: new Uint8Array(38), state },
  })
}

/** A grant of one of one, whose owner has sealed its fragment to this miner. */
function share({ chain, account }: TestContext, sealedTo = IDENTITY) {
  const owner = accountKey(keyFromUri('//file', 'sr25519'))
  const { capsule } = encapsulate(owner.publicKey, random)
  const terms = { genesis, grant: GRANT, file: Uint8Array.fromHex(FILE), epoch: 0, threshold: 1 }
  const { delegation, fragments } = delegate({
    delegating: owner,
    grantee: BOB.publicKey,
    context: contextOf(terms),
    threshold: 1,
    fragments: 1,
    random,
  })
  const { grants, commitments, sealed } = chain.shared
  grants.set(GRANT, {
    owner: OWNER,
    grantee: BOB.publicKey,
    files: [{ file: FILE, epoch: 0, delegator: owner.publicKey, precursor: delegation.precursor }],
    threshold: 1,
    places: [{ proxy: account, state: 'Committed' }],
    status: 'Pending',
    expiry: 1_000,
    uses: undefined,
  })
  commitments.set(`${GRANT}/${account}`, fragments)
  const seal = sealKeyOf(sealedTo).publicKey
  sealed.set(
    `${GRANT}/${account}`,
    sealFragments(seal, sealPurpose(GRANT, account), fragments, random),
  )
  const base = { grant: GRANT, file: 0, block: chain.state.number }
  const signature = BOB.sign(requestMessage(genesis, account, base, capsule))
  const request = encode(shareRequest, { ...base, capsule, signature })
  return { capsule, delegation, fragments, request }
}

const calls = ({ chain }: TestContext): string[] => chain.calls.map(({ call }) => call.type)

test('it becomes a proxy once it is in service, takes fragments, answers, and forgets', async () => {
  const ctx = await testContext(await folder())
  const role = createMinerProxy(ctx, IDENTITY)
  await role.check()
  register(ctx, 'frozen')
  await role.check()
  assert.deepEqual(calls(ctx), [])
  register(ctx)
  await role.check()
  await role.check()
  assert.deepEqual(calls(ctx), ['registerProxy'])
  const { capsule, delegation, fragments, request } = share(ctx)
  await assert.rejects(role.share(request), { code: 'NotFound' })
  await role.check()
  await role.check()
  assert.deepEqual(calls(ctx), ['registerProxy', 'acknowledge'])
  const answer = decode(shareAnswer, await role.share(request))
  assert.ok(verifyShare(delegation, fragments[0]!, capsule, answer.share))
  for (const bad of [new Uint8Array(), request.subarray(1), new Uint8Array(300)])
    await assert.rejects(role.share(bad), { code: 'Invalid' })
  await assert.rejects(role.share(request.with(request.length - 1, 1)), { code: 'NotExpected' })

  ctx.chain.shared.audit = { grant: GRANT, seed: new Uint8Array(32).fill(8) }
  await role.check()
  await role.check()
  assert.equal(ctx.chain.shared.audited.length, 1)

  const grant = ctx.chain.shared.grants.get(GRANT)!
  ctx.chain.shared.grants.set(GRANT, { ...grant, status: 'Revoked' })
  await assert.rejects(role.share(request), { code: 'NotFound' })
  ctx.chain.shared.left.add(GRANT)
  await role.check()
  ctx.chain.shared.grants.set(GRANT, { ...grant, status: 'Active' })
  ctx.chain.shared.left.clear()
  await assert.rejects(role.share(request), { code: 'NotFound', message: /does not have its part/ })
  await ctx.close()
})

test('fragments are on disk: a miner that was restarted goes on serving', async () => {
  const dir = await folder()
  const first = await testContext(dir)
  register(first)
  const { request } = share(first)
  await createMinerProxy(first, IDENTITY).check()
  first.chain.shared.sealed.clear()
  await first.close()
  const again = await testContext(dir, { chain: first.chain })
  const role = createMinerProxy(again, IDENTITY)
  await role.share(request)
  await role.check()
  assert.deepEqual(calls(again), ['registerProxy', 'acknowledge'])
  await again.close()
})

test('with another identity it tells the chain the new key, and does not acknowledge what it cannot open', async () => {
  const ctx = await testContext(await folder())
  register(ctx)
  await createMinerProxy(ctx, IDENTITY).check()
  share(ctx)
  const other = createMinerProxy(ctx, new Uint8Array(32).fill(6))
  await other.check()
  assert.deepEqual(calls(ctx), ['registerProxy', 'setSealKey'])
  assert.deepEqual(
    ctx.chain.shared.sealKeys.get(ctx.account),
    sealKeyOf(new Uint8Array(32).fill(6)).publicKey,
  )
  await ctx.close()
})

test('a grant that ended while the miner was down leaves nothing on its disk', async () => {
  const dir = await folder()
  const first = await testContext(dir)
  register(first)
  const { request } = share(first)
  await createMinerProxy(first, IDENTITY).check()
  const grant = first.chain.shared.grants.get(GRANT)!
  first.chain.shared.grants.set(GRANT, { ...grant, status: 'Ended' })
  first.chain.shared.left.add(GRANT)
  await first.close()
  const again = await testContext(dir, { chain: first.chain })
  const held = async () => (await Array.fromAsync(again.store.shares.iterate())).length
  assert.equal(await held(), 1)
  const role = createMinerProxy(again, IDENTITY)
  await role.check()
  assert.equal(await held(), 0)
  await assert.rejects(role.share(request), { code: 'NotFound' })
  await again.close()
})

test('one grant that makes trouble keeps neither the others nor the audit from their turn', async () => {
  const ctx = await testContext(await folder())
  register(ctx)
  const role = createMinerProxy(ctx, IDENTITY)
  await role.check()
  const { request, fragments } = share(ctx)
  const good = ctx.chain.shared.grants.get(GRANT)!
  ctx.chain.shared.grants.clear()
  // Its fragments open, and then there is nothing that they could be checked against.
  ctx.chain.shared.grants.set(1, { ...good, files: undefined as never })
  ctx.chain.shared.sealed.set(
    `1/${ctx.account}`,
    sealFragments(sealKeyOf(IDENTITY).publicKey, sealPurpose(1, ctx.account), fragments, random),
  )
  ctx.chain.shared.grants.set(GRANT, good)
  ctx.chain.shared.audit = { grant: GRANT, seed: new Uint8Array(32).fill(8) }
  await assert.rejects(role.check(), TypeError)
  await role.share(request)
  assert.equal(ctx.chain.shared.audited.length, 1)
  await ctx.close()
})
