import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DAVE as DAVE_ACCOUNT, EVE } from '@cess/sdk/testing'
import { startNetwork, type TestNetwork } from './support/network.ts'
import { createRunner, type Runner } from './support/run.ts'

describe('the command line', () => {
  let cess: Runner
  before(async () => {
    cess = await createRunner()
  })
  after(() => cess.remove())

  test('help teaches, and every command has an example or says what it takes', async () => {
    const { code, out } = await cess.run(['--help'])
    assert.equal(code, 0)
    for (const word of ['put', 'get', 'space', 'authorize', 'First steps', 'Exit codes'])
      assert.ok(out.includes(word), word)
    const put = await cess.run(['help', 'put'])
    assert.equal(put.code, 0)
    assert.match(put.out, /Examples:/)
    assert.match(put.out, /--gateway/)
  })

  test('a wrong command line is exit code 2, and JSON when JSON was asked for', async () => {
    for (const args of [
      ['frobnicate'],
      ['get', 'not-an-id'],
      ['space', 'buy', '--gib', '0'],
      ['put'],
      ['put', 'x', '--wait', 'forever'],
      ['--nod', 'x', 'ls'],
    ]) {
      const { code, json, err } = await cess.run([...args, '--json'])
      assert.equal(code, 2, args.join(' '))
      assert.deepEqual(Object.keys(json), ['error'])
      assert.equal(json.error.code, 'USAGE')
      assert.ok(json.error.message.length > 10)
      assert.equal(err, '')
    }
    const text = await cess.spawn(['frobnicate'])
    assert.equal(text.code, 2)
    assert.equal(text.out, '')
    assert.match(text.err, /^cess: .*frobnicate/)
  })

  test('a secret on the command line is refused, and not repeated', async () => {
    const secret = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
    const { code, json, out, err } = await cess.run(['balance', '--json', '--dev-key', secret])
    assert.equal(code, 2)
    assert.equal(json.error.code, 'USAGE')
    assert.doesNotMatch(out + err, /sausage/)
  })

  test('a node that is not there is told in a sentence', async () => {
    const flags = ['--node', 'ws://127.0.0.1:9', '--dev-key', '//Dave']
    const { code, err } = await cess.run([...flags, 'balance'])
    assert.equal(code, 1)
    assert.match(err, /^cess: No node answers at ws:\/\/127\.0\.0\.1:9\. Is it running/)
    const doctor = await cess.run([...flags, '--gateway', 'http://127.0.0.1:9', 'doctor', '--json'])
    assert.equal(doctor.code, 1)
    assert.equal(doctor.json.ok, false)
    assert.deepEqual(
      doctor.json.findings.map((f: { name: string; ok: boolean }) => [f.name, f.ok]),
      [
        ['node', false],
        ['gateway', false],
        ['key', true],
      ],
    )
  })

  test('without a key the first steps are told', async () => {
    const { code, json } = await cess.run(['balance', '--json'])
    assert.equal(code, 1)
    assert.equal(json.error.code, 'NO_KEY')
    assert.match(json.error.message, /cess key new/)
  })

  test('settings: flags before environment, environment before file, and no unknown key', async () => {
    const show = async (args: string[] = [], env = {}) =>
      (await cess.run(['config', 'show', '--json', ...args], { env })).json
    assert.equal((await show()).node, 'ws://127.0.0.1:9944')
    assert.equal((await cess.run(['config', 'set', 'node', 'ws://file'])).code, 0)
    assert.equal((await show()).node, 'ws://file')
    assert.equal((await show([], { CESS_NODE: 'ws://env' })).node, 'ws://env')
    assert.equal((await show(['--node', 'ws://flag'], { CESS_NODE: 'ws://env' })).node, 'ws://flag')
    assert.equal((await cess.run(['config', 'unset', 'node'])).code, 0)
    assert.equal((await cess.run(['config', 'set', 'nodes', 'x'])).code, 2)
    await mkdir(join(cess.home, '.cess'), { recursive: true })
    await writeFile(join(cess.home, '.cess', 'config.json'), '{"nodes":"x"}')
    const { code, json } = await cess.run(['config', 'show', '--json'])
    assert.equal(code, 1)
    assert.equal(json.error.code, 'CONFIG')
  })
})

describe('the chain from the command line', () => {
  let net: TestNetwork
  let cess: Runner
  const run = (...args: string[]) =>
    cess.run([...args, ...net.flags, '--json', '--dev-key', '//Dave'])
  before(async () => {
    net = await startNetwork()
    cess = await createRunner()
  })
  after(async () => {
    await net.stop()
    await cess.remove()
  })

  test('the forms that programs rely on', async () => {
    const bought = await cess.run([
      ...net.flags,
      ...['--dev-key', '//Eve', '--json', 'space', 'buy'],
      ...['--gib', '1', '--days', '30', '--territory', 'default'],
    ])
    assert.equal(bought.code, 0, bought.out)
    assert.equal(bought.json.territory, 'default')
    assert.equal(bought.json.gib, 1)
    assert.match(bought.json.paid, /^\d+$/)
    assert.equal(bought.json.block, net.chain.finalizedNumber())
    const allowed = await cess.run([...net.flags, '--dev-key', '//Eve', '--json', 'authorize'])
    assert.deepEqual(allowed.json, {
      operator: net.gateway.address,
      block: net.chain.finalizedNumber(),
    })
    const listed = await run('authorize', '--list', '--dev-key', '//Eve')
    assert.deepEqual(listed.json.operators, [net.gateway.address])
    const spaces = await run('space', 'ls', EVE.address)
    assert.equal(spaces.json.territories[0].total, String(2 ** 30))
  })

  test('tokens', async () => {
    const before = BigInt((await run('balance', EVE.address)).json.free)
    const sent = await run('send', EVE.address, '1.5')
    assert.equal(sent.json.amount, '1500000000000000000')
    const after = BigInt((await run('balance', EVE.address)).json.free)
    assert.equal(after - before, 1_500_000_000_000_000_000n)
    assert.equal((await run('send', EVE.address, '1,5')).json.error.code, 'BAD_AMOUNT')
    assert.equal((await run('send', 'nobody', '1')).json.error.code, 'BAD_ADDRESS')
  })

  test('storage, events and any transaction', async () => {
    const args = JSON.stringify({ dest: EVE.address, value: '7' })
    const sent = await run('chain', 'tx', 'balances.Transfer_Keep_Alive', args)
    assert.equal(sent.code, 0, sent.out)
    const events = await run('chain', 'events', String(sent.json.block))
    const transfer = events.json.events.find(
      (e: { name: string }) => e.name === 'Balances.Transfer',
    )
    assert.deepEqual(transfer.data, { from: DAVE_ACCOUNT.id, to: EVE.id, amount: '7' })
    const one = await run(
      'chain',
      'query',
      'StorageHandler.Territory',
      DAVE_ACCOUNT.address,
      'default',
    )
    assert.equal(one.json.value.state, 'Active')
    const all = await run('chain', 'query', 'Sminer.MinerItems', '--limit', '5')
    assert.equal(all.json.entries.length, 5)
    assert.equal(all.json.more, true)
    const head = await run('chain', 'head')
    assert.equal(head.json.finalized.number, net.chain.finalizedNumber())
    assert.equal((await run('chain', 'block', '1')).json.number, 1)
    const wrong = await run('chain', 'query', 'Sminer.Nothing')
    assert.equal(wrong.code, 2)
    assert.match(wrong.json.error.message, /MinerItems/)
  })

  test('miners and doctor', async () => {
    assert.equal((await run('miners')).json.miners.length, 12)
    const { code, json } = await run('doctor')
    assert.equal(code, 0, JSON.stringify(json))
    assert.equal(json.findings.length, 6)
  })

  test('a gateway of another network is refused', async () => {
    net.gateway.faults.answer = ({ path }) =>
      path === '/version'
        ? net.gateway.json(200, {
            account: net.gateway.address,
            genesisHash: `0x${'11'.repeat(32)}`,
          })
        : undefined
    await writeFile(join(cess.home, 'x'), 'x')
    for (const args of [['authorize'], ['put', 'x']])
      assert.equal((await run(...args)).json.error.code, 'WRONG_GATEWAY')
    net.gateway.faults.answer = undefined
    assert.equal(await readFile(join(cess.home, 'x'), 'utf8'), 'x')
  })
})
