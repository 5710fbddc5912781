import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { VirtualClock } from '@cess/ports'
import { ask, content, type Reply, sign } from './support/client.ts'
import { eventually, type Kit, startKit } from './support/kit.ts'

const MAX = 1_000_000

describe('hostile and clumsy clients', () => {
  let kit: Kit
  let base = ''
  const clock = new VirtualClock(Date.now())
  before(async () => {
    kit = await startKit({
      clock,
      settings: { limits: { maxFile: MAX, accountUploads: 2, accountPerMinute: 200 } },
    })
    base = kit.gateway.url
  })
  after(() => kit.stop())
  const signed = (path: string) => ({
    territory: 'default',
    ...sign(kit.dave, 'PUT', path, { time: clock.now() }),
  })
  const upload = (path: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    ask(base + path, 'PUT', { ...signed(path), ...headers }, body)
  const parts = (): string[] => readdirSync(join(kit.data, 'spool', 'uploads'))

  /** A request that is written by hand; its answer or why there is none. */
  const slow = (path: string, headers: Record<string, string | number>) => {
    const sent = request(base + path, { method: 'PUT', headers: { ...signed(path), ...headers } })
    const answer = new Promise<Reply | string>((resolve) => {
      sent.on('error', (error) => resolve(error.message))
      sent.on('response', (response) => {
        let text = ''
        response.on('data', (data) => {
          text += data
        })
        response.on('end', () =>
          resolve({ status: response.statusCode, ...JSON.parse(text) } as Reply),
        )
      })
    })
    return { sent, answer }
  }

  test('a body that is announced as too long is refused before it comes', async () => {
    const { sent, answer } = slow('/file', { 'content-length': MAX + 1 })
    sent.write('x')
    const reply = (await answer) as Reply
    assert.deepEqual([reply.status, reply.data.error, reply.data.limit], [413, 'TOO_LARGE', MAX])
    sent.destroy()
  })

  test('a body that turns out too long is cut off, and nothing of it stays', async () => {
    const { sent, answer } = slow('/file', { 'transfer-encoding': 'chunked' })
    for (let i = 0; i < 20; i++) sent.write(content(100_000))
    sent.end()
    const reply = (await answer) as Reply
    assert.deepEqual([reply.status, reply.data.error], [413, 'TOO_LARGE'])
    await eventually(() => parts().length === 0)
  })

  test('a client that stops sending is cut off', async () => {
    const { sent, answer } = slow('/file', { 'content-length': 1000 })
    sent.write('begin')
    await eventually(() => parts().length === 1)
    for (let i = 0; i < 14; i++) await clock.advance(5_000)
    const reply = (await answer) as Reply
    assert.deepEqual([reply.status, reply.data.error], [408, 'TOO_SLOW'])
    sent.destroy()
    await eventually(() => parts().length === 0)
  })

  test('a client that leaves in the middle leaves nothing behind', async () => {
    const { sent } = slow('/file', { 'content-length': 1000 })
    sent.write('begin')
    await eventually(() => parts().length === 1)
    sent.destroy()
    await eventually(() => parts().length === 0)
  })

  test('an account has a limit of uploads at a time', async () => {
    const open = [1, 2].map(() => slow('/file', { 'content-length': 1000 }))
    for (const { sent } of open) sent.write('begin')
    await eventually(() => parts().length === 2)
    const third = await upload('/file', content(10))
    assert.deepEqual([third.status, third.data.error], [429, 'TOO_MANY'])
    assert.equal(third.headers.get('retry-after'), '5')
    for (const { sent } of open) sent.destroy()
    await eventually(() => parts().length === 0)
    assert.equal((await upload('/file', content(10))).status, 200)
  })

  test('an account has a limit of uploads a minute', async () => {
    const replies: Reply[] = []
    for (let i = 0; i < 60 && replies.at(-1)?.status !== 429; i++)
      replies.push(await upload('/file', content(10)))
    assert.deepEqual([replies.at(-1)?.status, replies.at(-1)?.data.error], [429, 'TOO_MANY'])
    await clock.advance(60_000)
    assert.equal((await upload('/file', content(10))).status, 200)
  })

  test('names cannot leave folders, forge headers or exceed the chain’s limit', async () => {
    const long = `${'ä'.repeat(60)}.bin`
    const names = {
      '../../etc/passwd': 'passwd',
      '..\\..\\boot.ini': 'boot.ini',
      '..': 'file',
      'a/b/': 'file',
      [long]: long.slice(-33),
    }
    let seed = 100
    for (const [given, kept] of Object.entries(names)) {
      const { data } = await upload('/file', content(5_000, seed++), {
        filename: encodeURIComponent(given),
      })
      const { data: known } = await ask(`${base}/file/metadata/${data.fid}`, 'GET')
      assert.equal(known.owner[0].fileName, kept)
    }
    for (const name of ['a%0d%0aSet-Cookie:x', 'a%00b', 'a%1bb']) {
      const reply = await upload('/file', content(50), { filename: name })
      assert.deepEqual([reply.status, reply.data.error], [400, 'BAD_HEADER'])
    }
    assert.ok(!existsSync(join(kit.data, '..', 'etc')))
  })

  test('a name of the path is decoded once, and is no path', async () => {
    const path = '/object/..%2f..%2fx%252e'
    const { data } = await upload(path, content(60, 3))
    const { data: known } = await ask(`${base}/file/metadata/${data.fid}`, 'GET')
    assert.equal(known.owner[0].fileName, 'x%2e')
    const broken = await upload('/object/%ff', content(60, 4))
    assert.deepEqual([broken.status, broken.data.error], [400, 'BAD_REQUEST'])
  })

  test('headers that the chain would refuse are refused here', async () => {
    const cases = [
      { territory: 'x'.repeat(64) },
      { bucket: 'ab' },
      { bucket: 'b'.repeat(64) },
      { territory: '' },
    ]
    for (const headers of cases) {
      const reply = await upload('/file', content(10), headers)
      assert.deepEqual([reply.status, reply.data.error], [400, 'BAD_HEADER'])
    }
  })

  test('multipart: the part "file" is the file, anything else is an error', async () => {
    const form = (field: string, more = false): FormData => {
      const data = new FormData()
      data.set('note', 'x')
      data.set(field, new Blob([content(70_000, 9) as Uint8Array<ArrayBuffer>]), 'täst.bin')
      if (more) data.append(field, new Blob(['second']), 'second')
      return data
    }
    const send = async (body: FormData | string, headers = {}): Promise<Reply> => {
      const response = await fetch(`${base}/file`, {
        method: 'PUT',
        headers: { ...signed('/file'), ...headers },
        body,
      })
      return { status: response.status, ...((await response.json()) as object) } as Reply
    }
    const good = await send(form('file'))
    assert.equal(good.status, 200)
    assert.equal(good.data.size, 70_000)
    const { data: known } = await ask(`${base}/file/metadata/${good.data.fid}`, 'GET')
    assert.equal(known.owner[0].fileName, 'täst.bin')
    const direct = await upload('/file', content(70_000, 9))
    assert.equal(direct.data.fid, good.data.fid)

    const type = { 'content-type': 'multipart/form-data; boundary=x' }
    const bad = [
      await send(form('other')),
      await send(form('file', true)),
      await send(
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
        type,
      ),
      await send('nothing', type),
      await send('x', { 'content-type': 'multipart/form-data' }),
    ]
    for (const reply of bad)
      assert.deepEqual([reply.status, reply.data.error], [400, 'BAD_REQUEST'])
    await eventually(() => parts().length === 0)
  })

  test('garbage on the socket and unknown paths do no harm', async () => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.end('\u0000\u0001 NOT HTTP\r\n\r\n')
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
    for (const path of ['/', '/../etc/passwd', '/file/download/..%2f..', `/${'x'.repeat(4000)}`])
      assert.equal((await ask(base + path, 'GET')).status, 404)
    assert.equal((await ask(`${base}/file/list`, 'GET')).status, 400)
    assert.equal((await ask(`${base}/file/list?account=nobody`, 'GET')).status, 400)
    assert.equal(
      (await ask(`${base}/file/list?account=${kit.dave.gateway}&limit=0`, 'GET')).status,
      400,
    )
    const wish = await upload('/file?wait=forever', content(10))
    assert.ok([400, 401].includes(wish.status))
  })

  test('browsers may ask from anywhere', async () => {
    const reply = await fetch(`${base}/file`, { method: 'OPTIONS' })
    assert.equal(reply.status, 204)
    assert.equal(reply.headers.get('access-control-allow-origin'), '*')
    assert.match(reply.headers.get('access-control-allow-headers') ?? '', /Signature/)
  })

  test('a disk without room is said to be full', async () => {
    await kit.restart({ limits: { diskReserve: Number.MAX_SAFE_INTEGER } })
    base = kit.gateway.url
    const reply = await upload('/file', content(10))
    assert.deepEqual([reply.status, reply.data.error], [507, 'DISK_FULL'])
    const health = await ask(`${base}/health`, 'GET')
    assert.deepEqual([health.status, health.msg], [503, 'The disk is full.'])
  })
})
