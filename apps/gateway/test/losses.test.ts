import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { ask, content, download, put } from './support/client.ts'
import { eventually, type Kit, startKit } from './support/kit.ts'
import type { TestMiner } from './support/miner.ts'

describe('downloads when miners fail', () => {
  let kit: Kit
  let fid: FileId
  /** Miners by column of the file. */
  let columns: TestMiner[]
  const bytes = content(5_000_000)
  before(async () => {
    kit = await startKit({ settings: { limits: { cacheBytes: 0 } } })
    const { data } = await put(kit.gateway.url, kit.dave, '/file?wait=stored', bytes)
    fid = data.fid
    const file = (await kit.chain.query.FileBank.File(fid))!
    columns = file.segmentList[0]!.fragmentList.map(
      ({ miner }) => kit.miners.find((one) => one.account === miner)!,
    )
    await eventually(async () => {
      await kit.chain.blocks()
      return (await kit.chain.query.FileBank.TagCount(fid)) === 12
    })
    await eventually(async () => {
      await kit.chain.blocks()
      const { data } = await ask(`${kit.gateway.url}/status`, 'GET')
      return data.jobs.byState.tagged === 1 && data.spool.bytes === 0
    })
    // From here on the bytes can only come from miners.
    await rm(join(kit.data, 'spool', 'files', fid), { force: true })
  })
  after(() => kit.stop())
  beforeEach(() => {
    for (const { behaviour } of kit.miners)
      Object.assign(behaviour, { corrupts: false, stalls: false, slowMs: 0, missing: false })
  })
  const get = () => download(`${kit.gateway.url}/download/${fid}`)

  test('with eight of twelve gone it comes from the other four', async () => {
    for (const miner of columns.slice(0, 8)) miner.behaviour.missing = true
    const back = await get()
    assert.equal(back.status, 200)
    assert.ok(Buffer.from(bytes).equals(back.bytes))
  })

  test('a miner that flips bits is noticed and spoils nothing', async () => {
    for (const miner of columns.slice(0, 5)) miner.behaviour.corrupts = true
    const back = await get()
    assert.equal(back.status, 200)
    assert.ok(Buffer.from(bytes).equals(back.bytes))
  })

  test('equal fragments in several columns do not share the failure of one miner', async () => {
    // All twelve fragments of zeros are the same.
    const zeros = new Uint8Array(100_000)
    const { data } = await put(kit.gateway.url, kit.dave, '/file?wait=stored', zeros)
    await rm(join(kit.data, 'spool', 'files', data.fid))
    const file = (await kit.chain.query.FileBank.File(data.fid))!
    const order = file.segmentList[0]!.fragmentList.map(
      ({ miner }) => kit.miners.find((one) => one.account === miner)!,
    )
    for (let first = 0; first < 12; first++) {
      for (const [i, { behaviour }] of order.entries()) behaviour.missing = (i + first) % 12 < 8
      const back = await download(`${kit.gateway.url}/download/${data.fid}`)
      assert.equal(back.status, 200)
      assert.ok(Buffer.from(zeros).equals(back.bytes))
    }
  })

  test('with nine gone the answer is an error, not a short file', async () => {
    for (const miner of columns.slice(0, 9)) miner.behaviour.missing = true
    const { status, data, msg } = await ask(`${kit.gateway.url}/download/${fid}`, 'GET')
    assert.equal(status, 503)
    assert.equal(data.error, 'UNAVAILABLE')
    assert.match(msg, /Only 3 good fragments/)
  })

  test('several readers of the same fragments fetch each of them once', async () => {
    for (const miner of kit.miners) {
      miner.served = 0
      miner.behaviour.slowMs = 300
    }
    const all = await Promise.all(Array.from({ length: 5 }, get))
    for (const back of all) assert.ok(Buffer.from(bytes).equals(back.bytes))
    const served = kit.miners.reduce((sum, miner) => sum + miner.served, 0)
    assert.equal(served, 4)
  })

  test('a reader that leaves stops what only it wanted', async () => {
    for (const miner of kit.miners) miner.behaviour.stalls = true
    const abort = new AbortController()
    const reading = fetch(`${kit.gateway.url}/download/${fid}`, { signal: abort.signal })
    await eventually(async () => {
      const { data } = await ask(`${kit.gateway.url}/status`, 'GET')
      return data.downloads.active === 1
    })
    abort.abort()
    await assert.rejects(reading, { name: 'AbortError' })
    await eventually(async () => {
      const { data } = await ask(`${kit.gateway.url}/status`, 'GET')
      return data.downloads.active === 0
    })
  })

  test('unknown and malformed file ids are told apart', async () => {
    const unknown = await ask(`${kit.gateway.url}/download/${'ab'.repeat(32)}`, 'GET')
    assert.deepEqual([unknown.status, unknown.data.error], [404, 'FILE_NOT_FOUND'])
    const bad = await ask(`${kit.gateway.url}/download/${'zz'.repeat(32)}`, 'GET')
    assert.deepEqual([bad.status, bad.data.error], [404, 'NO_SUCH_ROUTE'])
    const post = await ask(`${kit.gateway.url}/download/${fid}`, 'DELETE')
    assert.deepEqual([post.status, post.data.error], [405, 'METHOD_NOT_ALLOWED'])
  })
})
