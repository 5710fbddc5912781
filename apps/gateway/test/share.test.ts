import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock, systemRandom } from '@cess/ports'
import {
  accountFromPair,
  askProxies,
  bytesSource,
  createGatewayClient,
  openFile,
  openShared,
  putFile,
  readHeader,
  shareFiles,
} from '@cess/sdk'
import { ask, content, put } from './support/client.ts'
import { DAVE, EVE, eventually, startKit } from './support/kit.ts'

test('who asks a miner for shares that is no proxy does not make it look as if it were gone', async () => {
  const kit = await startKit()
  try {
    const { url } = kit.gateway
    const { data } = await put(url, kit.dave, '/file?wait=stored', content(1_000))
    const columns = async () => (await ask(`${url}/file/location/${data.fid}`, 'GET')).data.columns
    const [{ miner }] = await columns()
    for (let i = 0; i < 3; i++) {
      const { status, data: answer } = await ask(`${url}/share/${miner}`, 'POST')
      assert.deepEqual([status, answer.error], [403, 'NO_SHARE'])
    }
    assert.ok((await columns()).every(({ answering }: { answering: boolean }) => answering))
  } finally {
    await kit.stop()
  }
})

test('a gateway that is a proxy takes its fragment, answers whom a file is shared with, and nobody else', async () => {
  const kit = await startKit({ settings: { proxy: true } })
  try {
    const { url, account } = kit.gateway
    const [dave, eve] = [accountFromPair(DAVE), accountFromPair(EVE)]
    const { client: chain } = kit.chain
    const gateway = createGatewayClient({ url, clock: systemClock, random: systemRandom })
    const access = { gateway, clock: systemClock }
    const { fid } = await putFile(bytesSource(content(10_000)), {
      ...{ ...access, account: dave, random: systemRandom, name: 'plan.txt', streams: false },
    })
    await eventually(async () => {
      const { query } = await chain.finalized()
      return (await query.FileBank.File(fid)) && (await query.Reencryption.Proxies(account))
    })
    const header = await readHeader(fid, access)
    const terms = { threshold: 1, proxies: 1, expiry: 500, fee: 10n ** 19n, grantee: eve.id }
    const files = [{ fid, header }]
    const grant = await shareFiles(chain, { account: dave, random: systemRandom, files, ...terms })
    const active = async () => {
      const found = await (await chain.finalized()).query.Reencryption.Grants(grant)
      return found?.status === 'Active' && found
    }
    const { places } = await eventually(active)
    assert.deepEqual(
      places.map(({ proxy }) => proxy),
      [account],
    )
    const doors = askProxies({ chain, gateway, clock: systemClock, random: systemRandom })
    const open = (reader: typeof dave) =>
      openShared(chain, { account: reader, grant, fid, header, ask: doors })
    const capsuleKey = await open(eve)
    const { manifest } = await openFile(fid, { ...access, account: eve, capsuleKey })
    assert.equal(manifest.name, 'plan.txt')
    await assert.rejects(open(dave), { code: 'NO_SHARES' })
    // What it took survives a restart.
    await kit.restart({ port: Number(new URL(url).port), proxy: true })
    assert.deepEqual(await open(eve), capsuleKey)
    const { status, data } = await ask(`${url}/share/${kit.gateway.address}`, 'POST')
    assert.deepEqual([status, data.error], [403, 'NO_SHARE'])
  } finally {
    await kit.stop()
  }
})
