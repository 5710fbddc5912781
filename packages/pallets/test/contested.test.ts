// Somebody else declares the same file: first, meanwhile, or after it is stored.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { createTagger, initPodr2, possessionContext } from '@cess/podr2'
import { FRAGMENTS, storedBytes } from '@cess/primitives'
import { by, DEAL, GENESIS_HASH, idOf, keyOf, type TestChain, testChain } from './support/chain.ts'
import {
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

const FILE = layoutOf('contested', 50_000)
const BYTES = BigInt(storedBytes(50_000))
const CONTESTED = DEAL.base / 10
const network = (): TestChain => {
  const c = testChain()
  registerMiners(c, 30)
  for (const who of ['bob', 'mallory', 'charlie']) prepareUser(c, who, 10)
  return c
}
const fileOf = (c: TestChain) => c.run(() => c.storage.FileBank.File.get(FILE.fileHash))
const ownersOf = (c: TestChain) => fileOf(c)?.owner.map((o) => o.user)
const home = (c: TestChain, who: string) =>
  c.run(() => c.storage.StorageHandler.Territory.get(idOf(who), HOME))!
const deliver = (c: TestChain) =>
  c.tx.FileBank.submit_receipts({
    dealHash: FILE.fileHash,
    receipts: receiptsOf(c, FILE.fileHash),
  })
const replace = (c: TestChain, index: number) =>
  c.tx.FileBank.reassign_miner({ dealHash: FILE.fileHash, index })

test('who is faster with another’s file id neither blocks it nor gets it alone', () => {
  const c = network()
  c.ok(by('mallory'), declaration(c, FILE, 'mallory', { fileName: utf8('stolen') }))
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  assert.equal(home(c, 'bob').lockedSpace, BYTES)
  invariants(c)
  c.ok(by('gateway'), deliver(c))
  assert.deepEqual(ownersOf(c), [idOf('mallory'), idOf('bob')])
  assert.deepEqual([home(c, 'bob').usedSpace, home(c, 'mallory').usedSpace], [BYTES, BYTES])
  invariants(c)
  // Each of them deletes for itself alone.
  c.ok(
    by('mallory'),
    c.tx.FileBank.delete_file({ owner: idOf('mallory'), fileHash: FILE.fileHash }),
  )
  assert.deepEqual(ownersOf(c), [idOf('bob')])
  assert.equal(home(c, 'mallory').usedSpace, 0n)
  c.noop(
    by('mallory'),
    c.tx.FileBank.delete_file({ owner: idOf('bob'), fileHash: FILE.fileHash }),
    'FileBank.NoPermission',
  )
  invariants(c)
  c.ok(by('bob'), c.tx.FileBank.delete_file({ owner: idOf('bob'), fileHash: FILE.fileHash }))
  assert.equal(fileOf(c), undefined)
  invariants(c)
})

test('one owner claims once, and a deal has room for so many', () => {
  const c = network()
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  c.noop(by('gateway'), declaration(c, FILE, 'bob'), 'FileBank.Existed')
  c.ok(by('mallory'), declaration(c, FILE, 'mallory'))
  c.noop(by('gateway'), declaration(c, FILE, 'mallory'), 'FileBank.Existed')
  const claims = c.run(() => c.storage.FileBank.DealClaims.get(FILE.fileHash))
  const full = Array.from({ length: 15 }, () => claims[0]!)
  c.run(() => c.storage.FileBank.DealClaims.put(FILE.fileHash, full))
  c.noop(by('gateway'), declaration(c, FILE, 'charlie'), 'FileBank.StorageLimitReached')
})

test('a claim wants space like any declaration', () => {
  const c = network()
  c.ok(by('mallory'), declaration(c, FILE, 'mallory'))
  c.noop(by('gateway'), declaration(c, FILE, 'alice'), 'FileBank.NoPermission')
  c.noop(by('alice'), declaration(c, FILE, 'alice'), 'StorageHandler.NotHaveTerritory')
  c.run(() => c.api.storageHandler.space.lock(idOf('bob'), HOME, home(c, 'bob').remainingSpace))
  c.noop(by('gateway'), declaration(c, FILE, 'bob'), 'StorageHandler.InsufficientStorage')
})

test('in a contested deal both may replace miners, but not those that were just drawn', () => {
  const c = network()
  c.ok(by('mallory'), declaration(c, FILE, 'mallory'))
  c.ok(by('mallory'), replace(c, 1))
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  c.noop(by('mallory'), replace(c, 1), 'FileBank.RulesNotAllowed')
  c.noop(by('charlie'), replace(c, 1), 'FileBank.NoPermission')
  c.blocks(CONTESTED - 1)
  c.noop(by('mallory'), replace(c, 2), 'FileBank.RulesNotAllowed')
  c.blocks()
  c.ok(by('gateway'), replace(c, 1))
  c.ok(by('bob'), replace(c, 2))
  // Whoever would undo the delivery finds it done: a miner that has reported stays.
  c.noop(by('mallory'), replace(c, 1), 'FileBank.RulesNotAllowed')
  c.ok(by('gateway'), deliver(c))
  assert.deepEqual(ownersOf(c), [idOf('mallory'), idOf('bob')])
  invariants(c)
})

test('when the time is over all who declared get their space back', () => {
  const c = network()
  c.ok(by('mallory'), declaration(c, FILE, 'mallory'))
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  c.blocks(DEAL.base + DEAL.perSegment)
  const told = c
    .events()
    .filter((e) => e.value.type === 'DealTimedOut')
    .map((e) => (e.value.value as { owner: string }).owner)
  assert.deepEqual(told, [idOf('mallory'), idOf('bob')])
  assert.deepEqual([home(c, 'bob').lockedSpace, home(c, 'mallory').lockedSpace], [0n, 0n])
  invariants(c)
})

test('a claim in a territory that has expired falls away; the file goes to the others', () => {
  const c = network()
  c.ok(by('mallory'), declaration(c, FILE, 'mallory'))
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  c.run(() => {
    const { Territory } = c.storage.StorageHandler
    const t = Territory.get(idOf('mallory'), HOME)!
    Territory.put(idOf('mallory'), HOME, { ...t, state: 'Expired' })
  })
  c.ok(by('gateway'), deliver(c))
  assert.deepEqual(ownersOf(c), [idOf('bob')])
  assert.equal(home(c, 'mallory').lockedSpace, 0n)
  invariants(c)
})

test('a stored file gets another owner who pays for it, once', () => {
  const c = network()
  store(c, FILE, 'bob')
  c.ok(by('charlie'), declaration(c, FILE, 'charlie', { bucketName: utf8('shared') }))
  assert.deepEqual(ownersOf(c), [idOf('bob'), idOf('charlie')])
  assert.equal(home(c, 'charlie').usedSpace, BYTES)
  c.noop(by('charlie'), declaration(c, FILE, 'charlie'), 'FileBank.Existed')
  c.noop(by('gateway'), declaration(c, FILE, 'bob'), 'FileBank.Existed')
  c.noop(by('alice'), declaration(c, FILE, 'alice'), 'StorageHandler.NotHaveTerritory')
  invariants(c)
  const bucket = c.run(() => c.storage.FileBank.Bucket.get(idOf('charlie'), utf8('shared')))!
  assert.deepEqual(bucket.objectList, [FILE.fileHash])
  c.ok(by('bob'), c.tx.FileBank.delete_file({ owner: idOf('bob'), fileHash: FILE.fileHash }))
  assert.deepEqual(ownersOf(c), [idOf('charlie')])
  for (let i = 0; i < FRAGMENTS; i++)
    assert.equal(
      c.run(() => c.storage.FileBank.Column.has(FILE.fileHash, i)),
      true,
    )
  invariants(c)
})

test('a file has so many owners, and one that is lost gets no more', () => {
  const c = network()
  store(c, FILE, 'bob')
  const file = fileOf(c)!
  c.run(() => {
    const owner = Array.from({ length: 64 }, () => file.owner[0]!)
    c.storage.FileBank.File.put(FILE.fileHash, { ...file, owner })
  })
  c.noop(by('charlie'), declaration(c, FILE, 'charlie'), 'FileBank.StorageLimitReached')
  c.run(() => c.storage.FileBank.File.put(FILE.fileHash, { ...file, stat: 'Missing' }))
  c.noop(by('charlie'), declaration(c, FILE, 'charlie'), 'FileBank.Unprepared')
})

test('a later owner’s tagger does not count: with it a miner could make up tags', async () => {
  await initPodr2()
  const c = network()
  const register = (who: string): number => {
    const tagger = createTagger(blake2b256(utf8(who)))
    const context = possessionContext(fromHex(GENESIS_HASH), keyOf(who).publicKey)
    c.ok(
      by(who),
      c.tx.Audit.register_tagger({
        verifier: tagger.verifier,
        parameters: new Uint8Array(32),
        possession: tagger.provePossession(context),
      }),
    )
    return c.event('Audit.TaggerRegistered')['tagger'] as number
  }
  c.ok(by('gateway'), declaration(c, FILE, 'bob'))
  c.ok(by('charlie'), declaration(c, FILE, 'charlie'))
  c.ok(by('gateway'), deliver(c))
  c.ok(by('mallory'), declaration(c, FILE, 'mallory'))
  const miners = c.run(() =>
    Array.from({ length: 12 }, (_, i) => c.storage.FileBank.Column.get(FILE.fileHash, i)!.miner),
  )
  const confirm = (index: number, tagger: number) =>
    c.tx.FileBank.confirm_tags({ tagger, files: [{ fileHash: FILE.fileHash, index }] })
  const as = (index: number) => by(nameOf(miners[index - 1]!))
  const theirs = register('mallory')
  c.noop(as(1), confirm(1, theirs), 'FileBank.NoPermission')
  c.ok(as(1), confirm(1, register('gateway')))
  c.ok(as(2), confirm(2, register('bob')))
  c.ok(as(3), confirm(3, register('charlie')))
  const own = register(nameOf(miners[3]!))
  c.noop(as(4), confirm(4, own), 'FileBank.NoPermission')
  c.noop(as(4), confirm(4, 99), 'FileBank.NonExistent')
  c.noop(as(4), confirm(5, 1), 'FileBank.MinerError')
  c.noop(as(1), confirm(1, 1), 'FileBank.Calculate')
  assert.equal(
    c.run(() => c.storage.FileBank.TagCount.get(FILE.fileHash)),
    3,
  )
})
