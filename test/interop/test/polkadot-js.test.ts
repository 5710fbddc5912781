import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type RunningNode, startNode } from '@cess/node'
import { silentLogger } from '@cess/ports'
import * as current from '@polkadot/api'
import * as older from 'polkadot-api-10'

let node: RunningNode
before(async () => {
  const options = {
    dev: true,
    chain: 'dev',
    basePath: '',
    name: 'interop',
    port: 0,
    listenAddr: ['/ip4/127.0.0.1/tcp/0'],
    statePruning: 256,
    rpcPort: 0,
    rpcMethods: 'auto',
    rpcMaxConnections: 100,
    logLevel: 'silent',
    logFormat: 'text',
  } as const
  node = await startNode(options, { logger: silentLogger })
})
after(() => node.stop())

type Api = current.ApiPromise
type Call = ReturnType<Api['tx'][string][string]>
interface Sent {
  readonly finalized: string
  readonly events: readonly string[]
  readonly error: string | undefined
}

/** Signs, sends and watches until the block is final. */
function send(api: Api, call: Call, from: current.Keyring['pairs'][number]): Promise<Sent> {
  return new Promise((resolve, reject) => {
    call
      .signAndSend(from, ({ status, events, dispatchError, isError }) => {
        if (isError) reject(new Error(status.type))
        if (!status.isFinalized) return
        resolve({
          finalized: status.asFinalized.toHex(),
          events: events.map(({ event }) => `${event.section}.${event.method}`),
          error: dispatchError?.isModule
            ? `${api.registry.findMetaError(dispatchError.asModule).section}.${api.registry.findMetaError(dispatchError.asModule).name}`
            : dispatchError?.toString(),
        })
      })
      .catch(reject)
  })
}

const versions = [
  ['16.5.6', current, '//Dave'],
  ['10.13.1', older as unknown as typeof current, '//Eve'],
] as const

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
      assert.equal(api.runtimeVersion.specName.toString(), 'cess-node')

      const free = async () =>
        (
          (await api.query['system']!['account']!(bob.address)) as never as {
            data: { free: { toBigInt(): bigint } }
          }
        ).data.free.toBigInt()
      const had = await free()
      const transfer = api.tx['balances']!['transferKeepAlive']!(bob.address, 10n ** 18n)
      const { partialFee } = await transfer.paymentInfo(user)
      assert.ok(partialFee.toBigInt() > 0n)
      const paid = await send(api, transfer, user)
      assert.equal(paid.error, undefined)
      assert.ok(
        paid.events.includes('balances.Transfer') &&
          paid.events.includes('system.ExtrinsicSuccess'),
      )
      assert.equal(await free(), had + 10n ** 18n)

      const bought = await send(
        api,
        api.tx['storageHandler']!['mintTerritory']!(2, 'mine', 30),
        user,
      )
      assert.ok(bought.events.includes('storageHandler.MintTerritory'), bought.events.join())
      const territory = await api.query['storageHandler']!['territory']!(user.address, 'mine')
      assert.equal((territory.toHuman() as { state: string }).state, 'Active')
      const names = await api.query['storageHandler']!['territory']!.keys(user.address)
      assert.equal(names.length, 1)

      const again = await send(
        api,
        api.tx['storageHandler']!['mintTerritory']!(2, 'mine', 30),
        user,
      )
      assert.match(again.error ?? '', /^storageHandler\./)
      const nothing = await api.query['fileBank']!['file']!('ab'.repeat(32))
      assert.equal(nothing.toHuman(), null)
      const both = api.tx['utility']!['batchAll']!([
        api.tx['system']!['remark']!('0x01'),
        api.tx['oss']!['authorize']!(bob.address),
      ])
      assert.equal((await send(api, both, user)).error, undefined)
      assert.deepEqual((await api.query['oss']!['authorityList']!(user.address)).toJSON(), [
        bob.address,
      ])
    } finally {
      await api.disconnect()
    }
  })
