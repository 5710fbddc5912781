import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { DbError, openLevelStore } from '@cess/db'
import { MemoryStore, SeededRandom } from '@cess/ports'
import { dbError } from '../src/errors.ts'
import { entries, put, storeTests, text } from './store-tests.ts'
import { folder } from './support/folder.ts'

storeTests('MemoryStore', async () => new MemoryStore())
storeTests('LevelStore', async () => openLevelStore(await folder()))

test('keeps everything over close and open', async () => {
  const path = join(await folder(), 'made', 'on', 'demand')
  const first = await openLevelStore(path)
  await first.batch([put('a', '1')])
  await first.close()
  const second = await openLevelStore(path, { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20 })
  assert.equal(text(second.get(utf8('a'))), '1')
  await second.close()
})

test('a scan sees the store as it was at its first entry', async () => {
  const store = await openLevelStore(await folder())
  // More than one read-ahead of the scan, so that the rest is read after the writes.
  const names = Array.from({ length: 2000 }, (_, i) => String(i).padStart(4, '0'))
  await store.batch(names.map((n) => put(n, 'old'.repeat(20))))
  let seen = 0
  for await (const [, value] of store.iterate()) {
    if (seen++ === 0)
      await store.batch([
        ...names.slice(0, 1999).map((n) => ({ type: 'del', key: utf8(n) }) as const),
        put('1999', 'new'),
        put('9999', 'new'),
      ])
    assert.equal(value.length, 60)
  }
  assert.equal(seen, 2000)
  assert.deepEqual(await entries(store), [
    ['1999', 'new'],
    ['9999', 'new'],
  ])
  await store.close()
})

test('what was written before close is kept; what comes after it is refused', async () => {
  const path = await folder()
  const store = await openLevelStore(path)
  const before = Array.from({ length: 20 }, (_, i) => store.batch([put(`k${i}`, 'v')]))
  const reading = store.getMany([utf8('k0')])
  const closing = store.close()
  const closed = { name: 'DbError', code: 'CLOSED' }
  await assert.rejects(store.batch([put('late', 'v')]), closed)
  await assert.rejects(store.getMany([utf8('k0')]), closed)
  await assert.rejects(entries(store), closed)
  assert.throws(() => store.get(utf8('k0')), closed)
  await Promise.all([...before, reading, closing])
  assert.equal(store.close(), closing)

  const again = await openLevelStore(path)
  assert.equal((await entries(again)).length, 20)
  await again.close()
})

test('a scan that is open when the store closes ends with CLOSED', async () => {
  const store = await openLevelStore(await folder())
  await store.batch(Array.from({ length: 100 }, (_, i) => put(`k${i}`, 'v'.repeat(1000))))
  const scan = store.iterate()[Symbol.asyncIterator]()
  await scan.next()
  await store.close()
  await assert.rejects(
    async () => {
      while (!(await scan.next()).done);
    },
    { code: 'CLOSED' },
  )
})

test('LOCKED: this process has the folder open already', async () => {
  const path = await folder()
  const store = await openLevelStore(path)
  await assert.rejects(openLevelStore(path), (error: DbError) => {
    assert.equal(error.code, 'LOCKED')
    assert.ok(error.message.includes(path) && error.cause)
    return true
  })
  await store.close()
})

const damage = async (path: string, name: RegExp, change: (bytes: Buffer) => Buffer) => {
  for (const file of (await readdir(path)).filter((f) => name.test(f)))
    await writeFile(join(path, file), change(await readFile(join(path, file))))
}

test('CORRUPT: a damaged folder does not open', async () => {
  const path = await folder()
  await (await openLevelStore(path)).close()
  await damage(path, /^CURRENT$/, () => Buffer.from('MANIFEST-999999\n'))
  await assert.rejects(openLevelStore(path), { name: 'DbError', code: 'CORRUPT' })
})

test('CORRUPT: a read of a damaged table throws and never gives wrong bytes', async () => {
  const path = await folder()
  const random = new SeededRandom(1)
  // Random bytes do not compress: LevelDB hands them out without noticing a flipped bit.
  const pairs = Array.from({ length: 40 }, (_, i) => [utf8(`k${i}`), random.bytes(5000)] as const)
  const store = await openLevelStore(path, { writeBufferBytes: 1 << 16 })
  for (const [key, value] of pairs) await store.batch([{ type: 'put', key, value }])
  await store.close()
  await (await openLevelStore(path)).close() // moves the log into tables
  await damage(path, /\.ldb$/, (bytes) => {
    for (let i = 2500; i < bytes.length - 5000; i += 5000) bytes[i]! ^= 1
    return bytes
  })
  const damaged = await openLevelStore(path)
  const corrupt = { name: 'DbError', code: 'CORRUPT' }
  let thrown = 0
  for (const [key, value] of pairs)
    try {
      assert.deepEqual(damaged.get(key), value)
    } catch (error) {
      assert.equal((error as DbError).code, 'CORRUPT')
      thrown++
    }
  assert.ok(thrown > 20, `${thrown} of 40 reads noticed`)
  await assert.rejects(entries(damaged), corrupt)
  await assert.rejects(damaged.getMany(pairs.map(([key]) => key)), corrupt)
  await damaged.close()
})

test('FAILED: a path that is no folder', async () => {
  const path = join(await folder(), 'file')
  await writeFile(path, 'x')
  await assert.rejects(openLevelStore(path), (error: DbError) => {
    assert.equal(error.code, 'FAILED')
    assert.match(error.message, /EEXIST|ENOTDIR|directory/i)
    return true
  })
})

test('every way a disk can be full has the same code', () => {
  for (const reason of ['No space left on device', 'Disk quota exceeded', 'File too large']) {
    const error = dbError('d', new Error('w', { cause: new Error(`IO error: d/1.log: ${reason}`) }))
    assert.ok(error instanceof DbError && error.code === 'DISK_FULL', reason)
  }
  assert.equal(dbError('d', 'no error object').code, 'FAILED')
})
