import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RunningNode } from '@cess/node'
import * as current from '@polkadot/api'
import * as older from 'polkadot-api-10'
import { startDevNode } from './support/node.ts'
import { query, send, tx } from './support/polkadot.ts'

let node: RunningNode
before(async () => {
  node = await startDevNode()
})
after(() => node.stop())

const versions = [
  ['16.5.6', current, '//Dave'],
  ['10.13.1', older as unknown as typeof current, '//Eve'],
] as const
const TOKEN = 10n ** 18n

for (const [version, { ApiPromise, WsProvider, Keyring }, uri] of versions)
  test(`@polkadot/api ${version} reads, signs, watches to finality and decodes, with no types of ours`, async () => {
    const api = await ApiPromise.create({
      provider: new WsProvider(node.rpc) as never,
      throwOnConnect: true,
      noInitWarn: true,
    })
    try {
      const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 ?? 42 })
      const [user, bob] = [keyring.addFromUri(uri), keyring.addFromUri('//Bob')]
      assert.equal(api.registry.chainSS58, 11330)
      assert.deepEqual(api.registry.chainTokens, ['TCESS'])
      assert.deepEqual(api.registry.chainDecimals, [18])
      assert.equal(api.runtimeVersion.specName.toString(), 'cess-node')
      assert.equal(Number(api.consts['balances']!['existentialDeposit']!.toString()), 1e15)

      // A subscription is told the value at once and again when it changes.
      const balances: bigint[] = []
      const stop = (await query(
        api,
        'system',
        'account',
      )(bob.address, (account: unknown) => {
        balances.push((account as { data: { free: { toBigInt(): bigint } } }).data.free.toBigInt())
      })) as unknown as () => void
      const transfer = tx(api, 'balances', 'transferKeepAlive')(bob.address, TOKEN)
      const { partialFee, weight } = await transfer.paymentInfo(user)
      assert.ok(partialFee.toBigInt() > 0n && weight.refTime.toBigInt() > 0n)
      const paid = await send(api, transfer, user, 'finalized')
      assert.equal(paid.error, undefined)
      assert.ok(paid.events.includes('balances.Transfer'))
      assert.ok(paid.events.includes('system.ExtrinsicSuccess'))
      const finalized = await api.rpc.chain.getFinalizedHead()
      assert.ok((await api.rpc.chain.getHeader(finalized)).number.toNumber() > 0)
      assert.deepEqual([balances.length, balances[1]! - balances[0]!], [2, TOKEN])
      stop()

      const mint = (name: string) => tx(api, 'storageHandler', 'mintTerritory')(2, name, 30)
      const names = Array.from({ length: 7 }, (_, i) => `space ${i}`)
      const all = await send(api, tx(api, 'utility', 'batchAll')(names.map(mint)), user)
      assert.equal(all.events.filter((e) => e === 'storageHandler.MintTerritory').length, 7)
      assert.equal(all.events.filter((e) => e === 'utility.ItemCompleted').length, 7)
      const territory = query(api, 'storageHandler', 'territory')
      const one = (await territory(user.address, 'space 3')).toHuman() as Record<string, string>
      assert.deepEqual([one['state'], one['totalSpace']], ['Active', '2,147,483,648'])
      assert.equal((await territory(user.address, 'none')).toHuman(), null)

      // Keys come in pages, and entries under the first key alone.
      const found: string[] = []
      for (let startKey = ''; ; ) {
        const page = await territory.keysPaged({ args: [user.address], pageSize: 3, startKey })
        found.push(...page.map((key) => Buffer.from(key.args[1]!.toU8a(true)).toString()))
        if (page.length < 3) break
        startKey = page.at(-1)!.toHex()
      }
      assert.deepEqual(found.toSorted(), names)
      assert.equal((await territory.entries(user.address)).length, 7)

      const again = await send(api, mint('space 0'), user)
      assert.equal(again.error, 'storageHandler.DuplicateName')
      const some = await send(
        api,
        tx(
          api,
          'utility',
          'forceBatch',
        )([mint('space 1'), tx(api, 'oss', 'authorize')(bob.address)]),
        user,
      )
      assert.deepEqual(
        some.events.filter((e) => e.startsWith('utility.')),
        ['utility.ItemFailed', 'utility.ItemCompleted', 'utility.BatchCompletedWithErrors'],
      )
      const operators = await query(api, 'oss', 'authorityList')(user.address)
      assert.deepEqual(operators.toJSON(), [bob.address])
      const poor = keyring.addFromUri('//Nobody')
      await assert.rejects(send(api, transfer, poor), /Inability to pay|1010/)

      // The state of an older block stays readable.
      const then = await api.at(paid.block)
      assert.equal((await then.query['storageHandler']!['territory']!.keys(user.address)).length, 0)
      const { block } = await api.rpc.chain.getBlock(paid.block)
      assert.ok(block.extrinsics.some((xt) => xt.method.method === 'transferKeepAlive'))
      const heads = await new Promise<number[]>((resolve) => {
        const seen: number[] = []
        const off = api.rpc.chain.subscribeNewHeads((head) => {
          seen.push(head.number.toNumber())
          if (seen.length === 2) void off.then((end) => end()).then(() => resolve(seen))
        })
      })
      assert.equal(heads[1], heads[0]! + 1)
    } finally {
      await api.disconnect()
    }
  })
