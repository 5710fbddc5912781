import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { namingHere } from '@cess/content'
import {
  bytesSource,
  createGatewayClient,
  type GetOptions,
  getFile,
  openFile,
  type PutOptions,
  putFile,
  type UploadState,
} from '../src/index.ts'
import { fetchOf } from './support/fetch.ts'
import { content, DAVE, EVE, inTime, type Kit, startKit } from './support/kit.ts'

function put(kit: Kit, bytes: Uint8Array, more: Partial<PutOptions> = {}) {
  const work = putFile(bytesSource(bytes), {
    account: DAVE,
    gateway: kit.client,
    clock: kit.clock,
    random: kit.random,
    name: 'report.pdf',
    pieceBytes: 100_000,
    naming: namingHere(),
    ...more,
  })
  return inTime(kit.clock, work)
}

async function get(kit: Kit, fid: string, more: Partial<GetOptions> = {}): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const options = { account: DAVE, gateway: kit.client, clock: kit.clock, ...more }
  await inTime(
    kit.clock,
    getFile(fid as never, (bytes) => void parts.push(bytes.slice()), options),
  )
  return new Uint8Array(Buffer.concat(parts))
}

const how = (streams: boolean): string => (streams ? 'streaming' : 'in whole pieces')

for (const streams of [false, true])
  describe(`a file goes to a gateway and back, ${how(streams)}`, () => {
    for (const size of [0, 1, 65_535, 65_536, 65_537, 1_000_000])
      test(`${size} bytes`, async () => {
        const kit = startKit(streams)
        const bytes = content(size, size + 1)
        const stored = await put(kit, bytes)
        assert.equal(stored.bytes, size)
        assert.deepEqual(await get(kit, stored.fid), bytes)
      })

    test('the name is in the header, and not on the chain or in any request', async () => {
      const kit = startKit(streams)
      const { fid } = await put(kit, content(1000), {
        name: 'secret plan.txt',
        mediaType: 'text/plain',
      })
      const { query } = await kit.chain.best()
      const deal = await query.FileBank.DealMap(fid)
      assert.match(Buffer.from(deal!.user.fileName).toString(), /^[0-9a-f]{32}$/)
      for (const { path, headers } of kit.gateway.requests)
        assert.doesNotMatch(JSON.stringify({ path, headers }), /secret|plan/)
      const opened = await openFile(fid, { account: DAVE, gateway: kit.client, clock: kit.clock })
      assert.equal(opened.manifest.name, 'secret plan.txt')
      assert.equal(opened.size, 1000)
    })

    test('ranges give exactly the bytes that were asked for', async () => {
      const kit = startKit(streams)
      const bytes = content(300_000)
      const { fid } = await put(kit, bytes)
      for (const [offset, length] of [
        [0, 1],
        [65_535, 2],
        [100_000, 150_000],
        [299_999, undefined],
        [0, undefined],
      ] as const) {
        const end = length === undefined ? bytes.length : offset + length
        assert.deepEqual(
          await get(kit, fid, { range: { offset, length } }),
          bytes.slice(offset, end),
        )
      }
      await assert.rejects(get(kit, fid, { range: { offset: 299_999, length: 2 } }), {
        code: 'OUT_OF_RANGE',
      })
    })

    test('twice the same file is two files that nobody can tell are one', async () => {
      const kit = startKit(streams)
      const [first, second] = [await put(kit, content(5000)), await put(kit, content(5000))]
      assert.notEqual(first.fid, second.fid)
    })
  })

for (const streams of [false, true])
  describe(`uploads survive what breaks, ${how(streams)}`, () => {
    test('the connection breaks in the middle of pieces, again and again', async () => {
      const kit = startKit(streams)
      const bytes = content(1_000_000)
      kit.gateway.faults.cutUploads = [0, 1, 50_000, 99_999, 0, 12_345]
      const { fid } = await put(kit, bytes)
      assert.deepEqual(await get(kit, fid), bytes)
    })

    test('a gateway that is busy is asked again when it says', async () => {
      const kit = startKit(streams)
      let busy = 3
      const from = kit.clock.now()
      kit.gateway.faults.answer = ({ method }) =>
        method === 'PUT' && busy-- > 0
          ? kit.gateway.json(503, { error: 'BUSY', retryAfter: 20 }, {}, 'busy')
          : undefined
      await put(kit, content(10_000))
      assert.ok(kit.clock.now() - from >= 60_000)
    })

    test('it gives up in the end, with the sentence of the gateway', async () => {
      const kit = startKit(streams)
      kit.gateway.faults.answer = ({ method }) =>
        method === 'PUT'
          ? kit.gateway.json(503, { error: 'BUSY' }, {}, 'I am busy. Use another.')
          : undefined
      await assert.rejects(put(kit, content(10_000)), {
        code: 'GATEWAY_ERROR',
        reason: 'BUSY',
        message: 'I am busy. Use another.',
      })
    })

    test('what cannot get better is not tried again', async () => {
      const kit = startKit(streams)
      kit.gateway.faults.answer = ({ method }) =>
        method === 'PUT' ? kit.gateway.json(507, { error: 'NO_ROOM' }, {}, 'no room') : undefined
      await assert.rejects(put(kit, content(10_000)), { reason: 'NO_ROOM' })
      assert.equal(kit.gateway.requests.filter(({ method }) => method === 'PUT').length, 1)
    })

    test('an upload that was cut off goes on with the same header, byte for byte', async () => {
      const kit = startKit(streams)
      const bytes = content(1_000_000)
      let state: UploadState | undefined
      const stop = new AbortController()
      await assert.rejects(
        put(kit, bytes, {
          signal: stop.signal,
          onState: (made) => {
            state = made
          },
          onProgress: ({ phase, done }) => {
            if (phase === 'send' && done >= 300_000) stop.abort(new Error('power cut'))
          },
        }),
        { message: 'power cut' },
      )
      const before = kit.gateway.requests.length
      const { fid } = await put(kit, bytes, { state })
      assert.deepEqual(await get(kit, fid), bytes)
      const sent = kit.gateway.requests
        .slice(before)
        .reduce((sum, { body }) => sum + body.length, 0)
      assert.ok(sent < 750_000, `${sent} bytes were sent again`)
      assert.equal(kit.gateway.sessions.size, 1)
    })

    test('the answer to the last piece is lost', async () => {
      const kit = startKit(streams)
      let lost = false
      const { handle } = kit.gateway
      const client = createGatewayClient({
        url: 'http://gateway.test',
        clock: kit.clock,
        random: kit.random,
        fetch: fetchOf({
          async handle(request) {
            const answer = await handle(request)
            if (lost || request.method !== 'PUT' || answer.status !== 200) return answer
            lost = true
            return { status: 0, headers: {}, body: new Uint8Array() }
          },
        }),
      })
      const bytes = content(250_000)
      const { fid } = await put(kit, bytes, { gateway: client })
      assert.ok(lost)
      assert.equal(kit.gateway.files.size, 1)
      assert.deepEqual(await get(kit, fid), bytes)
    })

    test('another file is never encrypted under the header of one that was begun', async () => {
      const kit = startKit(streams)
      let state: UploadState | undefined
      await put(kit, content(200_000, 1), {
        onState: (made) => {
          state = made
        },
      })
      const sent = kit.gateway.requests.length
      await assert.rejects(put(kit, content(200_000, 2), { state }), { code: 'RESUME_MISMATCH' })
      assert.equal(kit.gateway.requests.length, sent)
    })

    test('a file that changes while it is read is caught before a byte of the change leaves', async () => {
      const kit = startKit(streams)
      const bytes = content(500_000)
      let reads = 0
      const work = putFile(
        {
          read(offset) {
            if (++reads > 1) bytes[400_000]! ^= 1
            return [bytes.slice(offset)]
          },
        },
        {
          account: DAVE,
          gateway: kit.client,
          clock: kit.clock,
          random: kit.random,
          name: 'x',
          pieceBytes: 50_000,
        },
      )
      await assert.rejects(inTime(kit.clock, work), { code: 'SOURCE_CHANGED' })
    })

    test('a wrong clock is put right by what the gateway says', async () => {
      const kit = startKit(streams)
      kit.gateway.faults.skew = 3 * 3_600_000
      await put(kit, content(250_000))
    })

    test('a gateway that stores other bytes than it got is found out', async () => {
      const kit = startKit(streams)
      kit.gateway.faults.corrupt = true
      await assert.rejects(put(kit, content(50_000)), { code: 'WRONG_FILE' })
    })
  })

describe('downloads trust nobody', () => {
  test('a wrong key is told so', async () => {
    const kit = startKit()
    const { fid } = await put(kit, content(1000))
    await assert.rejects(get(kit, fid, { account: EVE }), { code: 'WRONG_KEY' })
  })

  test('any byte that is flipped is found', async () => {
    const kit = startKit()
    const { fid, ciphertextBytes } = await put(kit, content(200_000))
    for (const at of [0, 5, 20, 60, 150, 400, 1000, 70_000, ciphertextBytes - 1]) {
      kit.gateway.faults.tamper = (bytes) => {
        bytes[at]! ^= 1
        return bytes
      }
      await assert.rejects(get(kit, fid), `byte ${at} can be changed`)
    }
  })

  test('a file cut short or made longer is found', async () => {
    const kit = startKit()
    const { fid } = await put(kit, content(200_000))
    kit.gateway.faults.tamper = (bytes) => bytes.subarray(0, -70_000)
    await assert.rejects(get(kit, fid))
    kit.gateway.faults.tamper = (bytes) => new Uint8Array(Buffer.concat([bytes, bytes]))
    await assert.rejects(get(kit, fid))
  })

  test('another file of the same owner is not taken for the one that was asked for', async () => {
    const kit = startKit()
    const [first, second] = [await put(kit, content(5000, 1)), await put(kit, content(5000, 2))]
    kit.gateway.faults.tamper = () => kit.gateway.files.get(second.fid)!.bytes
    await assert.rejects(get(kit, first.fid), { code: 'WRONG_FILE' })
  })

  test('nor is a part of another one, whether the first fragment is short or long', async () => {
    for (const size of [5_000, 400_000]) {
      const kit = startKit()
      const [first, second] = [await put(kit, content(size, 1)), await put(kit, content(size, 2))]
      const range = { offset: size - 100, length: 50 }
      assert.deepEqual(
        await get(kit, first.fid, { range }),
        content(size, 1).slice(size - 100, size - 50),
      )
      const other = kit.gateway.files.get(second.fid)!
      kit.gateway.faults.tamper = () => other.bytes
      await assert.rejects(get(kit, first.fid, { range }), { code: 'WRONG_FILE' })
      // A gateway that makes up how it begins, or does not say.
      kit.gateway.faults.answer = ({ path }) =>
        path === `/file/beginning/${first.fid}`
          ? kit.gateway.json(200, { path: Array(7).fill('ab'.repeat(32)) })
          : undefined
      await assert.rejects(get(kit, first.fid, { range }), { code: 'WRONG_FILE' })
    }
    const kit = startKit()
    const { fid } = await put(kit, content(400_000))
    for (const path of [undefined, 'x', [1], ['ab'], Array(33).fill('ab'.repeat(32))]) {
      kit.gateway.faults.answer = (request) =>
        request.path === `/file/beginning/${fid}` ? kit.gateway.json(200, { path }) : undefined
      await assert.rejects(get(kit, fid, { range: { offset: 1, length: 5 } }), {
        code: 'GATEWAY_ERROR',
      })
    }
  })

  test('it goes on where the connection broke', async () => {
    const kit = startKit()
    const bytes = content(1_000_000)
    const { fid } = await put(kit, bytes)
    kit.gateway.faults.cutDownloads = [0, 100, 200_000, 65_552, 3]
    assert.deepEqual(await get(kit, fid), bytes)
  })

  test('the beginning of an earlier download is not fetched again, and is checked', async () => {
    const kit = startKit()
    const bytes = content(1_000_000)
    const { fid } = await put(kit, bytes)
    const length = 8 * 65_536
    const before = { length, read: () => [bytes.slice(0, length)] }
    assert.deepEqual(await get(kit, fid, { before }), bytes.slice(length))
    const wrong = bytes.slice(0, length)
    wrong[1000]! ^= 1
    const bad = { length, read: () => [wrong] }
    await assert.rejects(get(kit, fid, { before: bad }), { code: 'WRONG_FILE' })
  })

  test('an unknown file is told so', async () => {
    const kit = startKit()
    await assert.rejects(get(kit, '00'.repeat(32)), { reason: 'FILE_NOT_FOUND' })
  })
})
