import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sr25519Verify } from '@cess/crypto'
import {
  accountKey,
  answerMessage,
  auditCapsule,
  encapsulate,
  openShares,
  verifyShare,
} from '@cess/reencryption'
import { decode, encode } from '@cess/scale'
import { REQUEST_BLOCKS, sealPurpose, shareAnswer, shareRequest } from '../src/index.ts'
import {
  BOB,
  EVE,
  GRANT,
  network,
  proxyId,
  proxyPair,
  random,
  requestTo,
  strangerCapsule,
} from './support.ts'

describe('a share', () => {
  test('two of three proxies open the file for Bob, and answer for what they did', async () => {
    const { proxy, capsule, made, commitments, key, world } = network()
    const answers = []
    for (const n of [0, 2]) {
      const { service } = proxy(n)
      assert.equal(await service.take(GRANT), true)
      const answer = await service.answer(requestTo(n, capsule))
      const message = answerMessage(made.delegation.context, answer.block, capsule, answer.share)
      assert.ok(sr25519Verify(answer.signature, message, proxyPair(n).publicKey))
      assert.ok(
        verifyShare(made.delegation, commitments.get(proxyId(n))![0]!, capsule, answer.share),
      )
      assert.deepEqual(decode(shareAnswer, encode(shareAnswer, answer)), answer)
      answers.push(answer)
    }
    assert.deepEqual(world.acknowledged, [proxyId(0), proxyId(2)])
    const opened = openShares({
      delegation: made.delegation,
      capsule,
      secret: accountKey(BOB).secret,
      threshold: 2,
      commitments: made.fragments,
      shares: answers.map(({ share }) => share),
    })
    assert.deepEqual(opened, key)
    const request = requestTo(0, capsule)
    assert.deepEqual(decode(shareRequest, encode(shareRequest, request)), request)
  })

  test('what was acknowledged is there after a restart, and taken once', async () => {
    const { proxy, capsule, world, sealed } = network()
    const { service, db } = proxy(1)
    await service.take(GRANT)
    assert.equal(await service.take(GRANT), true)
    sealed.clear()
    const again = proxy(1, db).service
    await again.answer(requestTo(1, capsule))
    assert.equal(world.acknowledged.length, 1)
  })

  test('a crash between disk and chain: acknowledged with what is on disk', async () => {
    const { proxy, grant, world } = network()
    const { service, db } = proxy(1)
    await service.take(GRANT)
    grant.places = grant.places.map((place) => ({ ...place, state: 'Committed' }))
    assert.equal(await proxy(1, db).service.take(GRANT), true)
    assert.equal(world.acknowledged.length, 2)
  })
})

describe('fragments that do not fit are not acknowledged', () => {
  for (const [name, spoil] of Object.entries({
    'none came': (n: ReturnType<typeof network>) => n.sealed.clear(),
    'sealed to another proxy': (n) => n.sealed.set(proxyId(0), n.sealed.get(proxyId(1))!),
    'sealed for another grant': (n) =>
      n.sealed.set(
        proxyId(0),
        n.seal(0, [n.made.fragments[0]!], sealPurpose(GRANT + 1, proxyId(0))),
      ),
    'another one than is on chain': (n) =>
      n.sealed.set(proxyId(0), n.seal(0, [n.made.fragments[1]!])),
    'too many': (n) => n.sealed.set(proxyId(0), n.seal(0, n.made.fragments)),
    'none in the seal': (n) => n.sealed.set(proxyId(0), n.seal(0, [])),
    'a secret that is not what was committed to': (n) =>
      n.sealed.set(
        proxyId(0),
        n.seal(0, [{ ...n.made.fragments[0]!, secret: n.made.fragments[1]!.secret }]),
      ),
    'of another file': (n) => {
      n.grant.files = [{ ...n.grant.files[0]!, file: 'cd'.repeat(32) as never }]
    },
    'of another epoch': (n) => {
      n.grant.files = [{ ...n.grant.files[0]!, epoch: 1 }]
      n.world.epoch = 1
    },
    'under another threshold': (n) => {
      n.grant.threshold = 1
    },
  } satisfies Record<string, (n: ReturnType<typeof network>) => unknown>))
    test(name, async () => {
      const made = network()
      spoil(made)
      const { service } = made.proxy(0)
      assert.equal(await service.take(GRANT), false)
      assert.deepEqual(made.world.acknowledged, [])
      await assert.rejects(service.answer(requestTo(0, made.capsule)), { code: 'NOT_HERE' })
    })

  test('no place in the grant, and no grant', async () => {
    const { proxy, world } = network()
    assert.equal(await proxy(7).service.take(GRANT), false)
    assert.equal(await proxy(0).service.take(GRANT + 1), false)
    assert.deepEqual(world.acknowledged, [])
  })
})

describe('who gets no share', () => {
  async function serving(more = {}) {
    const made = network(more)
    const { service } = made.proxy(0)
    await service.take(GRANT)
    const refused = (code: string, request = requestTo(0, made.capsule)) =>
      assert.rejects(service.answer(request), { name: 'ProxyError', code })
    await service.answer(requestTo(0, made.capsule))
    return { ...made, service, refused }
  }

  test('anybody, from the finalized block of revocation on', async () => {
    const { grant, refused, world, service } = await serving()
    for (const status of ['Revoked', 'Ended', 'Pending'] as const) {
      grant.status = status
      await refused('NO_GRANT')
    }
    grant.status = 'Active'
    world.number = grant.expiry
    await refused('NO_GRANT', requestTo(0, network().capsule, { block: world.number }))
    world.number = 100
    world.grant = undefined
    await refused('NO_GRANT')
    assert.equal(await service.forget(GRANT), true)
  })

  test('anybody, once the owner has re-keyed the file', async () => {
    const { world, refused } = await serving()
    world.epoch = 1
    await refused('NO_GRANT')
  })

  test('anybody but the grantee, and the grantee with an old or foreign request', async () => {
    const { capsule, refused, world } = await serving()
    await refused('NOT_ALLOWED', requestTo(0, capsule, { signer: EVE }))
    await refused('NOT_ALLOWED', requestTo(1, capsule))
    await refused('NOT_ALLOWED', { ...requestTo(0, capsule), block: 101 })
    await refused('NOT_ALLOWED', { ...requestTo(0, strangerCapsule()), capsule })
    const ahead = 100 + REQUEST_BLOCKS + 1
    await refused('NOT_ALLOWED', requestTo(0, capsule, { block: ahead }))
    world.number = ahead
    await refused('NOT_ALLOWED', requestTo(0, capsule))
  })

  test('for a capsule that is not of the file', async () => {
    const { refused } = await serving()
    await refused('BAD_CAPSULE', requestTo(0, strangerCapsule()))
  })

  test('for a file that is not in the grant, or a grant that there is not', async () => {
    const { capsule, refused } = await serving()
    await refused('NO_GRANT', requestTo(0, capsule, { file: 1 }))
    await refused('NO_GRANT', requestTo(0, capsule, { grant: GRANT + 1 }))
  })

  test('a proxy that lost its place does not answer', async () => {
    const { grant, refused } = await serving()
    grant.places = grant.places.map((place) => ({ ...place, state: 'Gone' }))
    await refused('NOT_HERE')
  })
})

test('uses are counted, together and over restarts', async () => {
  const { proxy, capsule } = network({ uses: 3 })
  const { service, db } = proxy(0)
  await service.take(GRANT)
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, (_, i) => service.answer(requestTo(0, capsule, { block: 90 + i }))),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3)
  await assert.rejects(proxy(0, db).service.answer(requestTo(0, capsule)), { code: 'USED_UP' })
})

test('who has seen a request cannot use the grant up with it', async () => {
  const { proxy, capsule } = network({ uses: 2 })
  const { service } = proxy(0)
  await service.take(GRANT)
  const seen = requestTo(0, capsule, { block: 99 })
  for (let i = 0; i < 5; i++) await service.answer(seen)
  await Promise.all([service.answer(seen), service.answer(seen)])
  await service.answer(requestTo(0, capsule))
  await assert.rejects(service.answer(requestTo(0, capsule, { block: 98 })), { code: 'USED_UP' })
  await service.answer(seen)
})

test('it answers audits of its grants, and of no others', async () => {
  const { proxy, world, made, commitments, grant } = network()
  const { service } = proxy(0)
  await service.take(GRANT)
  assert.equal(await service.audit(), false)
  world.audit = { grant: GRANT, seed: new Uint8Array(32).fill(9) }
  assert.equal(await service.audit(), true)
  const capsule = auditCapsule(grant.files[0]!.delegator, world.audit.seed)
  const [committed] = commitments.get(proxyId(0))!
  assert.ok(verifyShare(made.delegation, committed!, capsule, world.audited[0]!))
  world.audit = { grant: GRANT + 1, seed: world.audit.seed }
  assert.equal(await service.audit(), false)
  assert.equal(await proxy(1).service.audit(), false)
})

test('fragments of grants that are over are deleted, and no others', async () => {
  const { proxy, grant, capsule } = network()
  const { service } = proxy(0)
  await service.take(GRANT)
  assert.equal(await service.forget(GRANT), false)
  await service.answer(requestTo(0, capsule))
  grant.status = 'Revoked'
  assert.equal(await service.forget(GRANT), true)
  grant.status = 'Active'
  await assert.rejects(service.answer(requestTo(0, capsule)), { code: 'NOT_HERE' })
})

test('a second capsule of the file is opened by the same shares', async () => {
  const { proxy, made } = network()
  const { capsule, key } = encapsulate(made.delegation.delegator, random)
  const shares = []
  for (const n of [1, 2]) {
    const { service } = proxy(n)
    await service.take(GRANT)
    shares.push((await service.answer(requestTo(n, capsule))).share)
  }
  const { delegation } = made
  const secret = accountKey(BOB).secret
  const opened = openShares({
    delegation,
    capsule,
    secret,
    threshold: 2,
    commitments: made.fragments,
    shares,
  })
  assert.deepEqual(opened, key)
})
