import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileId, utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { storedBytes } from '@cess/primitives'
import { by, DAY, EXIT_LOCK, GRACE, idOf, type TestChain, testChain } from './support/chain.ts'
import {
  assignmentOf,
  declaration,
  HOME,
  invariants,
  layoutOf,
  nameOf,
  prepareUser,
  receiptsOf,
  registerMiners,
  store,
} from './support/storage.ts'

const FILE = layoutOf('a file', 20_000)
const BYTES = BigInt(storedBytes(20_000))
const network = (): TestChain => {
  const c = testChain()
  registerMiners(c, 14)
  prepareUser(c, 'bob', 10)
  return c
}
const remove = (c: TestChain, owner = 'bob', fileHash = FILE.fileHash) =>
  c.tx.FileBank.delete_file({ owner: idOf(owner), fileHash })
const fileOf = (c: TestChain, hash: FileId = FILE.fileHash) =>
  c.run(() => c.storage.FileBank.File.get(hash))
const home = (c: TestChain, who = 'bob', name = HOME) =>
  c.run(() => c.storage.StorageHandler.Territory.get(idOf(who), name))!
const entries = (c: TestChain, item: { entries(): IterableIterator<unknown> }): number =>
  c.run(() => [...item.entries()].length)

test('a deleted file leaves nothing behind but free space', () => {
  const c = network()
  store(c, FILE, 'bob', { bucketName: utf8('photos') })
  c.noop(by('mallory'), remove(c), 'FileBank.NoPermission')
  c.noop(by('mallory'), remove(c, 'mallory'), 'FileBank.NotOwner')
  c.noop(by('bob'), remove(c, 'bob', layoutOf('other').fileHash), 'FileBank.FileNonExistent')
  c.noop(NONE, remove(c), 'BadOrigin')
  c.ok(by('gateway'), remove(c))
  assert.deepEqual(c.event('FileBank.DeleteFile'), {
    operator: idOf('gateway'),
    owner: idOf('bob'),
    fileHash: FILE.fileHash,
  })
  const { FileBank } = c.storage
  for (const item of [
    FileBank.File,
    FileBank.Column,
    FileBank.MinerColumn,
    FileBank.ColumnCount,
    FileBank.ColumnWeights,
    FileBank.UserFiles,
    FileBank.UserHoldFileList,
    FileBank.BucketFiles,
    FileBank.Operator,
    FileBank.MayTag,
    FileBank.TagCount,
  ])
    assert.equal(entries(c, item as never), 0)
  assert.equal(home(c).usedSpace, 0n)
  invariants(c)
  c.noop(by('bob'), remove(c), 'FileBank.FileNonExistent')
  store(c, FILE, 'bob')
})

test('Root deletes a file of an owner', () => {
  const c = network()
  store(c, FILE, 'bob')
  const clear = (owner: string) =>
    c.tx.FileBank.root_clear_file({ owner: idOf(owner), fileHash: FILE.fileHash })
  c.noop(by('bob'), clear('bob'), 'BadOrigin')
  c.noop(ROOT, clear('mallory'), 'FileBank.NotOwner')
  c.ok(ROOT, clear('bob'))
  assert.equal(fileOf(c), undefined)
  invariants(c)
})

test('a file moves to another territory of its owner that has room', () => {
  const c = network()
  const other = utf8('other')
  store(c, FILE, 'bob', { bucketName: utf8('photos') })
  const move = (targetTerritory: Uint8Array, user = 'bob') =>
    c.tx.FileBank.territory_file_delivery({
      user: idOf(user),
      fileHash: FILE.fileHash,
      targetTerritory,
    })
  c.noop(by('bob'), move(other), 'StorageHandler.NotHaveTerritory')
  c.noop(by('bob'), move(HOME), 'StorageHandler.ParamError')
  c.ok(
    by('bob'),
    c.tx.StorageHandler.mint_territory({ gibCount: 1, territoryName: other, days: 30 }),
  )
  c.noop(by('mallory'), move(other), 'FileBank.NoPermission')
  c.noop(by('mallory'), move(other, 'mallory'), 'FileBank.NotOwner')
  c.run(() => c.api.storageHandler.space.lock(idOf('bob'), other, (1n << 30n) - BYTES + 1n))
  c.noop(by('bob'), move(other), 'StorageHandler.InsufficientStorage')
  c.run(() => c.api.storageHandler.space.unlock(idOf('bob'), other, (1n << 30n) - BYTES + 1n))
  c.ok(by('gateway'), move(other))
  assert.deepEqual([home(c).usedSpace, home(c, 'bob', other).usedSpace], [0n, BYTES])
  assert.equal(fileOf(c)!.owner[0]!.territoryName.toHex(), other.toHex())
  const objects = c.run(() => c.storage.FileBank.Bucket.get(idOf('bob'), utf8('photos')))!
  assert.deepEqual(objects.objectList, [FILE.fileHash])
  invariants(c)
  c.blocks(30 * DAY)
  c.noop(by('bob'), move(other), 'StorageHandler.NotActive')
  c.ok(by('bob'), move(HOME))
  invariants(c)
})

const bucket = (c: TestChain, kind: 'create' | 'delete', name: string, owner = 'bob') =>
  c.tx.FileBank[`${kind}_bucket`]({ owner: idOf(owner), name: utf8(name) })

test('buckets are made, filled, emptied and removed', () => {
  const c = network()
  c.noop(by('bob'), bucket(c, 'create', 'ab'), 'FileBank.LessMinLength')
  c.noop(by('mallory'), bucket(c, 'create', 'photos'), 'FileBank.NoPermission')
  c.noop(NONE, bucket(c, 'create', 'photos'), 'BadOrigin')
  c.ok(by('gateway'), bucket(c, 'create', 'photos'))
  c.noop(by('bob'), bucket(c, 'create', 'photos'), 'FileBank.SameBucketName')
  c.noop(by('bob'), bucket(c, 'delete', 'films'), 'FileBank.NonExistent')
  store(c, FILE, 'bob', { bucketName: utf8('photos') })
  c.noop(by('bob'), bucket(c, 'delete', 'photos'), 'FileBank.NotEmpty')
  c.noop(by('mallory'), bucket(c, 'delete', 'photos'), 'FileBank.NoPermission')
  c.ok(by('bob'), remove(c))
  c.ok(by('bob'), bucket(c, 'create', 'films'))
  c.ok(by('bob'), bucket(c, 'delete', 'photos'))
  const list = c.run(() => c.storage.FileBank.UserBucketList.get(idOf('bob')))
  assert.deepEqual(list, [utf8('films')])
  c.ok(by('bob'), bucket(c, 'delete', 'films'))
  assert.equal(c.run(() => c.storage.FileBank.UserBucketList.get(idOf('bob'))).length, 0)
})

test('an account has so many buckets; a stored file does not fail for want of one more', () => {
  const c = network()
  const names = Array.from({ length: 1000 }, (_, i) => utf8(`bucket ${i}`))
  c.run(() => c.storage.FileBank.UserBucketList.put(idOf('bob'), names))
  c.noop(by('bob'), bucket(c, 'create', 'photos'), 'FileBank.StorageLimitReached')
  store(c, FILE, 'bob', { bucketName: utf8('photos') })
  assert.ok(fileOf(c))
  c.ok(by('bob'), remove(c))
})

test('lists for CESS’s clients stay short; the maps hold everything', () => {
  const c = network()
  const { UserHoldFileList, UserFiles, Bucket, BucketFiles } = c.storage.FileBank
  c.run(() => {
    for (let i = 0; i < 250; i++)
      c.api.fileBank.holdings.add(
        layoutOf(`many ${i}`, 1).fileHash,
        {
          user: idOf('bob'),
          fileName: utf8('f'),
          bucketName: utf8('photos'),
          territoryName: HOME,
        },
        1n,
      )
    assert.equal(UserHoldFileList.get(idOf('bob')).length, 200)
    assert.equal(Bucket.get(idOf('bob'), utf8('photos'))!.objectList.length, 200)
    assert.equal([...UserFiles.entries(idOf('bob'))].length, 250)
    assert.equal([...BucketFiles.entries(idOf('bob'))].length, 250)
  })
})

test('files of an expired territory go bit by bit, and only then is it leased again', () => {
  const c = testChain()
  registerMiners(c, 14)
  prepareUser(c, 'bob', 10, 30)
  prepareUser(c, 'charlie', 10, 300)
  for (let i = 0; i < 7; i++) store(c, layoutOf(`old ${i}`), 'bob')
  c.ok(by('charlie'), declaration(c, layoutOf('old 3'), 'charlie'))
  c.blocks(30 * DAY)
  assert.equal(home(c).state, 'Frozen')
  c.blocks(GRACE - 1)
  const count = () => c.run(() => [...c.storage.FileBank.UserFiles.entries(idOf('bob'))].length)
  assert.equal(count(), 7)
  const lease = c.tx.StorageHandler.reactivate_territory({ territoryName: HOME, days: 30 })
  for (let left = 7; left > 0; ) {
    c.blocks()
    assert.equal(home(c).state, 'Expired')
    assert.ok(left - count() <= 2)
    left = count()
    if (left > 0) c.noop(by('bob'), lease, 'StorageHandler.ObjectNotZero')
    invariants(c)
  }
  c.blocks(2)
  assert.equal(entries(c, c.storage.FileBank.Clearing as never), 0)
  c.ok(by('bob'), lease)
  store(c, layoutOf('new'), 'bob')
  c.blocks(5)
  assert.ok(fileOf(c, layoutOf('new').fileHash))
  assert.deepEqual(
    fileOf(c, layoutOf('old 3').fileHash)!.owner.map((o) => o.user),
    [idOf('charlie')],
  )
  invariants(c)
})

test('many empty territories that expire together do not hold a block up', () => {
  const c = testChain()
  const { Clearing } = c.storage.FileBank
  c.run(() => {
    for (let i = 0; i < 100; i++) Clearing.put([idOf('bob'), utf8(`t${i}`)], undefined)
  })
  const before = entries(c, Clearing as never)
  c.blocks()
  assert.equal(before - entries(c, Clearing as never), 20)
  c.blocks(5)
  assert.equal(entries(c, Clearing as never), 0)
})

test('data of a miner out of service is written off: its owners see it, its space is free', () => {
  const c = network()
  const layouts = Array.from({ length: 5 }, (_, i) => layoutOf(`file ${i}`))
  for (const layout of layouts) store(c, layout, 'bob')
  const [lost] = fileOf(c, layouts[0]!.fileHash)!.segmentList[0]!.fragmentList.map((f) => f.miner)
  const held = c.run(() => c.storage.FileBank.ColumnCount.get(lost!))
  c.ok(ROOT, c.tx.Sminer.force_exit({ miner: lost! }))
  c.blocks()
  assert.ok(c.run(() => c.storage.FileBank.ColumnCount.get(lost!)) >= held - 2)
  c.blocks(Math.ceil(held / 2))
  invariants(c)
  const m = c.run(() => c.api.sminer.registry.info(lost!))
  assert.deepEqual([m.serviceSpace, m.state], [0n, 'offline'])
  const file = fileOf(c, layouts[0]!.fileHash)!
  assert.equal(file.stat, 'Recovery')
  assert.deepEqual(
    file.segmentList[0]!.fragmentList.map((f) => f.avail),
    file.segmentList[0]!.fragmentList.map((f) => f.miner !== lost),
  )
  assert.equal(home(c).usedSpace, BigInt(storedBytes(1_000)) * 5n, 'kept for the repair')
  assert.equal(entries(c, c.storage.Sminer.Leaving as never), 0)
  // Now it can leave with what is left of its collateral.
  c.ok(by(nameOf(lost!)), c.tx.Sminer.miner_exit_prep({ miner: lost! }))
  c.blocks(EXIT_LOCK)
  c.ok(by(nameOf(lost!)), c.tx.Sminer.miner_withdraw({}))
  for (const { fileHash } of layouts) c.ok(by('bob'), remove(c, 'bob', fileHash))
  assert.equal(entries(c, c.storage.FileBank.LostColumn as never), 0)
  assert.equal(home(c).usedSpace, 0n)
  invariants(c)
})

test('with fewer than four fragments left a file is missing, and can still be deleted', () => {
  const c = network()
  store(c, FILE, 'bob')
  const miners = fileOf(c)!.segmentList[0]!.fragmentList.map((f) => f.miner)
  for (const [i, miner] of miners.slice(0, 9).entries()) {
    c.ok(ROOT, c.tx.Sminer.force_exit({ miner }))
    c.blocks()
    assert.equal(fileOf(c)!.stat, i < 8 ? 'Recovery' : 'Missing')
  }
  invariants(c)
  c.ok(by('bob'), remove(c))
  invariants(c)
})

test('a miner that is out of service in the middle of a deal is replaced', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const { miners } = assignmentOf(c, FILE.fileHash)!
  c.ok(ROOT, c.tx.Sminer.force_exit({ miner: miners[4]! }))
  c.noop(
    by(nameOf(miners[4]!)),
    c.tx.Sminer.miner_exit_prep({ miner: miners[4]! }),
    'Sminer.NotEmpty',
  )
  const all = c.tx.FileBank.submit_receipts({
    dealHash: FILE.fileHash,
    receipts: receiptsOf(c, FILE.fileHash),
  })
  c.noop(by('gateway'), all, 'FileBank.MinerStateError')
  c.ok(by('gateway'), c.tx.FileBank.reassign_miner({ dealHash: FILE.fileHash, index: 5 }))
  c.ok(
    by('gateway'),
    c.tx.FileBank.submit_receipts({
      dealHash: FILE.fileHash,
      receipts: receiptsOf(c, FILE.fileHash),
    }),
  )
  c.ok(by(nameOf(miners[4]!)), c.tx.Sminer.miner_exit_prep({ miner: miners[4]! }))
  invariants(c)
})

test('tags of all twelve show in the file', () => {
  const c = network()
  store(c, FILE, 'bob')
  c.run(() => {
    c.storage.Audit.Taggers.put(7, {
      owner: idOf('bob'),
      verifier: new Uint8Array(192),
      parameters: new Uint8Array(32),
    })
  })
  const miners = fileOf(c)!.segmentList[0]!.fragmentList.map((f) => nameOf(f.miner))
  const files = (index: number) => [{ fileHash: FILE.fileHash, index }]
  for (const [i, miner] of miners.entries()) {
    assert.equal(fileOf(c)!.segmentList[0]!.fragmentList[0]!.tag, undefined)
    c.noop(
      by(miner),
      c.tx.FileBank.confirm_tags({ tagger: 7, files: files(((i + 1) % 12) + 1) }),
      'FileBank.MinerError',
    )
    c.ok(by(miner), c.tx.FileBank.confirm_tags({ tagger: 7, files: files(i + 1) }))
  }
  assert.equal(fileOf(c)!.segmentList[0]!.fragmentList[0]!.tag, c.number())
  c.noop(
    by('mallory'),
    c.tx.FileBank.confirm_tags({ tagger: 7, files: files(1) }),
    'FileBank.MinerError',
  )
  c.noop(
    by(miners[0]!),
    c.tx.FileBank.confirm_tags({ tagger: 7, files: files(0) }),
    'Arithmetic.Overflow',
  )
  c.noop(NONE, c.tx.FileBank.confirm_tags({ tagger: 7, files: [] }), 'BadOrigin')
})

test('one bad file in a confirmation undoes the whole of it', () => {
  const c = network()
  store(c, FILE, 'bob')
  c.run(() => {
    c.storage.Audit.Taggers.put(7, {
      owner: idOf('gateway'),
      verifier: new Uint8Array(192),
      parameters: new Uint8Array(32),
    })
  })
  const [first] = fileOf(c)!.segmentList[0]!.fragmentList.map((f) => nameOf(f.miner))
  const good = { fileHash: FILE.fileHash, index: 1 }
  const bad = { fileHash: layoutOf('none').fileHash, index: 1 }
  c.noop(
    by(first!),
    c.tx.FileBank.confirm_tags({ tagger: 7, files: [good, bad] }),
    'FileBank.MinerError',
  )
})
