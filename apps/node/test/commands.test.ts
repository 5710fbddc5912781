import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, scratch } from './support/process.ts'

test('keys are made, shown and stored, and secrets are read from standard input alone', async () => {
  const made = JSON.parse((await run(['key', 'generate'])).out)
  assert.equal(made.secretPhrase.split(' ').length, 24)
  const shown = await run(['key', 'inspect', '--scheme', 'ed25519'], '//Alice\n')
  const key = '0x88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee'
  assert.equal(JSON.parse(shown.out).publicKey, key)
  const dir = scratch()
  const stored = await run(['key', 'insert', '--key-type', 'gran', '-d', dir], '//Alice')
  assert.equal(JSON.parse(stored.out).publicKey, key)
  const file = join(dir, 'keystore', `6772616e${key.slice(2)}`)
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('what generate prints is taken by insert and inspect as it is', async () => {
  const { out } = await run(['key', 'generate'])
  const dir = scratch()
  const stored = await run(['key', 'insert', '--key-type', 'babe', '-d', dir], out)
  assert.equal(JSON.parse(stored.out).publicKey, JSON.parse(out).publicKey)
  const torn = await run(['key', 'inspect'], out.slice(0, -3))
  assert.equal(torn.code, 1)
  assert.match(torn.errors, /neither a secret nor/)
  assert.doesNotMatch(torn.errors, new RegExp(JSON.parse(out).secretPhrase.split(' ')[0]))
})

test('a bad secret is refused without being repeated', async () => {
  const { code, errors } = await run(['key', 'inspect'], 'correct horse battery staple')
  assert.equal(code, 1)
  assert.match(errors, /malformed/)
  assert.doesNotMatch(errors, /horse/)
})

test('a specification that is printed can be read again and is the same network', async () => {
  const first = JSON.parse((await run(['build-spec', '--chain', 'dev'])).out)
  const file = join(scratch(), 'spec.json')
  writeFileSync(file, JSON.stringify(first))
  const second = JSON.parse((await run(['build-spec', '--chain', file])).out)
  assert.deepEqual(second, first)
  assert.deepEqual(first.genesis.raw.childrenDefault, {})
})

test('what is wrong with a specification or an option is said', async () => {
  const file = join(scratch(), 'spec.json')
  const refuse = async (args: string[], why: RegExp) => {
    const { code, errors } = await run(args)
    assert.notEqual(code, 0)
    assert.match(errors, why)
    assert.doesNotMatch(errors, /\n\s+at /, 'no stack trace')
  }
  await refuse(['build-spec', '--chain', '/does/not/exist'], /cannot be read/)
  writeFileSync(file, '{')
  await refuse(['build-spec', '--chain', file], /not JSON/)
  writeFileSync(
    file,
    '{"genesis":{"raw":{"top":{"0x00":"0x00"}}},"name":"x","id":"x","chainType":"Local"}',
  )
  await refuse(['build-spec', '--chain', file], /not one of this network's/)
  await refuse(['--dev-key', 'word word word'], /path of the public development phrase/)
  await refuse(['--rpc-port', '70000'], /whole number/)
})
