import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { storageClient } from '@cess/network'
import { checkTags } from '@cess/podr2'
import { systemRandom } from '@cess/ports'
import { ask, content, download, put } from './support/client.ts'
import { eventually, startKit } from './support/kit.ts'

test('stored files are tagged, the tags are right, and the ciphertext goes to the cache', async () => {
  const kit = await startKit()
  try {
    const bytes = content(700_000)
    const { data } = await put(kit.gateway.url, kit.dave, '/file?wait=stored', bytes)
    const fid = data.fid as FileId
    await eventually(async () => {
      await kit.chain.blocks()
      return (await kit.chain.query.FileBank.TagCount(fid)) === 12
    })
    const tagger = (await kit.chain.query.Audit.Taggers(0))!
    const parameters = await storageClient(kit.miners[0]!.network).params(
      kit.gateway.peerId,
      tagger.parameters,
    )
    const fragments = kit.miners.flatMap((miner) =>
      [...miner.tags].map(([id, { tags }]) => ({
        fragmentId: Uint8Array.fromHex(id),
        fragment: miner.fragments.get(id)!,
        tags,
      })),
    )
    assert.equal(fragments.length, 12)
    const entropy = systemRandom.bytes(32)
    assert.ok(checkTags({ verifier: tagger.verifier, parameters, fragments, entropy }))

    const status = await eventually(async () => {
      await kit.chain.blocks()
      const { data } = await ask(`${kit.gateway.url}/status`, 'GET')
      return data.jobs.byState.tagged === 1 && data.cache.bytes > 0 && data
    })
    assert.equal(status.spool.bytes, 0)
    // From the cache alone: no miner is there.
    await Promise.all(kit.miners.map((miner) => miner.stop()))
    const back = await download(`${kit.gateway.url}/download/${fid}`)
    assert.ok(Buffer.from(bytes).equals(back.bytes))
  } finally {
    await kit.stop()
  }
})
