// The life of a file on chain, driven and read by a client that knows nothing of ours.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type FileId, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import type { RunningNode } from '@cess/node'
import { FRAGMENTS, fileIdOf, segmentId } from '@cess/primitives'
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api'
import { startDevNode } from './support/node.ts'
import { type Pair, query, send, tx } from './support/polkadot.ts'

let node: RunningNode
let api: ApiPromise
before(async () => {
  node = await startDevNode()
  api = await ApiPromise.create({ provider: new WsProvider(node.rpc) as never, noInitWarn: true })
})
after(async () => {
  await api.disconnect()
  await node.stop()
})

const SIZE = 50_000
const fragmentList = Array.from(
  { length: FRAGMENTS },
  (_, i) => blake3(utf8(`interop ${i}`)).toHex() as FileId,
)
const segment = { hash: segmentId(SIZE, fragmentList), fragmentList }
const fid = fileIdOf(SIZE, [segment])
const text = (raw: unknown): string => Buffer.from(String(raw).slice(2), 'hex').toString()

test('@polkadot/api registers miners, declares a file, has it reported and reads it', async () => {
  const keyring = new Keyring({ type: 'sr25519', ss58Format: 11330 })
  const user = keyring.addFromUri('//Dave')
  const miners = Array.from({ length: FRAGMENTS }, (_, i) =>
    keyring.addFromUri(`//Miner//${i + 1}`),
  )
  const pairOf = (address: string): Pair => miners.find((m) => m.address === address)!

  const peerId = new Uint8Array(38).fill(1)
  const register = (who: Pair) =>
    tx(api, 'sminer', 'regnstk')(who.address, peerId, 4_000n * 10n ** 18n, 1)
  const registered = await Promise.all(miners.map((who) => send(api, register(who), who)))
  assert.ok(registered.every((r) => r.events.includes('sminer.Registered')))
  assert.equal((await query(api, 'sminer', 'minerItems').keys()).length, FRAGMENTS)

  await send(api, tx(api, 'storageHandler', 'mintTerritory')(1, 'home', 30), user)
  const brief = {
    user: user.address,
    fileName: 'photo.jpg',
    bucketName: 'photos',
    territoryName: 'home',
  }
  const declare = tx(api, 'fileBank', 'uploadDeclaration')(fid, [segment], brief, SIZE)
  const declared = await send(api, declare, user)
  assert.equal(declared.error, undefined)
  assert.ok(declared.events.includes('fileBank.UploadDeclaration'))
  const deal = (await query(api, 'fileBank', 'dealMap')(fid)).toJSON() as {
    fileSize: number
    segmentList: { fragmentList: string[] }[]
    user: { fileName: string; bucketName: string }
  }
  assert.equal(deal.fileSize, SIZE)
  assert.deepEqual(deal.segmentList[0]!.fragmentList.map(text), fragmentList)
  assert.deepEqual([text(deal.user.fileName), text(deal.user.bucketName)], ['photo.jpg', 'photos'])
  const again = await send(api, declare, user)
  assert.equal(again.error, 'fileBank.Existed')

  const assignment = (await query(api, 'fileBank', 'dealAssignment')(fid)).toJSON() as {
    miners: string[]
  }
  const reports = await Promise.all(
    assignment.miners.map((miner, i) =>
      send(api, tx(api, 'fileBank', 'transferReport')(i + 1, fid), pairOf(miner)),
    ),
  )
  assert.deepEqual(
    reports.map((r) => r.error),
    Array.from({ length: FRAGMENTS }, () => undefined),
  )
  assert.equal(reports.filter((r) => r.events.includes('fileBank.StorageCompleted')).length, 1)
  const file = (await query(api, 'fileBank', 'file')(fid)).toJSON() as {
    stat: string
    owner: { user: string }[]
    segmentList: { fragmentList: { miner: string; avail: boolean }[] }[]
  }
  assert.equal(file.stat, 'Active')
  assert.deepEqual(
    file.owner.map((o) => o.user),
    [user.address],
  )
  assert.deepEqual(
    file.segmentList[0]!.fragmentList.map((f) => f.miner),
    assignment.miners,
  )
  assert.equal((await query(api, 'fileBank', 'dealMap')(fid)).toJSON(), null)

  const stranger = keyring.addFromUri('//Eve')
  const remove = tx(api, 'fileBank', 'deleteFile')(user.address, fid)
  assert.equal((await send(api, remove, stranger)).error, 'fileBank.NoPermission')
  assert.ok((await send(api, remove, user)).events.includes('fileBank.DeleteFile'))
  assert.equal((await query(api, 'fileBank', 'file')(fid)).toJSON(), null)
})
