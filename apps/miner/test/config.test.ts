import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEV_PHRASE, keyFromUri } from '@cess/crypto'
import { buildConfig } from '../src/config/build.ts'
import { exampleConfig } from '../src/config/example.ts'
import { keyOf, secretOf } from '../src/config/keys.ts'
import { loadConfig, type Sources } from '../src/config/load.ts'
import { endpointOf } from '../src/endpoint.ts'
import { parseTokens, tokens } from '../src/tokens.ts'
import { folder } from './support/folder.ts'

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const load = (sources: Partial<Sources>) =>
  loadConfig({ flags: {}, env: {}, file: undefined, ...sources })
const file = async (content: unknown): Promise<string> => {
  const path = join(await folder(), 'miner.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

test('flags win over the environment, the environment over the file, the file over defaults', async () => {
  const path = await file({ tib: 2, threads: 3, maxSpace: '1.5GiB', '// tib': 'a comment' })
  const { settings } = await load({
    flags: { tib: '5' },
    env: { CESS_MINER_TIB: '4', CESS_MINER_THREADS: '7' },
    file: path,
  })
  assert.equal(settings.tib, 5)
  assert.equal(settings.threads, 7)
  assert.equal(settings.maxSpace, 1.5 * 2 ** 30)
  assert.equal(settings.minFree, 2 ** 30)
})

test('every mistake names the setting and what is expected', async () => {
  for (const [content, expected] of [
    [{ tibs: 1 }, /"tibs" that does not exist/],
    [{ tib: 0 }, /"tib" in .* expected: a whole number from 1/],
    [{ node: ['ws://a', 'http://x'] }, /ws:\/\//],
    [{ maxSpace: 'lots' }, /500GiB/],
    [{ announce: 'example.org' }, /\/ip4\/203/],
    [{ miners: [{ name: '../x' }] }, /needs a "name"/],
    [{ miners: [{ name: 'a' }, { name: 'a' }] }, /same name/],
    [{ miners: [{ name: 'a', colour: 1 }] }, /"colour"/],
    ['{', /cannot be read/],
    ['[]', /JSON object/],
  ] as const)
    await assert.rejects(load({ file: await file(content) }), (error: Error) => {
      assert.equal((error as Error & { code: string }).code, 'CONFIG')
      assert.match(error.message, expected)
      return true
    })
})

test('the example is a configuration', async () => {
  const { settings, keyFile } = await load({ file: await file(exampleConfig()) })
  assert.equal(settings.tib, 1)
  assert.equal(keyFile, './miner.key')
})

test('keys come from files of their owner alone, and no message repeats a secret', async () => {
  const path = join(await folder(), 'key')
  await writeFile(path, `${PHRASE}\n`, { mode: 0o600 })
  assert.equal(await secretOf({ keyFile: path }), PHRASE)
  if (process.platform !== 'win32') {
    await writeFile(join(path, '../open'), PHRASE)
    await assert.rejects(secretOf({ keyFile: join(path, '../open') }), /chmod 600/)
  }
  await assert.rejects(secretOf({}), { code: 'KEY' })
  await assert.rejects(secretOf({ keyFile: path, devKey: '//Miner' }), /More than one/)
  assert.equal(await secretOf({ devKey: '//Miner' }), `${DEV_PHRASE}//Miner`)
  for (const secret of [PHRASE, `0x${'12'.repeat(32)}`, `${PHRASE}//x`, '//Miner///password'])
    await assert.rejects(secretOf({ devKey: secret }), (error: Error) => {
      assert.ok(!error.message.includes(secret))
      return true
    })
  for (const wrong of [PHRASE.replace('legal', 'illegal'), `0x${'12'.repeat(31)}`])
    assert.throws(
      () => keyOf(wrong),
      (error: Error) => {
        for (const word of wrong.split(' ')) assert.ok(!error.message.includes(word))
        return true
      },
    )
})

test('many miners have keys, folders and ports of their own', async () => {
  const build = async (given: unknown) =>
    buildConfig(await load({ file: await file(given) }), undefined)
  const counted = await build({
    devKey: '//Miner',
    first: 5,
    count: 3,
    data: 'd',
    listenBasePort: 700,
  })
  assert.deepEqual(
    counted.miners.map((m) => [m.name, m.port, m.dataDir, m.pair.publicKey.toHex()]),
    [5, 6, 7].map((i) => [
      `${i}`,
      695 + i,
      join('d', `${i}`),
      keyFromUri(`//Miner//${i}`).publicKey.toHex(),
    ]),
  )
  const [alone] = (await build({ devKey: '//Miner' })).miners
  assert.deepEqual([alone!.name, alone!.port], ['miner', 0])
  const listed = await build({
    devKey: '//Miner',
    miners: [
      { name: 'a', tib: 3 },
      { name: 'b', devKey: '//Other', port: 9, maxSpace: '1GiB', dataDir: '/disk' },
    ],
  })
  const [a, b] = listed.miners
  assert.deepEqual([a!.tib, a!.maxBytes], [3, 3 * 2 ** 40])
  assert.equal(a!.pair.publicKey.toHex(), keyFromUri('//Miner//a').publicKey.toHex())
  assert.deepEqual([b!.port, b!.maxBytes, b!.dataDir], [9, 2 ** 30, '/disk'])
  assert.equal(b!.pair.publicKey.toHex(), keyFromUri('//Other').publicKey.toHex())
  await assert.rejects(build({ devKey: '//M', count: 2, announce: '/ip4/1.2.3.4/tcp/5' }), /port/)
  await assert.rejects(build({ devKey: '//M', count: 2, miners: [{ name: 'a' }] }), /not both/)
})

test('a path is put before the password of a secret', () => {
  const expected = keyFromUri(`${PHRASE}//1///pass`).publicKey.toHex()
  assert.equal(keyOf(`${PHRASE}///pass`, '//1').publicKey.toHex(), expected)
})

test('the endpoint is what was announced, or the address that others reach', () => {
  const peerId = 'P'
  const listening = ['/ip4/127.0.0.1/tcp/7/p2p/P', '/ip4/10.0.0.5/tcp/7/p2p/P']
  const of = (announce: string | undefined) => endpointOf({ listening, peerId, announce })
  assert.equal(of(undefined), '/ip4/10.0.0.5/tcp/7/p2p/P')
  assert.equal(of('/dns4/example.org'), '/dns4/example.org/tcp/7/p2p/P')
  assert.equal(of('/ip4/1.2.3.4/tcp/99'), '/ip4/1.2.3.4/tcp/99/p2p/P')
  const [loopback] = listening
  assert.equal(endpointOf({ listening: [loopback!], peerId, announce: undefined }), loopback)
})

test('tokens are written and read as people do', () => {
  const one = 10n ** 18n
  assert.equal(tokens(1_500n * one), '1500')
  assert.equal(tokens(one / 4n), '0.25')
  assert.equal(parseTokens('0.25'), one / 4n)
  for (const amount of [0n, 1n * one, 12_345n * one + one / 100n])
    assert.equal(parseTokens(tokens(amount)), amount)
  for (const wrong of ['', '-1', '1e3', '1.', '.5', '0x10']) assert.throws(() => parseTokens(wrong))
})
