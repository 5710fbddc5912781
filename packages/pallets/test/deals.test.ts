import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileId, fileId, type Hash, utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { FRAGMENTS, fragmentSize, SEGMENT_SIZE, storedBytes } from '@cess/primitives'
import {
  by,
  DAY,
  DEAL,
  GIB,
  idOf,
  keyOf,
  minerName,
  type TestChain,
  TIB,
  testChain,
} from './support/chain.ts'
import {
  assignmentOf,
  declaration,
  HOME,
  invariants,
  type Layout,
  layoutOf,
  minerInfo,
  nameOf,
  prepareUser,
  receiptOf,
  receiptsOf,
  registerMiners,
  store,
} from './support/storage.ts'

const FILE = layoutOf('a file', 100_000)
const COLUMN = BigInt(fragmentSize(100_000))
const network = (miners = 14): TestChain => {
  const c = testChain()
  registerMiners(c, miners)
  prepareUser(c, 'bob', 90)
  return c
}
const submit = (c: TestChain, dealHash: FileId, receipts: ReturnType<typeof receiptsOf>) =>
  c.tx.FileBank.submit_receipts({ dealHash, receipts })
const replace = (c: TestChain, index: number, dealHash = FILE.fileHash) =>
  c.tx.FileBank.reassign_miner({ dealHash, index })
const fileOf = (c: TestChain, hash = FILE.fileHash) =>
  c.run(() => c.storage.FileBank.File.get(hash))
const dealOf = (c: TestChain, hash = FILE.fileHash) =>
  c.run(() => c.storage.FileBank.DealMap.get(hash))
const home = (c: TestChain, who = 'bob') =>
  c.run(() => c.storage.StorageHandler.Territory.get(idOf(who), HOME))!

test('a declaration locks space on both sides and draws twelve miners', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const found = assignmentOf(c, FILE.fileHash)!
  assert.equal(new Set(found.miners).size, FRAGMENTS)
  assert.equal(found.operator, idOf('gateway'))
  assert.equal(found.columnBytes, COLUMN)
  assert.equal(found.deadline, c.number() + DEAL.base + DEAL.perSegment)
  assert.equal(home(c).lockedSpace, BigInt(storedBytes(100_000)))
  for (const miner of found.miners)
    assert.equal(c.run(() => c.api.sminer.registry.info(miner)).lockSpace, COLUMN)
  assert.deepEqual(c.event('FileBank.UploadDeclaration'), {
    operator: idOf('gateway'),
    owner: idOf('bob'),
    dealHash: FILE.fileHash,
  })
  invariants(c)
})

test('a declaration is refused when anything about it is not as it must be', () => {
  const c = network()
  const no = (layout: Layout, error: string, who = 'gateway', options = {}) =>
    c.noop(by(who), declaration(c, layout, 'bob', options), error)
  const [first] = FILE.dealInfo
  const bank = (error: string) => `FileBank.${error}`
  no(FILE, bank('NoPermission'), 'mallory')
  no(FILE, bank('LessMinLength'), 'gateway', { fileName: utf8('') })
  no(FILE, bank('LessMinLength'), 'gateway', { bucketName: utf8('ab') })
  no({ ...FILE, fileSize: 1000n * BigInt(SEGMENT_SIZE) + 1n }, bank('LengthExceedsLimit'))
  no({ ...FILE, fileSize: 1n << 127n }, bank('LengthExceedsLimit'))
  no({ ...FILE, dealInfo: [] }, bank('SpecError'))
  no({ ...FILE, dealInfo: [first!, first!] }, bank('SpecError'))
  const short = { ...first!, fragmentList: first!.fragmentList.slice(1) }
  no({ ...FILE, dealInfo: [short] }, bank('SpecError'))
  const swapped = { ...first!, fragmentList: first!.fragmentList.toReversed() }
  no({ ...FILE, dealInfo: [swapped] }, bank('DigestError'))
  no({ ...FILE, fileHash: fileId('ab'.repeat(32)) }, bank('DigestError'))
  no({ ...FILE, fileSize: FILE.fileSize - 1n }, bank('DigestError'))
  no(FILE, 'StorageHandler.NotHaveTerritory', 'gateway', { territoryName: utf8('x') })
  no(layoutOf('too large', 1000 * SEGMENT_SIZE), 'StorageHandler.InsufficientStorage')
  for (const origin of [NONE, ROOT]) c.noop(origin, declaration(c, FILE, 'bob'), 'BadOrigin')
})

test('an owner declares without a gateway, and an operator no longer once it is revoked', () => {
  const c = network()
  c.ok(by('bob'), declaration(c, FILE, 'bob'))
  c.ok(by('bob'), c.tx.Oss.cancel_authorize({ oss: idOf('gateway') }))
  c.noop(by('gateway'), declaration(c, layoutOf('next'), 'bob'), 'FileBank.NoPermission')
})

test('too few miners with room: nothing is locked and nothing remains', () => {
  const c = network(11)
  const call = declaration(c, FILE, 'bob')
  c.noop(by('gateway'), call, 'FileBank.MinerPowerInsufficient')
  registerMiners(c, 1, 11)
  c.run(() => c.api.sminer.space.lock(idOf(minerName(11)), TIB))
  c.noop(by('gateway'), call, 'FileBank.MinerPowerInsufficient')
  c.run(() => c.api.sminer.space.unlock(idOf(minerName(11)), TIB))
  c.run(() => c.api.sminer.registry.punish(idOf(minerName(0)), 1n))
  c.noop(by('gateway'), call, 'FileBank.MinerPowerInsufficient')
  registerMiners(c, 1, 12)
  c.ok(by('gateway'), call)
})

test('twelve reports make the file', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob', { bucketName: utf8('photos') }))
  const { miners } = assignmentOf(c, FILE.fileHash)!
  for (const [i, miner] of miners.entries()) {
    assert.equal(fileOf(c), undefined)
    c.ok(
      by(nameOf(miner)),
      c.tx.FileBank.transfer_report({ index: i + 1, dealHash: FILE.fileHash }),
    )
    invariants(c)
  }
  const file = fileOf(c)!
  assert.deepEqual(
    file.segmentList[0]!.fragmentList.map((f) => f.miner),
    miners,
  )
  assert.deepEqual(
    [file.stat, file.completion, file.fileSize, file.owner.length],
    ['Active', c.number(), FILE.fileSize, 1],
  )
  assert.deepEqual(c.event('FileBank.StorageCompleted'), { fileHash: FILE.fileHash })
  const t = home(c)
  assert.deepEqual([t.lockedSpace, t.usedSpace], [0n, COLUMN * 12n])
  assert.deepEqual([dealOf(c), assignmentOf(c, FILE.fileHash)], [undefined, undefined])
  const { FileBank } = c.storage
  c.run(() => {
    assert.equal(FileBank.Operator.get(FILE.fileHash), idOf('gateway'))
    assert.deepEqual(FileBank.UserBucketList.get(idOf('bob')), [utf8('photos')])
    assert.deepEqual(FileBank.Bucket.get(idOf('bob'), utf8('photos'))!.objectList, [FILE.fileHash])
    assert.deepEqual(FileBank.UserHoldFileList.get(idOf('bob')), [
      { territoryName: HOME, fileHash: FILE.fileHash, fileSize: FILE.fileSize },
    ])
  })
})

test('the last segment of a long file is as short as it is', () => {
  const c = network()
  const size = 2 * SEGMENT_SIZE + 5
  const layout = layoutOf('long', size)
  store(c, layout, 'bob')
  assert.equal(home(c).usedSpace, BigInt(storedBytes(size)))
  const column = c.run(() => c.storage.FileBank.Column.get(layout.fileHash, 3))!
  assert.deepEqual(
    [column.ids.length, column.fragmentBytes, column.lastBytes],
    [3 * 32, SEGMENT_SIZE / 4, 4096],
  )
  invariants(c)
})

test('only the miner of a column reports it, once, and only for an open deal', () => {
  const c = network()
  const report = (index: number, dealHash = FILE.fileHash) =>
    c.tx.FileBank.transfer_report({ index, dealHash })
  c.noop(by(minerName(0)), report(1), 'FileBank.NonExistent')
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const [first, second] = assignmentOf(c, FILE.fileHash)!.miners.map(nameOf)
  c.noop(by('bob'), report(1), 'FileBank.MinerError')
  c.noop(by(second!), report(1), 'FileBank.MinerError')
  for (const index of [0, 13, 255]) c.noop(by(first!), report(index), 'FileBank.MinerError')
  c.ok(by(first!), report(1))
  c.noop(by(first!), report(1), 'FileBank.IsOwned')
  c.noop(NONE, report(2), 'BadOrigin')
  c.run(() => c.api.sminer.registry.retire(idOf(second!)))
  c.noop(by(second!), report(2), 'FileBank.MinerStateError')
})

test('receipts count when their miners signed them, for this chain, file and place', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const { fileHash: hash } = FILE
  const [one, two] = assignmentOf(c, hash)!.miners.map(nameOf) as [string, string]
  const malformed = 'FileBank.MalformedSignature'
  const outsider = nameOf(
    [...Array(14).keys()]
      .map((n) => idOf(minerName(n)))
      .find((miner) => !assignmentOf(c, hash)!.miners.includes(miner))!,
  )
  const forged = (index: number, miner: string, fid = hash, genesis?: Hash) => [
    { ...receiptOf(fid, index, miner, genesis), index: 1 },
  ]
  c.noop(by('gateway'), submit(c, hash, forged(1, two)), malformed)
  c.noop(by('gateway'), submit(c, hash, forged(1, outsider)), malformed)
  c.noop(by('gateway'), submit(c, hash, forged(2, one)), malformed)
  c.noop(by('gateway'), submit(c, hash, forged(1, one, layoutOf('other').fileHash)), malformed)
  const elsewhere = `0x${'99'.repeat(32)}` as Hash
  c.noop(by('gateway'), submit(c, hash, forged(1, one, hash, elsewhere)), malformed)
  const flipped = receiptOf(hash, 1, one).signature.map((b, i) => (i === 5 ? b ^ 1 : b))
  c.noop(by('gateway'), submit(c, hash, [{ index: 1, signature: flipped }]), malformed)
  const raw = keyOf(one).sign(utf8(hash))
  c.noop(by('gateway'), submit(c, hash, [{ index: 1, signature: raw }]), malformed)
  for (const index of [0, 13])
    c.noop(
      by('gateway'),
      submit(c, hash, [{ ...receiptOf(hash, 1, one), index }]),
      'FileBank.MinerError',
    )
  const twice = [receiptOf(hash, 1, one), receiptOf(hash, 1, one)]
  c.noop(by('gateway'), submit(c, hash, twice), 'FileBank.IsOwned')
  // One bad receipt among good ones: all or nothing.
  c.noop(by('gateway'), submit(c, hash, [receiptOf(hash, 2, two), ...forged(1, two)]), malformed)
  c.noop(NONE, submit(c, hash, [receiptOf(hash, 1, one)]), 'BadOrigin')
  // Who brings them does not matter.
  c.ok(by('mallory'), submit(c, hash, [receiptOf(hash, 1, one)]))
  c.noop(by('gateway'), submit(c, hash, [receiptOf(hash, 1, one)]), 'FileBank.IsOwned')
  c.ok(by('gateway'), submit(c, hash, receiptsOf(c, hash)))
  c.noop(by('gateway'), submit(c, hash, [receiptOf(hash, 1, one)]), 'FileBank.NonExistent')
  invariants(c)
})

test('the receipt of a replaced miner is worth nothing', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const [old] = assignmentOf(c, FILE.fileHash)!.miners.map(nameOf) as [string]
  const receipt = receiptOf(FILE.fileHash, 1, old)
  c.ok(by('gateway'), replace(c, 1))
  c.noop(by('gateway'), submit(c, FILE.fileHash, [receipt]), 'FileBank.MalformedSignature')
  c.noop(
    by(old),
    c.tx.FileBank.transfer_report({ index: 1, dealHash: FILE.fileHash }),
    'FileBank.MinerError',
  )
})

test('a miner is replaced by one that fits, and its space comes back', () => {
  const c = network(13)
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const before = assignmentOf(c, FILE.fileHash)!.miners
  c.noop(by('mallory'), replace(c, 1), 'FileBank.NoPermission')
  c.noop(by('gateway'), replace(c, 0), 'FileBank.MinerError')
  c.noop(by('gateway'), replace(c, 13), 'FileBank.MinerError')
  c.noop(by('gateway'), replace(c, 1, layoutOf('other').fileHash), 'FileBank.NonExistent')
  c.noop(NONE, replace(c, 1), 'BadOrigin')
  c.ok(by('bob'), replace(c, 3))
  const after = assignmentOf(c, FILE.fileHash)!
  assert.notEqual(after.miners[2], before[2])
  assert.deepEqual(after.miners.with(2, before[2]!), before)
  assert.deepEqual(after.dropped, [before[2]])
  const { from, to } = c.event('FileBank.MinerReassigned') as { from: string; to: string }
  assert.deepEqual([from, to], [before[2], after.miners[2]])
  invariants(c)
  // All thirteen are in it or were: nobody is left.
  c.noop(by('gateway'), replace(c, 1), 'FileBank.MinerPowerInsufficient')
  c.ok(by('gateway'), submit(c, FILE.fileHash, receiptsOf(c, FILE.fileHash, [1])))
  c.noop(by('gateway'), replace(c, 1), 'FileBank.RulesNotAllowed')
})

test('a deal that is not done in time gives everything back', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const { deadline } = assignmentOf(c, FILE.fileHash)!
  c.ok(by('gateway'), submit(c, FILE.fileHash, receiptsOf(c, FILE.fileHash, [1, 2, 3])))
  c.blocks(deadline - c.number() - 1)
  assert.ok(dealOf(c))
  const late = submit(c, FILE.fileHash, receiptsOf(c, FILE.fileHash))
  c.blocks()
  assert.deepEqual(c.event('FileBank.DealTimedOut'), {
    dealHash: FILE.fileHash,
    owner: idOf('bob'),
  })
  assert.equal(dealOf(c), undefined)
  assert.deepEqual([home(c).lockedSpace, home(c).remainingSpace], [0n, 90n * GIB])
  for (let n = 0; n < 14; n++) assert.equal(minerInfo(c, n).idleSpace, TIB)
  c.noop(by('gateway'), late, 'FileBank.NonExistent')
  invariants(c)
  store(c, FILE, 'bob')
  assert.ok(fileOf(c))
})

test('deals of one block that end together end in bounded portions', () => {
  const c = network()
  const layouts = Array.from({ length: 70 }, (_, i) => layoutOf(`deal ${i}`))
  for (const layout of layouts) c.ok(by('gateway'), declaration(c, layout, 'bob'))
  const open = () => c.run(() => [...c.storage.FileBank.DealMap.entries()]).length
  c.blocks(DEAL.base + DEAL.perSegment - 1)
  assert.equal(open(), 70)
  for (let block = 0; open() > 0; block++) {
    assert.ok(block < 20)
    const before = open()
    c.blocks()
    assert.ok(before - open() <= 20)
    invariants(c)
  }
  assert.equal(c.run(() => [...c.storage.FileBank.DealDeadlineCounter.entries()]).length, 0)
})

test('a deal whose territory expires does not become a file that nobody pays for', () => {
  const c = testChain({ frozenDays: 1 })
  registerMiners(c, 12)
  prepareUser(c, 'bob', 10, 30)
  c.blocks(30 * DAY - 1)
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  const receipts = receiptsOf(c, FILE.fileHash)
  c.blocks(DAY + 1)
  assert.equal(home(c).state, 'Expired')
  c.noop(by('gateway'), submit(c, FILE.fileHash, receipts), 'FileBank.NotActive')
  c.noop(
    by('bob'),
    c.tx.StorageHandler.reactivate_territory({ territoryName: HOME, days: 30 }),
    'StorageHandler.ObjectNotZero',
  )
  c.blocks(DEAL.base)
  assert.equal(dealOf(c), undefined)
  invariants(c)
  c.ok(by('bob'), c.tx.StorageHandler.reactivate_territory({ territoryName: HOME, days: 30 }))
})

test('a frozen territory takes no new deals, but what was begun is finished', () => {
  const c = network(12)
  c.ok(
    by('bob'),
    c.tx.StorageHandler.mint_territory({ gibCount: 1, territoryName: utf8('short'), days: 30 }),
  )
  c.blocks(30 * DAY - 1)
  const options = { territoryName: utf8('short') }
  c.ok(by('gateway'), declaration(c, FILE, 'bob', options))
  c.blocks()
  c.noop(
    by('gateway'),
    declaration(c, layoutOf('next'), 'bob', options),
    'StorageHandler.NotActive',
  )
  c.ok(by('gateway'), submit(c, FILE.fileHash, receiptsOf(c, FILE.fileHash)))
  assert.ok(fileOf(c))
  invariants(c)
})

test('draws are spread over the miners', () => {
  const c = network(40)
  const load = new Map<string, number>()
  for (let i = 0; i < 200; i++) {
    c.ok(by('gateway'), declaration(c, layoutOf(`spread ${i}`), 'bob'))
    for (const miner of assignmentOf(c, layoutOf(`spread ${i}`).fileHash)!.miners)
      load.set(miner, (load.get(miner) ?? 0) + 1)
  }
  const expected = (200 * FRAGMENTS) / 40
  for (const times of load.values()) assert.ok(Math.abs(times - expected) < expected / 2)
  assert.equal(load.size, 40)
})
