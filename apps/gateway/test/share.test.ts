import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, content, put } from './support/client.ts'
import { startKit } from './support/kit.ts'

test('who asks a miner for shares that is no proxy does not make it look as if it were gone', async () => {
  const kit = await startKit()
  try {
    const { url } = kit.gateway
    const { data } = await put(url, kit.dave, '/file?wait=stored', content(1_000))
    const columns = async () => (await ask(`${url}/file/location/${data.fid}`, 'GET')).data.columns
    const [{ miner }] = await columns()
    for (let i = 0; i < 3; i++) {
      const { status, data: answer } = await ask(`${url}/share/${miner}`, 'POST')
      assert.deepEqual([status, answer.error], [403, 'NO_SHARE'])
    }
    assert.ok((await columns()).every(({ answering }: { answering: boolean }) => answering))
  } finally {
    await kit.stop()
  }
})
