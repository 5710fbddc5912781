import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { content } from '@cess/sdk/testing'
import { eventually, startNetwork, type TestNetwork } from './support/network.ts'
import { createRunner, type Runner } from './support/run.ts'

const DAVE = ['--dev-key', '//Dave', '--json']

describe('files go and come back', () => {
  let net: TestNetwork
  let cess: Runner
  let fid: string
  const bytes = content(300_000)
  const run = (...args: string[]) => cess.run([...net.flags, ...DAVE, ...args])

  before(async () => {
    net = await startNetwork()
    cess = await createRunner()
    await writeFile(join(cess.home, 'photo.jpg'), bytes)
  })
  after(async () => {
    await net.stop()
    await cess.remove()
  })

  test('put waits until the file is stored', async () => {
    const putting = run('put', 'photo.jpg', '--territory', 'default', '--wait', 'stored')
    const declared = await eventually(() => net.gateway.files.keys().next().value)
    await net.chain.deliver(declared)
    const { code, json } = await putting
    assert.equal(code, 0)
    fid = json.fid
    assert.equal(fid, declared)
    assert.equal(json.bytes, bytes.length)
    assert.equal(json.stored.block, net.chain.finalizedNumber())
    assert.equal(new Set(json.miners).size, 12)
    assert.deepEqual(readdirSync(join(cess.home, '.cess', 'uploads')), [])
  })

  test('status tells of every miner', async () => {
    const { code, json } = await run('status', fid)
    assert.equal(code, 0)
    assert.equal(json.state, 'stored')
    assert.equal(json.miners.length, 12)
    assert.deepEqual(Object.keys(json.miners[0]), [
      'account',
      'index',
      'delivered',
      'tagged',
      'audit',
    ])
    assert.equal(json.miners[0].audit, null)
  })

  test('get gives the same bytes, under its own name or another', async () => {
    const { code, json } = await run('get', fid, '-o', 'back.jpg')
    assert.equal(code, 0)
    assert.deepEqual(json, {
      fid,
      file: join(cess.home, 'back.jpg'),
      bytes: bytes.length,
      name: 'photo.jpg',
    })
    assert.deepEqual(new Uint8Array(await readFile(json.file)), bytes)
  })

  test('a file that is there is not replaced, unless the user says so', async () => {
    await writeFile(join(cess.home, 'mine'), 'precious')
    const refused = await run('get', fid, '-o', 'mine')
    assert.equal(refused.code, 1)
    assert.equal(refused.json.error.code, 'FILE_EXISTS')
    // Without -o it would be the name in the header, which is there as well.
    assert.equal((await run('get', fid)).json.error.code, 'FILE_EXISTS')
    assert.equal(await readFile(join(cess.home, 'mine'), 'utf8'), 'precious')
    assert.equal((await run('get', fid, '-o', 'mine', '--force')).code, 0)
    assert.deepEqual(new Uint8Array(await readFile(join(cess.home, 'mine'))), bytes)
  })

  test('another key cannot read it', async () => {
    const { code, json } = await run('get', fid, '-o', 'stolen', '--dev-key', '//Eve')
    assert.equal(code, 1)
    assert.deepEqual(Object.keys(json), ['error'])
    assert.equal(json.error.code, 'WRONG_KEY')
    await assert.rejects(stat(join(cess.home, 'stolen')))
  })

  test('bytes that were changed leave no file', async () => {
    net.gateway.faults.tamper = (sent) => {
      sent[200_000]! ^= 1
      return sent
    }
    const { code, json } = await run('get', fid, '-o', 'bad')
    net.gateway.faults.tamper = undefined
    assert.equal(code, 1)
    assert.equal(json.error.code, 'CORRUPT')
    await assert.rejects(stat(join(cess.home, 'bad')))
  })

  test('a range, to a file and to standard output', async () => {
    const { json } = await run('get', fid, '--range', '1000-1999', '-o', 'part')
    assert.equal(json.bytes, 1000)
    assert.deepEqual(
      new Uint8Array(await readFile(join(cess.home, 'part'))),
      bytes.slice(1000, 2000),
    )
    const flags = [...net.flags, '--dev-key', '//Dave', 'get', fid, '-o', '-']
    const piped = await cess.run([...flags, '--range', '100000-'])
    assert.ok(
      piped.bytes.length === 200_000 && bytes.slice(100_000).every((b, i) => b === piped.bytes[i]),
    )
    assert.equal((await run('get', fid, '-o', '-')).json.error.code, 'USAGE')
  })

  test('ls shows names that only the owner can read', async () => {
    const { json } = await run('ls')
    assert.deepEqual(
      json.files.map((f: { fid: string; name: string; bytes: number }) => [f.fid, f.name, f.bytes]),
      [[fid, 'photo.jpg', bytes.length]],
    )
  })

  test('what stands in the way of a put is told with the command that helps', async () => {
    const as = (key: string, ...more: string[]) =>
      run('put', 'photo.jpg', '--dev-key', key, ...more)
    const none = await as('//Eve')
    assert.equal(none.json.error.code, 'NO_TERRITORY')
    assert.match(none.json.error.message, /cess space buy --gib 1 --days 30/)
    assert.equal((await run('space', 'buy', '--gib', '1', '--dev-key', '//Eve')).code, 0)
    const foreign = await as('//Eve')
    assert.equal(foreign.json.error.code, 'NOT_AUTHORISED')
    assert.match(foreign.json.error.message, /cess authorize/)
    assert.equal((await run('put', 'nothing.jpg')).json.error.code, 'NO_FILE')
    assert.equal((await run('put', '.')).json.error.code, 'NO_FILE')
  })

  test('rm deletes it for good', async () => {
    assert.equal((await run('rm', fid)).code, 0)
    assert.equal((await run('rm', fid)).json.error.chain, 'FileBank.FileNonExistent')
    assert.deepEqual((await run('ls', '--no-names')).json.files, [])
  })
})

describe('what is interrupted goes on', () => {
  const MIB = 1 << 20
  let net: TestNetwork
  let cess: Runner
  let fid: string
  const bytes = content(40 * MIB)

  before(async () => {
    net = await startNetwork()
    cess = await createRunner()
    await writeFile(join(cess.home, 'big.bin'), bytes)
  })
  after(async () => {
    await net.stop()
    await cess.remove()
  })
  const sentBytes = (): number =>
    net.gateway.requests.reduce((sum, { body }) => sum + body.length, 0)

  test('an upload that was killed sends what is missing, and the file is whole', async () => {
    const flags = [...net.flags, ...DAVE, 'put', 'big.bin']
    const killed = await cess.spawn(flags, {
      onStart(child) {
        net.gateway.faults.answer = ({ headers }) => {
          if (!headers['content-range']?.startsWith('bytes 33554432-')) return undefined
          child.kill('SIGKILL')
          return { status: 0, headers: {}, body: new Uint8Array() }
        }
      },
    })
    assert.equal(killed.code, null)
    net.gateway.faults.answer = undefined
    const before = sentBytes()
    const { code, json, out } = await cess.run(flags)
    assert.equal(code, 0, out)
    fid = json.fid
    assert.ok(sentBytes() - before < 9 * MIB, `${sentBytes() - before} bytes were sent again`)
    assert.equal(net.gateway.sessions.size, 1)
  })

  test('a download that was killed fetches what is missing', async () => {
    const flags = [...net.flags, ...DAVE, 'get', fid, '-o', 'back.bin']
    net.gateway.faults.cutDownloads = [12 * MIB]
    const killed = await cess.spawn(flags, {
      onStart(child) {
        let cut = false
        net.gateway.faults.answer = ({ path, headers }) => {
          if (!path.startsWith('/file/download') || headers['range'] === 'bytes=0-65535')
            return undefined
          if (cut) child.kill('SIGKILL')
          cut = true
          return undefined
        }
      },
    })
    assert.equal(killed.code, null)
    net.gateway.faults.answer = undefined
    const parts = () => readdirSync(cess.home).filter((name) => name.endsWith('.part'))
    assert.equal(parts().length, 1)
    await assert.rejects(stat(join(cess.home, 'back.bin')))
    const from = net.gateway.requests.length
    const { code, out } = await cess.run(flags)
    assert.equal(code, 0, out)
    const asked = net.gateway.requests.slice(from).map(({ headers }) => headers['range'])
    assert.ok(asked.some((range) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]) > 8 * MIB))
    assert.ok(Buffer.from(bytes).equals(await readFile(join(cess.home, 'back.bin'))))
    assert.deepEqual(parts(), [])
  })

  test('a partial file that is not what came is noticed, and the download begins anew', async () => {
    const wrong = bytes.slice(0, 9 * MIB)
    wrong[5]! ^= 1
    await writeFile(join(cess.home, `.again.bin.${fid.slice(0, 16)}.part`), wrong)
    const flags = [...net.flags, ...DAVE, 'get', fid, '-o', 'again.bin']
    const { code, out } = await cess.run(flags)
    assert.equal(code, 0, out)
    assert.ok(Buffer.from(bytes).equals(await readFile(join(cess.home, 'again.bin'))))
  })

  test('Ctrl-C ends it with a sentence that says how to go on', async () => {
    const flags = [...net.flags, ...DAVE, 'put', 'big.bin', '--fresh']
    const { code, json } = await cess.spawn(flags, {
      onStart(child) {
        net.gateway.faults.answer = ({ method }) => {
          if (method === 'PUT') child.kill('SIGINT')
          return undefined
        }
      },
    })
    net.gateway.faults.answer = undefined
    assert.equal(code, 1)
    assert.equal(json.error.code, 'INTERRUPTED')
    assert.equal(readdirSync(join(cess.home, '.cess', 'uploads')).length, 1)
  })
})
