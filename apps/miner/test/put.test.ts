import assert from 'node:assert/strict'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromHex } from '@cess/bytes'
import { sr25519Verify } from '@cess/crypto'
import type { PutFragment, PutResult } from '@cess/network'
import { receiptPayload } from '@cess/primitives'
import { accountOf } from '@cess/sdk'
import { GENESIS, testChain } from './support/chain.ts'
import { minerKey } from './support/context.ts'
import { testFile } from './support/file.ts'
import { folder } from './support/folder.ts'
import { column, minerConfig, withMiner } from './support/gateway.ts'

const me = accountOf(minerKey())
const summary = (results: readonly PutResult[]): string[] =>
  results.map((r) => r.refusal?.code ?? r.status)

test('a column is stored, signed for and served, also after a restart', async () => {
  const dir = await folder()
  const chain = testChain()
  const file = testFile(32 << 20, 100_000, 1)
  chain.declare(file, 4, me)
  await withMiner(dir, chain, async ({ peer, client }) => {
    await assert.rejects(client.receipt(peer, file.fileId), { code: 'NotFound' })
    const [first, ...rest] = column(file, 4)
    assert.deepEqual(summary(await client.put(peer, [first!])), ['stored'])
    await assert.rejects(client.receipt(peer, file.fileId), /2 of 3 fragments are missing/)
    assert.deepEqual(summary(await client.put(peer, [...rest, first!])), [
      'stored',
      'stored',
      'have',
    ])
    const { miner, signature } = await client.receipt(peer, file.fileId)
    assert.equal(miner, me)
    const payload = receiptPayload(fromHex(GENESIS), file.fileId, 4, fromHex(me))
    assert.ok(sr25519Verify(signature, payload, fromHex(me)))
  })
  await withMiner(dir, chain, async ({ peer, client }) => {
    for (const { header, data } of column(file, 4)) {
      const { fragmentId, size } = header
      const whole = await client.get(peer, fragmentId, { offset: 0, length: size })
      assert.deepEqual(whole, data)
      const part = await client.get(peer, fragmentId, { offset: size - 77, length: 77 })
      assert.deepEqual(part, data.slice(-77))
      await assert.rejects(client.get(peer, fragmentId, { offset: size - 76, length: 77 }), {
        name: 'StorageRefusal',
      })
    }
    assert.equal((await client.receipt(peer, file.fileId)).miner, me)
  })
})

test('nothing is taken but what the chain gives this miner', async () => {
  const dir = await folder()
  const chain = testChain()
  const file = testFile(50_000, 50_000)
  const foreign = testFile(1_000)
  const unknown = testFile(2_000)
  chain.declare(file, 4, me)
  chain.declare(foreign, 1, `0x${'55'.repeat(32)}` as typeof me)
  await withMiner(dir, chain, async ({ miners, peer, client }) => {
    const [good] = column(file, 4)
    const bad = (change: Partial<PutFragment['header']>, data = good!.data): PutFragment => ({
      header: { ...good!.header, ...change },
      data,
    })
    const larger = new Uint8Array(good!.data.length + 4096)
    const results = await client.put(peer, [
      bad({ index: 5 }),
      bad({ segment: 1 }),
      bad({ segment: 7 }),
      bad({ fragmentId: file.segments[0]!.ids[4]! }),
      bad({ size: larger.length }, larger),
      column(file, 5)[0]!,
      column(foreign, 1)[0]!,
      column(unknown, 1)[0]!,
    ])
    assert.deepEqual(new Set(summary(results)), new Set(['NotExpected']))
    const [status] = await miners.status()
    assert.equal(status!.store.fragments, 0)
    await assert.rejects(client.receipt(peer, foreign.fileId), { code: 'NotExpected' })
  })
})

test('wrong bytes are refused, and the right ones are taken afterwards', async () => {
  const chain = testChain()
  // One small enough to be hashed here and one that goes to a thread.
  const file = testFile(50_000, 4 << 20)
  chain.declare(file, 1, me)
  await withMiner(await folder(), chain, async ({ miners, peer, client }) => {
    const flipped = column(file, 1).map(({ header, data }) => {
      const wrong = data.slice()
      wrong[wrong.length - 1]! ^= 1
      return { header, data: wrong }
    })
    assert.deepEqual(summary(await client.put(peer, flipped)), ['Corrupt', 'Corrupt'])
    assert.equal((await miners.status())[0]!.store.fragments, 0)
    assert.deepEqual(summary(await client.put(peer, column(file, 1))), ['stored', 'stored'])
  })
})

test('a stream that ends early leaves nothing behind', async () => {
  const dir = await folder()
  const chain = testChain()
  const file = testFile(4 << 20)
  chain.declare(file, 1, me)
  await withMiner(dir, chain, async ({ miners, gateway, peer, client }) => {
    const [good] = column(file, 1)
    const broken = async function* () {
      yield { header: good!.header, data: good!.data.subarray(0, 300_000) }
    }
    const end = new AbortController()
    const put = client.put(peer, broken(), end.signal)
    setImmediate(() => end.abort(new Error('enough')))
    await assert.rejects(put)
    await gateway.network.disconnect(peer)
    assert.equal((await miners.status())[0]!.store.fragments, 0)
    await gateway.dial(miners)
    assert.deepEqual(summary(await client.put(peer, [good!])), ['stored'])
  })
})

test('a full miner says so before data travels, and keeps what it has', async () => {
  const chain = testChain()
  const file = testFile(1_000, 1_000, 1_000)
  chain.declare(file, 1, me)
  const dir = await folder()
  const [spec] = minerConfig(dir).miners
  const miners = [{ ...spec!, maxBytes: 2 * 4096 }]
  await withMiner(
    dir,
    chain,
    async ({ peer, client }) => {
      assert.deepEqual(summary(await client.put(peer, column(file, 1))), [
        'stored',
        'stored',
        'Full',
      ])
      await assert.rejects(client.receipt(peer, file.fileId), /1 of 3/)
      const { fragmentId } = column(file, 1)[0]!.header
      assert.equal((await client.get(peer, fragmentId, { offset: 0, length: 9 })).length, 9)
    },
    { miners },
  )
})

test('damage on disk is noticed, told, and healed by sending again', async () => {
  const dir = await folder()
  const chain = testChain()
  const file = testFile(200_000, 200_000, 200_000)
  chain.declare(file, 2, me)
  await withMiner(dir, chain, async ({ miners, peer, client }) => {
    await client.put(peer, column(file, 2))
    const [gone, short, rotten] = column(file, 2).map(({ header }) => header)
    const path = (id: string): string => join(dir, 'miner-1/fragments', id.slice(0, 2), id)
    await rm(path(gone!.fragmentId))
    await truncate(path(short!.fragmentId), 1_000)
    await writeFile(path(rotten!.fragmentId), new Uint8Array(rotten!.size))

    await assert.rejects(client.receipt(peer, file.fileId), { code: 'NotFound' })
    for (const { fragmentId, size } of [gone!, short!, rotten!])
      await assert.rejects(client.get(peer, fragmentId, { offset: 0, length: size }), {
        code: 'NotFound',
      })
    const { store } = (await miners.status())[0]!
    assert.deepEqual([store.fragments, store.missing, store.corrupt], [0, 2, 1])
    await chain.complete(file)
    assert.deepEqual(summary(await client.put(peer, column(file, 2))), [
      'stored',
      'stored',
      'stored',
    ])
    assert.equal((await client.receipt(peer, file.fileId)).miner, me)
  })
})

test('many gateways at a time may send the same fragment', async () => {
  const chain = testChain()
  const file = testFile(2 << 20)
  chain.declare(file, 9, me)
  await withMiner(await folder(), chain, async ({ miners, peer, client }) => {
    const results = await Promise.all([1, 2, 3, 4].map(() => client.put(peer, column(file, 9))))
    for (const result of results.flatMap(summary)) assert.match(result, /^(stored|have)$/)
    assert.equal((await miners.status())[0]!.store.fragments, 1)
  })
})
