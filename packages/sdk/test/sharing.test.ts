// The whole way but for sockets: owner, chain, proxies, and whom a file is shared with, each with the code that it runs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccountId } from '@cess/bytes'
import type { ShareAnswer, ShareRequest } from '@cess/proxy'
import { answerMessage } from '@cess/reencryption'
import {
  completeGrant,
  type Fraud,
  getFile,
  listGrants,
  listShared,
  replaceProxies,
  reportFraud,
  revokeGrant,
  shareFiles,
} from '../src/index.ts'
import { DAVE, EVE, inTime } from './support/kit.ts'
import { FEE, pairOf, random, world } from './support/sharing.ts'

describe('a file is shared', () => {
  test('with an account that reads it, through proxies that the chain drew', async () => {
    const { share, takeAll, open, read, fid, bytes, chain } = await world()
    const grant = await share()
    await assert.rejects(open(grant), { code: 'NO_SHARES' })
    await takeAll(grant)
    const capsuleKey = await open(grant)
    assert.deepEqual(await read(fid, capsuleKey), bytes)
    const [shared] = await listShared(chain, EVE.id)
    assert.deepEqual(
      [shared!.id, shared!.owner, shared!.files, shared!.status, shared!.serving],
      [grant, DAVE.id, [fid], 'Active', 5],
    )
    assert.deepEqual(await listGrants(chain, DAVE.id), [shared])
    assert.deepEqual(await listShared(chain, DAVE.id), [])
  })

  test('and not with anybody else', async () => {
    const { share, takeAll, open, fid, kit, chain } = await world()
    const grant = await share()
    await takeAll(grant)
    await assert.rejects(open(grant, { account: DAVE }), { code: 'NO_SHARES', message: /signed/ })
    await assert.rejects(open(grant + 1), { code: 'NOT_FOUND' })
    await assert.rejects(open(grant, { fid: 'ab'.repeat(32) }), { code: 'NOT_FOUND' })
    const parts: Uint8Array[] = []
    const without = getFile(fid, (piece) => void parts.push(piece), {
      ...{ account: EVE, gateway: kit.client, clock: kit.clock },
    })
    await assert.rejects(inTime(kit.clock, without), { code: 'WRONG_KEY' })
    assert.equal(parts.length, 0)
    await assert.rejects(
      shareFiles(chain, {
        ...{ account: EVE, random, files: [], grantee: DAVE.id, fee: FEE },
        expiry: kit.chain.finalizedNumber() + 500,
      }),
      /NoFiles/,
    )
  })

  test('while some proxies are silent, lie, or answer for another; with too few it says so', async () => {
    const { chain, kit, share, takeAll, open, ask, proxies, contextIn } = await world()
    const grant = await share()
    await takeAll(grant)
    const names = [...proxies.keys()]
    const serving: AccountId[] = []
    await open(grant, {
      ask: (proxy: AccountId, request: ShareRequest) => {
        serving.push(proxy)
        return ask(proxy, request)
      },
    })
    const [silent, liar, third] = serving as [AccountId, AccountId, AccountId]
    /** The first says nothing; others answer wrongly under their signature, or without one, or as if long ago. */
    const spoil =
      (bad: readonly AccountId[], how: 'wrong' | 'unsigned' | 'old') =>
      async (proxy: AccountId, request: ShareRequest): Promise<ShareAnswer> => {
        if (proxy === silent) throw new Error('no answer')
        const answer = await ask(proxy, request)
        if (!bad.includes(proxy)) return answer
        if (how === 'unsigned') return { ...answer, signature: new Uint8Array(64) }
        const share = how === 'old' ? answer.share : { ...answer.share, point: answer.share.id }
        const block = how === 'old' ? answer.block - 51 : answer.block
        const message = answerMessage(contextIn(grant), block, request.capsule, share)
        return { share, block, signature: pairOf(proxy).sign(message) }
      }
    for (const how of ['wrong', 'unsigned', 'old'] as const) {
      assert.deepEqual(await open(grant, { ask: spoil([liar], how) }), await open(grant))
      await assert.rejects(open(grant, { ask: spoil([liar, third], how) }), { code: 'NO_SHARES' })
    }
    assert.ok(names.length > serving.length)
    // What the liar signed is shown to the chain: its bond is gone, half of it to who showed it.
    const frauds: Fraud[] = []
    const onFraud = (fraud: Fraud): void => void frauds.push(fraud)
    await open(grant, { ask: spoil([liar], 'wrong'), onFraud })
    assert.deepEqual(
      frauds.map(({ proxy }) => proxy),
      [liar],
    )
    await reportFraud(chain, EVE, frauds[0]!)
    const { query } = await kit.chain.finalized()
    assert.equal((await query.Reencryption.Proxies(liar))!.bond, 0n)
    await open(grant, { ask: spoil([], 'wrong'), onFraud })
    assert.equal(frauds.length, 1)
  })

  test('until it is revoked: no proxy makes a share from then on', async () => {
    const { share, takeAll, open, chain } = await world()
    const grant = await share()
    await takeAll(grant)
    await open(grant)
    await revokeGrant(chain, DAVE, grant)
    await assert.rejects(open(grant), { code: 'NO_SHARES', message: /not any more/ })
    const [listed] = await listGrants(chain, DAVE.id)
    assert.deepEqual([listed!.status, listed!.escrow], ['Revoked', 0n])
  })

  test('for as many uses as its owner allows', async () => {
    const { share, takeAll, open, kit } = await world()
    const grant = await share({ uses: 2 })
    await takeAll(grant)
    await open(grant)
    // The same request at the same height is the same use.
    await open(grant)
    kit.chain.empty()
    await open(grant)
    kit.chain.empty()
    await assert.rejects(open(grant), { code: 'NO_SHARES', message: /as often as its owner/ })
  })

  test('with proxies that take the place of silent ones, from the same key', async () => {
    const { share, proxies, open, chain, owner, kit, read, fid, bytes } = await world()
    const grant = await share()
    const places = async (state: string): Promise<AccountId[]> => {
      const { query } = await kit.chain.finalized()
      const found = await query.Reencryption.Grants(grant)
      return found!.places.filter((place) => place.state === state).map(({ proxy }) => proxy)
    }
    const drawn = await places('Committed')
    for (const proxy of drawn.slice(0, 3)) await proxies.get(proxy)!.take(grant)
    assert.equal(await completeGrant(chain, grant, owner), 0)
    kit.chain.empty(31)
    assert.equal(await replaceProxies(chain, grant, owner), 2)
    const fresh = await places('Committed')
    assert.equal(fresh.length, 2)
    for (const proxy of fresh) assert.equal(await proxies.get(proxy)!.take(grant), true)
    const active = await open(grant)
    assert.deepEqual(await read(fid, active), bytes)
    // Old and new fragments are of one polynomial: one old and two new proxies open it too.
    const some = [drawn[0]!, ...fresh]
    const key = await open(grant, {
      ask: async (proxy: AccountId, request: ShareRequest) => {
        if (!some.includes(proxy)) throw new Error('asleep')
        return proxies.get(proxy)!.answer(request)
      },
    })
    assert.deepEqual(key, active)
  })
})
