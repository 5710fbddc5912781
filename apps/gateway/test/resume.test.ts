import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { toHex, utf8 } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { VirtualClock } from '@cess/ports'
import { ask, content, download, type Reply, sign } from './support/client.ts'
import { DAVE, eventually, type Kit, startKit } from './support/kit.ts'

describe('resumable uploads', () => {
  let kit: Kit
  let base = ''
  const clock = new VirtualClock(Date.now())
  before(async () => {
    kit = await startKit({ clock })
    base = kit.gateway.url
  })
  after(() => kit.stop())

  const piece = (
    name: string,
    bytes: Uint8Array,
    from: number,
    to: number,
    more: { query?: string; body?: Uint8Array } = {},
  ): Promise<Reply> =>
    ask(
      `${base}/resume/${name}${more.query ?? ''}`,
      'PUT',
      {
        territory: 'default',
        'content-range': `bytes ${from}-${to - 1}/${bytes.length}`,
        ...sign(kit.dave, 'PUT', `/resume/${name}`, { time: clock.now() }),
      },
      more.body ?? bytes.subarray(from, to),
    )
  const offsetOf = async (name: string, total: number): Promise<number | undefined> => {
    const { status, headers } = await ask(`${base}/resume/${name}`, 'HEAD', {
      totalsize: String(total),
      ...sign(kit.dave, 'HEAD', `/resume/${name}`, { time: clock.now() }),
    })
    return status === 404 ? undefined : Number(headers.get('upload-offset'))
  }
  const same = async (fid: string, bytes: Uint8Array): Promise<void> => {
    const back = await download(`${base}/download/${fid}`)
    assert.ok(Buffer.from(bytes).equals(back.bytes))
  }

  test('in pieces: 308 with the offset, then the file', async () => {
    const bytes = content(2_500_000, 1)
    assert.equal(await offsetOf('a', bytes.length), undefined)
    const first = await piece('a', bytes, 0, 1_000_000)
    assert.deepEqual([first.status, first.msg, first.data], [308, 'ok', { offset: 1_000_000 }])
    assert.equal(first.headers.get('location'), null)
    assert.equal(await offsetOf('a', bytes.length), 1_000_000)
    assert.equal((await piece('a', bytes, 1_000_000, 2_000_000)).data.offset, 2_000_000)
    const last = await piece('a', bytes, 2_000_000, bytes.length)
    assert.deepEqual([last.status, last.data.state], [200, 'queued'])
    await same(last.data.fid, bytes)
  })

  test('a piece behind the offset is refused and told where to go on', async () => {
    const bytes = content(300_000, 2)
    await piece('b', bytes, 0, 100_000)
    const ahead = await piece('b', bytes, 200_000, 300_000)
    assert.deepEqual(
      [ahead.status, ahead.data],
      [409, { error: 'OFFSET_MISMATCH', offset: 100_000 }],
    )
    assert.equal(ahead.headers.get('upload-offset'), '100000')
  })

  test('a piece before the offset takes its place; one at 0 begins anew', async () => {
    const bytes = content(300_000, 3)
    const wrong = content(300_000, 4)
    await piece('c', wrong, 0, 200_000)
    assert.equal((await piece('c', bytes, 0, 50_000)).data.offset, 50_000)
    await piece('c', wrong, 50_000, 200_000)
    assert.equal((await piece('c', bytes, 50_000, 150_000)).data.offset, 150_000)
    const last = await piece('c', bytes, 150_000, 300_000)
    await same(last.data.fid, bytes)
  })

  test('whoever missed the last answer gets it again', async () => {
    const bytes = content(400_000, 5)
    await piece('d', bytes, 0, 200_000)
    const last = await piece('d', bytes, 200_000, 400_000)
    assert.equal(await offsetOf('d', 400_000), 400_000)
    const again = await piece('d', bytes, 200_000, 400_000, { query: '?wait=stored' })
    assert.equal(again.data.fid, last.data.fid)
    assert.equal(again.data.state, 'stored')
  })

  test('another file of the same name and size is another upload', async () => {
    const [one, two] = [content(100_000, 6), content(100_000, 7)]
    const first = await piece('e', one, 0, 100_000)
    const second = await piece('e', two, 0, 100_000)
    assert.notEqual(first.data.fid, second.data.fid)
    await same(second.data.fid, two)
  })

  test('a body of another length than its range is refused', async () => {
    const bytes = content(100_000, 8)
    const short = await piece('f', bytes, 0, 50_000, { body: bytes.subarray(0, 49_999) })
    assert.deepEqual([short.status, short.data.error], [400, 'BAD_RANGE'])
    for (const range of ['bytes 5-4/10', 'bytes 0-10/10', 'lines 0-1/10', 'bytes -1/10', ''])
      assert.equal(
        (
          await ask(
            `${base}/resume/f`,
            'PUT',
            {
              territory: 'default',
              'content-range': range || 'x',
              ...sign(kit.dave, 'PUT', '/resume/f', { time: clock.now() }),
            },
            new Uint8Array(5),
          )
        ).status,
        400,
      )
  })

  test('what came of a broken request counts, and a hanging one is taken over', async () => {
    const bytes = content(3_000_000, 9)
    const sent = 1_500_000
    const send = (name: string) => {
      const stuck = request(`${base}/resume/${name}`, {
        method: 'PUT',
        headers: {
          territory: 'default',
          'content-length': bytes.length,
          'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}`,
          ...sign(kit.dave, 'PUT', `/resume/${name}`, { time: clock.now() }),
        },
      })
      stuck.on('error', () => undefined)
      stuck.write(bytes.subarray(0, sent))
      return stuck
    }
    const broken = send('g')
    await eventually(async () => (await offsetOf('g', bytes.length)) !== undefined)
    await eventually(() => (broken.socket?.bytesWritten ?? 0) > sent && broken.writableLength === 0)
    broken.destroy()
    const offset = await eventually(async () => {
      const known = await offsetOf('g', bytes.length)
      return known === sent && known
    })
    const last = await piece('g', bytes, offset, bytes.length)
    await same(last.data.fid, bytes)

    const hanging = send('h')
    await eventually(async () => (await offsetOf('h', bytes.length)) !== undefined)
    // The client gave up on a connection that the gateway still believes in.
    const anew = await piece('h', bytes, 0, bytes.length)
    assert.equal(anew.status, 200)
    assert.equal(anew.data.fid, last.data.fid)
    hanging.destroy()
  })

  test('an upload may end with the SDK message that it began with, and with no other old one', async () => {
    const bytes = content(200_000, 11)
    const send = (text: string, from: number, to: number) =>
      ask(
        `${base}/resume/slow`,
        'PUT',
        {
          territory: 'default',
          account: ss58Encode(DAVE.publicKey),
          message: text,
          signature: toHex(DAVE.sign(utf8(text))),
          'content-range': `bytes ${from}-${to - 1}/${bytes.length}`,
        },
        bytes.subarray(from, to),
      )
    const began = `<Bytes>cess-js-sdk-frontend-${clock.now()}</Bytes>`
    assert.equal((await send(began, 0, 100_000)).status, 308)
    await clock.advance(20 * 60_000)
    const other = `<Bytes>cess-js-sdk-frontend-${clock.now() - 19 * 60_000}</Bytes>`
    assert.equal((await send(other, 100_000, 150_000)).data.error, 'EXPIRED')
    assert.equal((await send(began, 0, 200_000)).status, 200, 'from the beginning, too')
  })

  test('the CESS SDK sends the whole file with every piece of 2 MiB', async () => {
    const bytes = content(5 << 20, 10)
    const message = `<Bytes>cess-js-sdk-${clock.now()}</Bytes>`
    const signature = base58(DAVE.sign(utf8(message)))
    const replies: Reply[] = []
    for (let from = 0; from < bytes.length; from += 2 << 20) {
      const to = Math.min(from + (2 << 20), bytes.length) - 1
      replies.push(
        await ask(
          // A gateway URL that ends with a slash.
          `${base}//resume/my%20file.bin`,
          'PUT',
          {
            Territory: 'default',
            Bucket: 'cess',
            Account: ss58Encode(DAVE.publicKey),
            Message: message,
            Signature: signature,
            FileName: 'my%20file.bin',
            'Content-Type': 'application/octet-stream',
            'Content-Range': `bytes ${from}-${to}/${bytes.length}`,
          },
          bytes,
        ),
      )
    }
    assert.deepEqual(
      replies.map(({ code, msg }) => [code, msg]),
      [1, 2, 3].map(() => [200, 'ok']),
    )
    const { fid } = replies[2]!.data
    await same(fid, bytes)
    const { data } = await ask(`${base}/file/metadata/${fid}`, 'GET')
    assert.deepEqual(
      data.owner.map((o: { fileName: string; bucket: string }) => [o.fileName, o.bucket]),
      [['my file.bin', 'cess']],
    )
  })
})

function base58(bytes: Uint8Array): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let n = BigInt(toHex(bytes))
  let text = ''
  for (; n > 0n; n /= 58n) text = alphabet[Number(n % 58n)]! + text
  return text
}
