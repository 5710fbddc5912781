// npm cess-js-sdk-nodejs 0.2.6, unmodified: every method of it that talks to the chain, one after the other from one account.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type FileId, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import type { RunningNode } from '@cess/node'
import { FRAGMENTS, fileIdOf, segmentId } from '@cess/primitives'
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api'
import { startDevNode } from './support/node.ts'
import { type Pair, send, tx } from './support/polkadot.ts'

interface Answer {
  readonly msg: string
  readonly data: never
  readonly errMsg?: string
}
type Method = (...args: unknown[]) => Promise<Answer>
type Instance = Readonly<Record<string, Method>>
interface Sdk {
  InitAPI(config: object): Promise<{ api: ApiPromise; keyring: Keyring }>
  readonly defaultConfig: { readonly keyringOption: object }
  readonly Authorize: new (api: unknown, keyring: unknown) => Instance
  readonly Bucket: new (api: unknown, keyring: unknown) => Instance
  readonly Common: new (api: unknown, keyring: unknown) => Instance
  readonly File: new (api: unknown, keyring: unknown, gateway: string) => Instance
  readonly Territory: new (api: unknown, keyring: unknown) => Instance
}

const SECRET = '//Ferdie'
let node: RunningNode
let sdk: Sdk
let api: ApiPromise
let keyring: Keyring
let me: string
let bob: string
before(async () => {
  node = await startDevNode()
  const listeners = process.listeners('uncaughtException')
  sdk = (await import('cess-js-sdk-nodejs')).default as unknown as Sdk
  const { keyringOption } = sdk.defaultConfig
  const made = await sdk.InitAPI({ nodeURL: node.rpc, keyringOption })
  // It installs a handler that swallows errors of everybody.
  for (const own of process.listeners('uncaughtException'))
    if (!listeners.includes(own)) process.removeListener('uncaughtException', own)
  ;({ api, keyring } = made)
  me = keyring.createFromUri(SECRET).address
  bob = keyring.createFromUri('//Bob').address
})
after(async () => {
  await api.disconnect()
  await node.stop()
})
const ok = ({ msg, data, errMsg }: Answer): never => {
  if (msg !== 'ok') throw new Error(errMsg ?? msg)
  return data
}
/** What it rejects with when a call fails in its block. */
const failure = async (sent: Promise<Answer>): Promise<readonly [string, string]> => {
  try {
    await sent
  } catch (error) {
    const { msg, data } = error as {
      msg: string
      data: { Module: { index: string; error: string } }
    }
    assert.equal(msg, 'dispatchError')
    return [data.Module.index, data.Module.error]
  }
  throw new Error('it did not fail')
}

test('addresses, height and balances', async () => {
  assert.match(me, /^cX/)
  const common = new sdk.Common(api, keyring)
  assert.ok(Number.isInteger(await common['queryBlockHeight']!()))
  const balance = await new Promise<{ free: number }>((resolve, reject) => {
    common['subscribeBalance']!(me, resolve as never).catch(reject)
  })
  assert.equal(Math.round(balance.free), 10_000_000)
})

test('authorisations', async () => {
  const authorize = new sdk.Authorize(api, keyring)
  assert.deepEqual(ok(await authorize['authorityList']!(me)), [])
  ok(await authorize['authorize']!(SECRET, bob))
  assert.deepEqual(ok(await authorize['authorityList']!(me)), [bob])
  // Existed, the error that CESS numbers 5 in pallet 108.
  assert.deepEqual(await failure(authorize['authorize']!(SECRET, bob)), ['108', '0x05000000'])
  ok(await authorize['cancelAuthorize']!(SECRET, bob))
  assert.deepEqual(ok(await authorize['authorityList']!(me)), [])
})

test('territories', async () => {
  const territory = new sdk.Territory(api, keyring)
  ok(await territory['createTerritory']!(SECRET, 'abc', 2, 30))
  assert.deepEqual(await failure(territory['createTerritory']!(SECRET, 'abc', 2, 30)), [
    '107',
    '0x21000000',
  ])
  ok(await territory['expandingTerritory']!(SECRET, 'abc', 1))
  ok(await territory['renewalTerritory']!(SECRET, 'abc', 30))
  ok(await territory['renameTerritory']!(SECRET, 'abc', 'def'))
  // NotExpire, the error that CESS numbers 18.
  assert.deepEqual(await failure(territory['reactivateTerritory']!(SECRET, 'def', 30)), [
    '107',
    '0x12000000',
  ])
  const list = ok(await territory['queryMyTerritorys']!(me)) as {
    name: string
    owner: string
    totalSpaceStr: string
    remainingDays: number
    state: string
    key: string
  }[]
  assert.equal(list.length, 1)
  const [first] = list
  assert.deepEqual([first!.name, first!.owner, first!.state], ['def', me, 'Active'])
  assert.match(first!.totalSpaceStr, /^3(\.0+)? ?G/)
  const one = ok(await territory['queryTerritoryInfo']!(me, 'def')) as {
    totalSpace: number
    remainingSpaceGib: number
  }
  assert.equal(one.totalSpace, 3 * 2 ** 30)
})

test('buckets', async () => {
  const bucket = new sdk.Bucket(api, keyring)
  ok(await bucket['createBucket']!(SECRET, 'photos'))
  // SameBucketName, number 15 of pallet 104.
  assert.deepEqual(await failure(bucket['createBucket']!(SECRET, 'photos')), ['104', '0x0f000000'])
  assert.deepEqual(ok(await bucket['queryBucketNames']!(me)), ['photos'])
  assert.deepEqual(ok(await bucket['queryBucketList']!(me)), [{ objectList: [], key: 'photos' }])
  assert.deepEqual(ok(await bucket['queryBucketInfo']!(me, 'photos')), {
    objectList: [],
    authority: [me],
  })
  ok(await bucket['deleteBucket']!(SECRET, 'photos'))
  assert.equal((ok(await bucket['queryBucketNames']!(me)) as unknown[]).length, 0)
})

test('files: unknown, pending and stored', async () => {
  const size = 12_345
  const fragmentList = Array.from(
    { length: FRAGMENTS },
    (_, i) => blake3(utf8(`sdk ${i}`)).toHex() as FileId,
  )
  const segment = { hash: segmentId(size, fragmentList), fragmentList }
  const fid = fileIdOf(size, [segment])
  const file = new sdk.File(api, keyring, 'http://127.0.0.1:9')
  assert.equal(ok(await file['queryFileMetadata']!(fid)), null)
  assert.equal((await file['queryFileDealMap']!(fid)).msg, 'file not found')
  assert.equal(((ok(await file['queryFileList']!(me)) as unknown[]) ?? []).length, 0)

  // The rest of the network, by another client.
  const other = await ApiPromise.create({
    provider: new WsProvider(node.rpc) as never,
    noInitWarn: true,
  })
  const ring = new Keyring({ type: 'sr25519', ss58Format: 11330 })
  const miners = Array.from({ length: FRAGMENTS }, (_, i) => ring.addFromUri(`//Miner//${i + 1}`))
  const owner = ring.addFromUri(SECRET)
  try {
    await Promise.all(
      miners.map((who) =>
        send(
          other,
          tx(other, 'sminer', 'regnstk')(who.address, new Uint8Array(38), 4_000n * 10n ** 18n, 1),
          who,
        ),
      ),
    )
    const brief = { user: me, fileName: 'a.txt', bucketName: 'texts', territoryName: 'def' }
    const declared = await send(
      other,
      tx(other, 'fileBank', 'uploadDeclaration')(fid, [segment], brief, size),
      owner,
    )
    assert.equal(declared.error, undefined)
    const pending = ok(await file['queryFileInfo']!(fid)) as Record<string, unknown>
    assert.deepEqual(
      [pending['stat'], pending['fileName'], pending['bucketName'], pending['territoryName']],
      ['Pending', 'a.txt', 'texts', 'def'],
    )
    const { miners: drawn } = (await other.query['fileBank']!['dealAssignment']!(fid)).toJSON() as {
      miners: string[]
    }
    const pairOf = (address: string): Pair => miners.find((m) => m.address === address)!
    await Promise.all(
      drawn.map((miner, i) =>
        send(other, tx(other, 'fileBank', 'transferReport')(i + 1, fid), pairOf(miner)),
      ),
    )
  } finally {
    await other.disconnect()
  }
  const stored = ok(await file['queryFileInfo']!(fid)) as Record<string, unknown>
  assert.deepEqual(
    [stored['stat'], stored['fileName'], stored['bucketName'], stored['fileSize'], stored['fid']],
    ['Active', 'a.txt', 'texts', size, fid],
  )
  const [listed] = ok(await file['queryFileList']!(me)) as Record<string, unknown>[]
  assert.deepEqual([listed!['fileHash'], listed!['fileSize']], [fid, size])
  const [full] = ok(await file['queryFileListFull']!(me)) as Record<string, unknown>[]
  assert.deepEqual(
    [full!['fileName'], full!['bucketName'], full!['stat']],
    ['a.txt', 'texts', 'Active'],
  )
  const bucket = new sdk.Bucket(api, keyring)
  const [texts] = ok(await bucket['queryBucketList']!(me)) as { objectList: string[] }[]
  assert.deepEqual(texts!.objectList, [fid])
})
