import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FileId } from '@cess/bytes'
import {
  bytesSource,
  fileStatus,
  listFiles,
  putFile,
  removeFile,
  waitForFile,
} from '../src/index.ts'
import { content, DAVE, EVE, inTime, type Kit, startKit } from './support/kit.ts'
import { startNetwork } from './support/network.ts'

async function put(kit: Kit, size = 10_000): Promise<FileId> {
  const { client: gateway, clock, random } = kit
  const options = { account: DAVE, gateway, clock, random, name: 'x' }
  return (await inTime(clock, putFile(bytesSource(content(size)), options))).fid
}

/** Writes tags and audits as the pallets would. */
async function prove({ chain }: Kit, fid: FileId, change: (i: number) => object = () => ({})) {
  const { query } = await chain.best()
  const columns = await Promise.all(
    Array.from({ length: 12 }, (_, i) => query.FileBank.Column(fid, i)),
  )
  const block = chain.blocks.length
  chain.write('FileBank', (storage) => {
    for (const [i, column] of columns.entries())
      storage['Column']!.put(fid, i, { ...column, tagger: 0 })
  })
  chain.write('Audit', (storage) => {
    columns.forEach((column, i) => {
      const audit = { block, result: 'Passed', bytes: 1n, rows: 9, openings: 4, ...change(i) }
      storage['LastAudit']!.put(column!.miner, audit)
    })
  })
  return block
}

describe('where a file is', () => {
  test('queued, stored and proven, and nothing before it is final', async () => {
    const kit = startKit()
    const fid = await put(kit)
    const queued = await fileStatus(kit.chain, fid)
    assert.equal(queued.state, 'queued')
    assert.equal(queued.miners.length, 12)
    assert.ok(queued.miners.every(({ delivered }) => !delivered))
    assert.deepEqual(queued.owners, [DAVE.id])

    kit.chain.holdFinality()
    await kit.chain.deliver(fid)
    assert.equal((await fileStatus(kit.chain, fid)).state, 'queued')
    kit.chain.releaseFinality()
    const stored = await fileStatus(kit.chain, fid)
    assert.equal(stored.state, 'stored')
    assert.equal(stored.block, stored.completion)
    assert.equal(new Set(stored.miners.map(({ account }) => account)).size, 12)

    const block = await prove(kit, fid)
    const proven = await fileStatus(kit.chain, fid)
    assert.equal(proven.state, 'proven')
    assert.equal(proven.block, block)
    assert.ok(proven.miners.every(({ tagged, audit }) => tagged && audit?.rows === 9))
  })

  test('one miner that failed, missed or was audited too early is enough for it not to be proven', async () => {
    for (const change of [{ result: 'Failed' }, { result: 'Missed' }, { block: 1 }]) {
      const kit = startKit()
      const fid = await put(kit)
      await kit.chain.deliver(fid)
      await prove(kit, fid, (i) => (i === 7 ? change : {}))
      assert.equal((await fileStatus(kit.chain, fid)).state, 'stored')
    }
  })

  test('a file that nobody declared is not there', async () => {
    const kit = startKit()
    await assert.rejects(fileStatus(kit.chain, '00'.repeat(32) as FileId), { code: 'NOT_FOUND' })
  })
})

describe('waiting for a file', () => {
  test('ends when it is there', async () => {
    const kit = startKit()
    const fid = await put(kit)
    const seen: string[] = []
    const work = waitForFile(fid, {
      chain: kit.chain,
      clock: kit.clock,
      until: 'stored',
      onStatus: ({ state }) => void seen.push(state),
    })
    await kit.clock.advance(3000)
    assert.deepEqual(new Set(seen), new Set(['queued']))
    await kit.chain.deliver(fid)
    assert.equal((await inTime(kit.clock, work)).state, 'stored')
  })

  test('ends when the gateway has given it up', async () => {
    const kit = startKit()
    const fid = await put(kit)
    const { layout } = kit.gateway.files.get(fid)!
    kit.gateway.faults.answer = ({ path }) =>
      path.startsWith('/file/metadata')
        ? kit.gateway.json(200, {
            size: layout.fileSize,
            segments: layout.segments.map((s) => ({ id: s.hash, fragments: s.fragmentList })),
            gateway: { state: 'failed', trouble: 'No miner took it.' },
          })
        : undefined
    const work = waitForFile(fid, {
      chain: kit.chain,
      clock: kit.clock,
      gateway: kit.client,
      until: 'stored',
    })
    await assert.rejects(inTime(kit.clock, work), { message: /No miner took it/ })
  })

  test('ends after a minute for what nobody declares', async () => {
    const kit = startKit()
    const fid = '00'.repeat(32) as FileId
    const work = waitForFile(fid, { chain: kit.chain, clock: kit.clock, until: 'stored' })
    await assert.rejects(inTime(kit.clock, work), { code: 'NOT_FOUND' })
  })
})

test('files are listed by territory, and removed by their owner alone', async () => {
  const net = await startNetwork()
  try {
    const [first, second] = [await put(net, 1000), await put(net, 2000)]
    const states = async () =>
      new Map(
        (await Array.fromAsync(listFiles(net.remote, DAVE.id))).map(
          (f) => [f.fid, f.state] as const,
        ),
      )
    await net.chain.deliver(first)
    assert.deepEqual(
      await states(),
      new Map([
        [first, 'stored'],
        [second, 'queued'],
      ]),
    )
    assert.deepEqual(await Array.fromAsync(listFiles(net.remote, EVE.id)), [])
    await net.chain.deliver(second)
    assert.deepEqual(new Set((await states()).values()), new Set(['stored']))
    assert.deepEqual(
      await Array.fromAsync(listFiles(net.remote, DAVE.id, { territory: 'other' })),
      [],
    )
    await assert.rejects(removeFile(net.remote, EVE.pair, DAVE.id, first), {
      error: 'FileBank.NoPermission',
    })
    await removeFile(net.remote, DAVE.pair, DAVE.id, first)
    const left = await Array.fromAsync(listFiles(net.remote, DAVE.id, { territory: 'default' }))
    assert.deepEqual(
      left.map(({ fid }) => fid),
      [second],
    )
  } finally {
    await net.stop()
  }
})
