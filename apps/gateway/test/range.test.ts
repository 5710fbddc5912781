import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { verifyBlake3Prefix } from '@cess/crypto'
import fc from 'fast-check'
import { parseRange } from '../src/http/range.ts'
import { fragmentRanges } from '../src/read/reader.ts'
import { ask, content, download, put } from './support/client.ts'
import { type Kit, startKit } from './support/kit.ts'

const SIZE = 3_000_001

describe('ranges of a file', () => {
  let kit: Kit
  let url = ''
  let fid = ''
  const bytes = content(SIZE)
  before(async () => {
    // So little memory that a download holds one fragment at a time.
    kit = await startKit({ settings: { limits: { memoryBytes: 1 << 20 } } })
    const { data } = await put(kit.gateway.url, kit.dave, '/file?wait=stored', bytes, {
      filename: 'r%C3%A4nge%22.bin',
    })
    fid = data.fid
    url = `${kit.gateway.url}/file/download/${fid}`
  })
  after(() => kit.stop())

  const cases: readonly (readonly [range: string, from: number, to: number])[] = [
    ['bytes=0-0', 0, 0],
    ['bytes=0-', 0, SIZE - 1],
    ['bytes=5-9', 5, 9],
    ['bytes=749999-750001', 749_999, 750_001],
    ['bytes=-1', SIZE - 1, SIZE - 1],
    [`bytes=-${SIZE * 2}`, 0, SIZE - 1],
    [`bytes=${SIZE - 1}-`, SIZE - 1, SIZE - 1],
    [`bytes=10-${SIZE * 2}`, 10, SIZE - 1],
    ['BYTES = 3 - 4', 3, 4],
  ]
  for (const [range, from, to] of cases)
    test(`${range} is a part`, async () => {
      const back = await download(url, { range })
      assert.equal(back.status, 206)
      assert.equal(back.headers.get('content-range'), `bytes ${from}-${to}/${SIZE}`)
      assert.equal(back.headers.get('content-length'), String(to - from + 1))
      assert.ok(Buffer.from(bytes.subarray(from, to + 1)).equals(back.bytes))
    })

  test('how it begins is shown, against the first fragment that the file id stands for', async () => {
    const { data } = await ask(`${kit.gateway.url}/file/beginning/${fid}`, 'GET')
    const { data: known } = await ask(`${kit.gateway.url}/file/metadata/${fid}`, 'GET')
    const [{ fragmentSize, fragments }] = known.segments
    const path = data.path.map((value: string) => Uint8Array.fromHex(value))
    const root = Uint8Array.fromHex(fragments[0])
    const prefix = bytes.slice(0, 64 << 10)
    assert.ok(verifyBlake3Prefix(root, fragmentSize, prefix, path))
    prefix[9]! ^= 1
    assert.equal(verifyBlake3Prefix(root, fragmentSize, prefix, path), false)
    const { status } = await ask(`${kit.gateway.url}/file/beginning/${'ab'.repeat(32)}`, 'GET')
    assert.equal(status, 404)
    const small = await put(kit.gateway.url, kit.dave, '/file?wait=stored', content(50_000))
    const short = await ask(`${kit.gateway.url}/file/beginning/${small.data.fid}`, 'GET')
    assert.deepEqual([short.status, short.data.error], [400, 'BAD_REQUEST'])
  })

  for (const range of ['bytes=', 'bytes=9-5', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=a-b'])
    test(`${range || 'nothing'} gives the whole file`, async () => {
      const back = await download(url, { range })
      assert.equal(back.status, 200)
      assert.equal(back.bytes.length, SIZE)
    })

  for (const range of [`bytes=${SIZE}-`, `bytes=${SIZE + 5}-${SIZE + 9}`, 'bytes=-0'])
    test(`${range} is refused`, async () => {
      const back = await download(url, { range })
      assert.equal(back.status, 416)
      assert.equal(back.headers.get('content-range'), `bytes */${SIZE}`)
    })

  test('If-Range with this ETag keeps the range, any other one gives the whole', async () => {
    const range = 'bytes=1-2'
    assert.equal((await download(url, { range, 'if-range': `"${fid}"` })).status, 206)
    assert.equal((await download(url, { range, 'if-range': '"other"' })).status, 200)
    assert.equal((await download(url, { range, 'if-range': `W/"${fid}"` })).status, 200)
  })

  test('If-None-Match spares the body', async () => {
    const back = await download(url, { 'if-none-match': `"x", W/"${fid}"` })
    assert.equal(back.status, 304)
    assert.equal(back.bytes.length, 0)
  })

  test('DeOSS’s clients ask with a request header Content-Range', async () => {
    const open = url.replace('/download/', '/open/')
    const back = await download(open, { 'content-range': 'bytes=2-3' })
    assert.equal(back.status, 206)
    assert.ok(Buffer.from(bytes.subarray(2, 4)).equals(back.bytes))
  })

  test('HEAD tells the length, and all paths give the same file', async () => {
    const { url: base } = kit.gateway
    const paths = [
      `/file/download/${fid}`,
      `/download/${fid}`,
      `/${fid}/download`,
      `//download//${fid}`,
    ]
    for (const path of paths) {
      const head = await fetch(base + path, { method: 'HEAD' })
      assert.equal(head.status, 200)
      assert.equal(head.headers.get('content-length'), String(SIZE))
      assert.equal(head.headers.get('etag'), `"${fid}"`)
      assert.equal(head.headers.get('accept-ranges'), 'bytes')
    }
    const part = await fetch(url, { method: 'HEAD', headers: { range: 'bytes=7-9' } })
    assert.equal(part.status, 206)
    assert.equal(part.headers.get('content-length'), '3')
  })

  test('what users stored is never a page of the gateway, and its name forges no header', async () => {
    const back = await download(url, { range: 'bytes=0-0' })
    assert.equal(back.headers.get('content-type'), 'application/octet-stream')
    assert.equal(back.headers.get('x-content-type-options'), 'nosniff')
    assert.match(back.headers.get('content-security-policy') ?? '', /sandbox/)
    assert.equal(
      back.headers.get('content-disposition'),
      `attachment; filename="r_nge_.bin"; filename*=UTF-8''r%C3%A4nge%22.bin`,
    )
  })
})

test('a parsed range lies within the file, whatever is asked', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(2000), fc.nat(2000), (size, a, b) => {
      for (const text of [`bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`]) {
        let range: ReturnType<typeof parseRange>
        try {
          range = parseRange(text, size)
        } catch (error) {
          assert.equal((error as { code: string }).code, 'RANGE_NOT_SATISFIABLE')
          continue
        }
        if (!range) continue
        assert.ok(range.length > 0 && range.offset >= 0 && range.offset + range.length <= size)
      }
    }),
  )
})

test('a range cut at fragments is the same range', () => {
  const size = fc.integer({ min: 1, max: 100 << 20 })
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), (fileSize, a, b) => {
      const offset = a % fileSize
      const length = Math.min(fileSize - offset, b)
      let at = offset
      for (const part of fragmentRanges(fileSize, { offset, length })) {
        assert.equal(part.offset, at)
        assert.ok(part.length > 0 && part.length <= 8 << 20)
        at += part.length
      }
      assert.equal(at, offset + length)
    }),
  )
})
