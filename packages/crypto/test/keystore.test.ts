import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { utf8 } from '@cess/bytes'
import {
  createFileKeystore,
  KeystoreError,
  type KeystoreErrorCode,
  keyFromUri,
} from '../src/index.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cess-keystore-'))
})
afterEach(() => rm(folder, { recursive: true }))

const fileOf = (type: string, key: Uint8Array): string =>
  join(folder, utf8(type).toHex() + key.toHex())
const refuses = (code: KeystoreErrorCode, secret = 'nothing') =>
  assert.rejects(
    () => createFileKeystore(folder),
    (error) =>
      error instanceof KeystoreError && error.code === code && !error.message.includes(secret),
  )

test('keys are kept by type and are there after a restart, each with its scheme', async () => {
  const store = await createFileKeystore(folder)
  const babe = await store.insert('babe', '//Alice')
  const gran = await store.insert('gran', '//Alice')
  await store.insert('babe', '//Bob')
  assert.equal(babe.scheme, 'sr25519')
  assert.equal(gran.scheme, 'ed25519')
  const again = await createFileKeystore(folder)
  const names = (s: typeof store, type: string) =>
    s
      .keys(type)
      .map((k) => k.publicKey.toHex())
      .sort()
  assert.deepEqual(names(again, 'babe'), names(store, 'babe'))
  assert.equal(again.keys('babe').length, 2)
  assert.ok(again.has('gran', gran.publicKey))
  assert.equal(again.has('gran', babe.publicKey), false)
  assert.deepEqual(again.keys('none'), [])
  assert.equal(again.keys('gran')[0]!.sign(utf8('x')).length, 64)
})

test("files are named and written as Substrate's, for their owner alone", async () => {
  const store = await createFileKeystore(join(folder, 'new', 'keystore'))
  const pair = await store.insert('gran', '//Alice')
  folder = join(folder, 'new', 'keystore')
  const path = fileOf('gran', pair.publicKey)
  assert.equal(await readFile(path, 'utf8'), '"//Alice"')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  // Inserting it again changes nothing and leaves nothing half-written.
  await store.insert('gran', '//Alice')
  assert.deepEqual(await readdir(folder), [path.slice(folder.length + 1)])
  folder = join(folder, '..', '..')
})

test('a folder that others could look into is closed', async () => {
  await chmod(folder, 0o755)
  await createFileKeystore(folder)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
})

test('a key that others can read is not used', async () => {
  const store = await createFileKeystore(folder)
  const path = fileOf('babe', (await store.insert('babe', '//Alice')).publicKey)
  for (const mode of [0o644, 0o640, 0o604, 0o620]) {
    await chmod(path, mode)
    await refuses('OPEN_TO_OTHERS', 'Alice')
  }
  await chmod(path, 0o600)
  await createFileKeystore(folder)
})

test('a tampered file is refused, and its secret does not show', async () => {
  const store = await createFileKeystore(folder)
  const path = fileOf('babe', (await store.insert('babe', '//Alice')).publicKey)
  for (const content of [
    '',
    '//Alice',
    '"//Alice',
    '{"a":"//Alice"}',
    '42',
    '"not a phrase Alice"',
    'null',
  ]) {
    await writeFile(path, content)
    await refuses('DAMAGED', 'Alice')
  }
  // Another key under the name of the first: the node would sign as somebody else.
  await writeFile(path, '"//Mallory"')
  await refuses('OTHER_KEY', 'Mallory')
})

test('a key under the name of another scheme is refused', async () => {
  const store = await createFileKeystore(folder)
  const gran = await store.insert('gran', '//Alice')
  await rename(fileOf('gran', gran.publicKey), fileOf('babe', gran.publicKey))
  await refuses('OTHER_KEY', 'Alice')
})

test('what is no key file is left alone; unknown types and malformed secrets are refused', async () => {
  await writeFile(join(folder, 'README'), 'hello')
  await writeFile(fileOf('beef', new Uint8Array(32)), '"//Alice"')
  // What a crash during an insert would leave.
  await writeFile(`${fileOf('babe', new Uint8Array(32))}.new`, '"//Al')
  const store = await createFileKeystore(folder)
  assert.deepEqual(store.keys('babe'), [])
  await assert.rejects(
    () => store.insert('beef', '//Alice'),
    (e) => e instanceof KeystoreError && e.code === 'UNKNOWN_TYPE' && e.message.includes('babe'),
  )
  await assert.rejects(() => store.insert('__proto__', '//Alice'), KeystoreError)
  await assert.rejects(() => store.insert('babe', 'nonsense'), RangeError)
  assert.equal((await readdir(folder)).length, 3)
  assert.equal(keyFromUri('//Alice').publicKey.length, 32)
})
