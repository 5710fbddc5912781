import assert from 'node:assert/strict'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SeededRandom } from '@cess/ports'
import { accountFromUri } from '@cess/sdk'
import { openKey, parseKeyFile, sealKey } from '../src/keys/key-file.ts'
import { createRunner, type Runner } from './support/run.ts'

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const PASSWORD = 'correct horse battery'

describe('a key file', () => {
  let text: string
  before(async () => {
    text = await sealKey(`${PHRASE}//work`, PASSWORD, new SeededRandom(1))
  })

  test('gives the key back to who knows the passphrase', async () => {
    const { uri, account } = await openKey('k', text, PASSWORD)
    assert.equal(uri, `${PHRASE}//work`)
    assert.equal(account.address, parseKeyFile('k', text).address)
    assert.doesNotMatch(text, /sausage|legal/)
  })

  test('and to nobody else', async () => {
    for (const wrong of ['', 'correct horse batterY', `${PASSWORD} `])
      await assert.rejects(openKey('k', text, wrong), { code: 'WRONG_PASSWORD' })
  })

  test('no field of it can be changed', async () => {
    const file = JSON.parse(text)
    const flip = (hex: string) => (hex[0] === '0' ? '1' : '0') + hex.slice(1)
    const changes = [
      { ...file, address: accountFromUri('//Eve').address },
      { ...file, nonce: flip(file.nonce) },
      { ...file, sealed: flip(file.sealed) },
      { ...file, kdf: { ...file.kdf, salt: flip(file.kdf.salt) } },
      { ...file, kdf: { ...file.kdf, n: 1 << 15 } },
    ]
    for (const changed of changes)
      await assert.rejects(openKey('k', JSON.stringify(changed), PASSWORD), {
        code: 'WRONG_PASSWORD',
      })
  })

  test('a file that would make us work for ever, or hardly at all, is refused', () => {
    const file = JSON.parse(text)
    for (const kdf of [
      { ...file.kdf, n: 2 },
      { ...file.kdf, n: 2 ** 40 },
      { ...file.kdf, n: 100_000 },
      { ...file.kdf, r: 1 },
      { ...file.kdf, name: 'none' },
    ])
      assert.throws(() => parseKeyFile('k', JSON.stringify({ ...file, kdf })), { code: 'KEY_FILE' })
    for (const bad of ['', '{}', 'null', '[]', '{"version":2}'])
      assert.throws(() => parseKeyFile('k', bad), { code: 'KEY_FILE' })
  })
})

describe('keys from the command line', () => {
  let cess: Runner
  let env: Record<string, string>
  const said: string[] = []
  const run = async (args: string[], input?: string, more: Record<string, string> = env) => {
    const ran = await cess.run([...args, '--json'], { input, env: more })
    said.push(ran.out, ran.err)
    return ran
  }
  before(async () => {
    cess = await createRunner()
    const file = join(cess.home, 'password')
    await writeFile(file, `${PASSWORD}\n`, { mode: 0o600 })
    env = { CESS_PASSWORD_FILE: file }
  })
  after(() => cess.remove())

  test('import, list, show; the secret only when it is asked for', async () => {
    const imported = await run(['key', 'import', 'work', '--stdin'], PHRASE)
    assert.equal(imported.code, 0, imported.out)
    const { address } = accountFromUri(PHRASE)
    assert.deepEqual(imported.json, { name: 'work', address })
    assert.deepEqual((await run(['key', 'list'])).json, { keys: [{ name: 'work', address }] })
    assert.deepEqual((await run(['key', 'show'])).json, { name: 'work', address })
    assert.doesNotMatch(said.join(), /sausage/)
    const shown = await cess.run(['key', 'show', '--secret', '--json'], { env })
    assert.equal(shown.json.secret, PHRASE)
    const file = join(cess.home, '.cess', 'keys', 'work.json')
    assert.equal((await stat(file)).mode & 0o777, 0o600)
  })

  test('a key is never written over', async () => {
    const before = await readFile(join(cess.home, '.cess', 'keys', 'work.json'), 'utf8')
    assert.equal((await run(['key', 'new', 'work'])).json.error.code, 'KEY_EXISTS')
    assert.equal(await readFile(join(cess.home, '.cess', 'keys', 'work.json'), 'utf8'), before)
    assert.equal((await run(['key', 'new', '../evil'])).code, 2)
  })

  test('a new key is another one, and its words are not in the output for machines', async () => {
    const { code, json, out } = await run(['key', 'new', 'home'])
    assert.equal(code, 0, out)
    assert.deepEqual(Object.keys(json), ['name', 'address'])
    assert.notEqual(json.address, accountFromUri(PHRASE).address)
    const which = await run(['key', 'show'])
    assert.equal(which.json.error.code, 'NO_KEY')
    assert.match(which.json.error.message, /home, work/)
  })

  test('a wrong or missing passphrase', async () => {
    const args = ['key', 'show', 'work', '--secret']
    assert.equal((await run(args, undefined, {})).json.error.code, 'NO_PASSWORD')
    const wrong = await run([...args, '--password-stdin'], 'something else\n', {})
    assert.equal(wrong.code, 1)
    assert.equal(wrong.json.error.code, 'WRONG_PASSWORD')
    const right = await cess.spawn([...args, '--password-stdin', '--json'], { input: PASSWORD })
    assert.equal(right.json.secret, PHRASE)
    const weak = await run(['key', 'new', 'weak', '--password-stdin'], 'short\n', {})
    assert.equal(weak.json.error.code, 'WEAK_PASSWORD')
    assert.doesNotMatch(said.join(), /something else|correct horse/)
  })

  test('on a terminal it is asked for twice, unseen', async () => {
    const typed = await cess.run(['key', 'new', 'typed'], {
      input: `${PASSWORD}\n${PASSWORD}\n`,
      asks: true,
    })
    assert.equal(typed.code, 0, typed.err)
    assert.match(typed.err, /^Passphrase for the new key: \nOnce more: \n$/)
    const differ = await cess.run(['key', 'new', 'differ'], {
      input: `${PASSWORD}\nanother one\n`,
      asks: true,
    })
    assert.match(differ.err, /two passphrases differ/)
    const nothing = await cess.run(['key', 'new', 'none'], { input: '', asks: true })
    assert.match(nothing.err, /Nothing was typed/)
  })

  test('a key file that others can read is refused', async () => {
    const file = join(cess.home, '.cess', 'keys', 'work.json')
    await chmod(file, 0o644)
    const { json } = await run(['key', 'show', 'work', '--secret'])
    assert.equal(json.error.code, 'KEY_FILE')
    assert.match(json.error.message, /chmod 600/)
    await chmod(file, 0o600)
  })
})
