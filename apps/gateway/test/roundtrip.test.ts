import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { content, download, put } from './support/client.ts'
import { type Kit, startKit } from './support/kit.ts'

describe('a file goes to its miners and back', () => {
  let kit: Kit
  before(async () => {
    kit = await startKit()
  })
  after(() => kit.stop())

  for (const size of [0, 1, 1 << 20, 33 << 20])
    test(`${size} bytes`, async () => {
      const bytes = content(size, size + 1)
      const { status, data, msg } = await put(
        kit.gateway.url,
        kit.dave,
        '/file?wait=stored',
        bytes,
        { filename: `${size}.bin` },
      )
      assert.equal(status, 200, msg)
      assert.equal(data.state, 'stored')
      const back = await download(`${kit.gateway.url}/file/download/${data.fid}`)
      assert.equal(back.status, 200)
      assert.ok(Buffer.from(bytes).equals(back.bytes))
    })
})
