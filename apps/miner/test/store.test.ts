import assert from 'node:assert/strict'
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FileId, Hash } from '@cess/bytes'
import { DbError } from '@cess/db'
import { MemoryStore, SeededRandom } from '@cess/ports'
import type { Usage } from '../src/store/fragments.ts'
import { reopening } from '../src/store/index-db.ts'
import { ACCOUNT, newFragment, type TestFile, testFile } from './support/file.ts'
import { folder } from './support/folder.ts'
import { open } from './support/store.ts'

const add = (
  store: Awaited<ReturnType<typeof open>>,
  file: TestFile,
  segment: number,
  index: number,
): Promise<void> =>
  store.fragments.add(
    newFragment(file, segment, index),
    file.segments[segment]!.fragments[index - 1]!,
  )

const filesIn = async (dir: string): Promise<string[]> =>
  (await readdir(join(dir, 'fragments'), { recursive: true })).filter((name) => name.length > 3)

test('what was added is read back, also after a restart, and the counts agree', async () => {
  const dir = await folder()
  const file = testFile(100_000, 5_000)
  let store = await open(dir)
  await add(store, file, 0, 3)
  await add(store, file, 1, 3)
  const usage = { ...store.usage }
  assert.deepEqual(usage, {
    fragments: 2,
    bytes: file.segments[0]!.size + file.segments[1]!.size,
    tagBytes: 0,
    missing: 0,
    corrupt: 0,
  })
  await store.close()
  store = await open(dir)
  assert.deepEqual({ ...store.usage }, usage)
  const { ids, fragments, size } = file.segments[0]!
  const read = async (at: number, offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length)
    await store.fragments.readInto(ids[at]!, offset, bytes)
    return bytes
  }
  assert.deepEqual(await read(2, 0, size), fragments[2])
  assert.deepEqual(await read(2, 100, 50), fragments[2]!.slice(100, 150))
  await assert.rejects(read(2, size - 10, 11), { code: 'MISSING' })
  await assert.rejects(read(3, 0, 1), { code: 'MISSING' })
  await store.close()
})

test('a fragment that two files share is kept until the last of them is dropped', async () => {
  const dir = await folder()
  const store = await open(dir)
  const file = testFile(1_000)
  const other = testFile(2_000)
  const shared = newFragment(file, 0, 1)
  await add(store, file, 0, 1)
  const inOther = { ...newFragment(other, 0, 5), id: shared.id, siblings: other.segments[0]!.ids }
  assert.equal(await store.fragments.link(inOther), true)
  assert.equal(store.usage.fragments, 1)
  await store.fragments.drop({ fileId: file.fileId, index: 1 })
  assert.equal(await store.fragments.intact(shared.id), true)
  assert.equal(store.fragments.column({ fileId: file.fileId, index: 1 }), undefined)
  await store.fragments.drop({ fileId: other.fileId, index: 5 })
  assert.equal(store.fragments.record(shared.id), undefined)
  assert.deepEqual(await filesIn(dir), [])
  assert.equal(store.usage.bytes, 0)
  await store.close()
})

test('the limit on space holds, also for fragments that arrive at the same time', async () => {
  const store = await open(await folder(), { maxBytes: 3 * 4096 })
  const file = testFile(1_000, 1_000, 1_000, 1_000, 1_000)
  const results = await Promise.allSettled(file.segments.map((_, i) => add(store, file, i, i + 1)))
  assert.equal(results.filter((r) => r.status === 'fulfilled').length, 3)
  for (const result of results)
    if (result.status === 'rejected') assert.equal(result.reason.code, 'FULL')
  assert.equal(store.usage.bytes, 3 * 4096)
  await store.fragments.drop({ fileId: file.fileId, index: 1 })
  await store.close()
})

test('the reserve of the disk is left alone', async () => {
  const store = await open(await folder(), { minFreeBytes: Number.MAX_SAFE_INTEGER })
  await assert.rejects(add(store, testFile(1), 0, 1), { code: 'FULL' })
  assert.equal(store.usage.fragments, 0)
  await store.close()
})

test('a start finds deleted, shortened and unknown files, and takes back what returned', async () => {
  const dir = await folder()
  const file = testFile(1_000, 100_000, 1_000)
  let store = await open(dir)
  for (const i of [0, 1, 2]) await add(store, file, i, 1)
  const ids = file.segments.map((s) => s.ids[0]!)
  const paths = ids.map((id) => store.fragments.path(id))
  await store.close()

  await rm(paths[0]!)
  await truncate(paths[1]!, 10)
  await writeFile(join(dir, 'tmp', 'half'), 'x')
  const stranger = 'ab'.repeat(32) as FileId
  await writeFile(store.fragments.path(ids[2]!).replace(ids[2]!, stranger), 'x')
  store = await open(dir)
  assert.deepEqual(store.found, { removed: 1, lost: 2 })
  assert.deepEqual(await readdir(join(dir, 'tmp')), [])
  assert.deepEqual(
    ids.map((id) => store.fragments.record(id)?.state),
    ['Missing', 'Missing', 'Present'],
  )
  assert.deepEqual(
    { ...store.usage },
    { fragments: 1, bytes: 4096, tagBytes: 0, missing: 2, corrupt: 0 },
  )
  await store.close()

  await writeFile(paths[0]!, file.segments[0]!.fragments[0]!)
  await writeFile(paths[1]!, new Uint8Array(file.segments[1]!.size))
  store = await open(dir)
  assert.deepEqual(
    ids.map((id) => store.fragments.record(id)?.state),
    ['Present', 'Missing', 'Present'],
  )
  // Sent again, it is whole again.
  await add(store, file, 1, 1)
  assert.equal(store.usage.missing, 0)
  assert.equal(store.usage.fragments, 3)
  await store.close()
})

test('a folder is bound to its miner and network, and to one process', async () => {
  const dir = await folder()
  const genesis = `0x${'01'.repeat(32)}` as Hash
  const owner = { account: ACCOUNT(1), genesis }
  const store = await open(dir, { owner })
  await assert.rejects(open(dir, { owner }), { code: 'DATA_DIR' })
  await store.close()
  await assert.rejects(open(dir, { owner: { ...owner, account: ACCOUNT(2) } }), /another miner/)
  const elsewhere = `0x${'02'.repeat(32)}` as Hash
  await assert.rejects(open(dir, { owner: { ...owner, genesis: elsewhere } }), /another network/)
  await (await open(dir, { owner })).close()
  if (process.platform !== 'win32') assert.equal((await stat(dir)).mode & 0o077, 0)
})

test('an index whose disk was full is opened anew and takes writes again', async () => {
  const memory = new MemoryStore()
  let opened = 0
  const db = await reopening(async () => {
    const mine = ++opened
    const full = (): Promise<never> => Promise.reject(new DbError('DISK_FULL', 'full'))
    return {
      get: (k) => memory.get(k),
      getMany: (k) => memory.getMany(k),
      // LevelDB refuses every write after the first one that found no room.
      batch: (ops) => (mine === 1 ? full() : memory.batch(ops)),
      iterate: (o) => memory.iterate(o),
      close: async () => undefined,
    }
  })
  const ops = [{ type: 'put', key: Uint8Array.of(1), value: Uint8Array.of(2) }] as const
  await assert.rejects(db.batch(ops), { code: 'DISK_FULL' })
  await db.batch(ops)
  assert.equal(opened, 2)
  assert.deepEqual(db.get(Uint8Array.of(1)), Uint8Array.of(2))
})

test('any sequence of adding, losing, dropping and restarting keeps index, disk and counts together', async () => {
  const dir = await folder()
  const random = new SeededRandom(42)
  const files = [testFile(1_000, 9_000), testFile(40_000), testFile(1, 1, 1)]
  const model = new Map<string, FileId>()
  let store = await open(dir)
  const pick = <T>(items: readonly T[]): T => items[random.next() % items.length]!

  for (let step = 0; step < 80; step++) {
    const file = pick(files)
    const segment = random.next() % file.segments.length
    const index = 1 + (random.next() % 2)
    const name = `${file.fileId}/${index}/${segment}`
    const id = file.segments[segment]!.ids[index - 1]!
    const action = random.next() % 10
    if (action < 6) {
      await add(store, file, segment, index)
      model.set(name, id)
    } else if (action < 7) {
      await store.fragments.drop({ fileId: file.fileId, index })
      for (const key of [...model.keys()])
        if (key.startsWith(`${file.fileId}/${index}/`)) model.delete(key)
    } else if (action < 9 && model.has(name)) {
      await store.fragments.lose(id, pick(['Missing', 'Corrupt']))
      await rm(store.fragments.path(id), { force: true })
      model.delete(name)
    } else {
      await store.close()
      store = await open(dir)
    }
    const present = new Set(model.values())
    assert.deepEqual((await filesIn(dir)).map((n) => n.slice(3)).sort(), [...present].sort())
    assert.equal(store.usage.fragments, present.size)
  }
  const counted: Usage = { ...store.usage }
  await store.close()
  store = await open(dir)
  assert.deepEqual({ ...store.usage }, counted)
  await store.close()
})
