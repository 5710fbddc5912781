import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromHex } from '@cess/bytes'
import { storageClient } from '@cess/network'
import { createTagger } from '@cess/podr2'
import { accountOf } from '@cess/sdk'
import { challengeOf, OPERATOR, testChain } from './support/chain.ts'
import { minerKey } from './support/context.ts'
import { ACCOUNT, type TestFile, testFile } from './support/file.ts'
import { folder } from './support/folder.ts'
import { column, registerTagger, tagger, testGateway, until, withMiner } from './support/gateway.ts'

const me = accountOf(minerKey())
const tagsOf = (file: TestFile, segment: number, index: number, by = tagger): Uint8Array => {
  const { ids, fragments } = file.segments[segment]!
  return by.tag(fromHex(ids[index - 1]!), fragments[index - 1]!)
}
const header = (
  file: TestFile,
  segment: number,
  index: number,
  params = tagger.parametersHash,
) => ({
  fragmentId: file.segments[segment]!.ids[index - 1]!,
  params,
})

test('from put to a passed audit: tags are checked, confirmed, and prove the data', async () => {
  const dir = await folder()
  const chain = testChain()
  registerTagger(chain)
  const file = testFile(600_000, 1_000)
  chain.declare(file, 3, me)
  await withMiner(dir, chain, async ({ miners, peer, client }) => {
    await client.put(peer, column(file, 3))
    for (const segment of [0, 1])
      await client.tags(peer, header(file, segment, 3), tagsOf(file, segment, 3))
    // The miner hands on the parameters that it was given.
    assert.deepEqual(await client.params(peer, tagger.parametersHash), tagger.parameters)
    assert.equal((await miners.status())[0]!.store.pendingTags, 1)
    const confirmed = () => chain.calls.filter(({ call }) => call.type === 'confirmTags')
    assert.equal(confirmed().length, 0)
    await chain.complete(file)
    await until('tags confirmed', () => confirmed().length > 0)
    assert.deepEqual(confirmed()[0]!.call, {
      type: 'confirmTags',
      tagger: 0,
      columns: [{ fileId: file.fileId, index: 3, tagger: 0 }],
    })
    const held = file.segments.map((s) => ({ id: s.ids[2]!, size: s.size }))
    await chain.challenge(me, challengeOf(chain.state.number, held, 0))
    await until('audit passed', () => chain.audits.get(me)?.result === 'Passed')
    await until(
      'audit known',
      async () => (await miners.status())[0]!.audits[0]?.outcome === 'Passed',
    )
  })
})

test('tags that do not match are refused: of other data, another key, or no shape at all', async () => {
  const chain = testChain()
  registerTagger(chain)
  const file = testFile(600_000)
  const stranger = testFile(600_000)
  chain.declare(file, 3, me)
  await withMiner(await folder(), chain, async ({ miners, peer, client }) => {
    const good = tagsOf(file, 0, 3)
    const send = (tags: Uint8Array, params = tagger.parametersHash): Promise<void> =>
      client.tags(peer, header(file, 0, 3, params), tags)
    await assert.rejects(send(good), { code: 'NotFound' })
    await client.put(peer, column(file, 3))
    await assert.rejects(client.tags(peer, header(stranger, 0, 1), good), { code: 'NotFound' })
    await assert.rejects(send(good.subarray(48)), { code: 'Invalid' })
    const swapped = good.slice()
    swapped.copyWithin(0, 48, 96)
    await assert.rejects(send(swapped), { code: 'Corrupt' })
    const noPoint = good.slice()
    noPoint.fill(0xff, 0, 48)
    await assert.rejects(send(noPoint), { code: 'Corrupt' })
    await assert.rejects(send(tagsOf(file, 0, 2)), { code: 'Corrupt' })
    const other = createTagger(new Uint8Array(32).fill(10))
    await assert.rejects(send(tagsOf(file, 0, 3, other)), { code: 'Corrupt' })
    // A key that is registered, but by nobody who has to do with the file.
    chain.taggers.push({
      owner: ACCOUNT(0xbb),
      verifier: other.verifier,
      parameters: other.parametersHash,
    })
    await assert.rejects(send(tagsOf(file, 0, 3, other), other.parametersHash), {
      code: 'NotExpected',
    })
    assert.equal((await miners.status())[0]!.store.tagBytes, 0)
    await send(good)
    await send(good)
    assert.equal((await miners.status())[0]!.store.tagBytes, good.length)
  })
})

test('parameters that do not belong to the registered key are refused', async () => {
  const chain = testChain()
  const file = testFile(1_000)
  // The hash on chain is that of the parameters, the key is another one.
  const other = createTagger(new Uint8Array(32).fill(10))
  chain.taggers.push({
    owner: OPERATOR,
    verifier: other.verifier,
    parameters: tagger.parametersHash,
  })
  chain.declare(file, 3, me)
  await withMiner(await folder(), chain, async ({ peer, client }) => {
    await client.put(peer, column(file, 3))
    await assert.rejects(client.tags(peer, header(file, 0, 3), tagsOf(file, 0, 3)), {
      code: 'Corrupt',
    })
    await assert.rejects(client.params(peer, tagger.parametersHash), { code: 'NotFound' })
  })
})

test('tags of the other fragments of a segment are kept, and do not count as ours', async () => {
  const chain = testChain()
  registerTagger(chain)
  const file = testFile(600_000)
  chain.declare(file, 3, me)
  await withMiner(await folder(), chain, async ({ miners, peer, client }) => {
    await client.put(peer, column(file, 3))
    const sibling = tagsOf(file, 0, 7)
    await client.tags(peer, header(file, 0, 7), sibling)
    const { store } = (await miners.status())[0]!
    assert.equal(store.tagBytes, sibling.length)
    assert.equal(store.pendingTags, 0)
  })
})

test('what is pending survives a restart', async () => {
  const dir = await folder()
  const chain = testChain()
  registerTagger(chain)
  const file = testFile(100_000)
  chain.declare(file, 3, me)
  await withMiner(dir, chain, async ({ peer, client }) => {
    await client.put(peer, column(file, 3))
    await client.tags(peer, header(file, 0, 3), tagsOf(file, 0, 3))
  })
  await chain.complete(file)
  await withMiner(dir, chain, async ({ miners, client }) => {
    await until('tags confirmed', () => chain.calls.some(({ call }) => call.type === 'confirmTags'))
    await chain.finalize({ name: 'FileBank.StorageCompleted', data: {} })
    await until('settled', async () => (await miners.status())[0]!.store.pendingTags === 0)
    // Another gateway gets the parameters from this miner now.
    const other = await testGateway(0x78)
    const peer = await other.dial(miners)
    assert.equal(
      (await storageClient(other.network).params(peer, tagger.parametersHash)).length,
      98_256,
    )
    await other.network.stop()
    assert.ok(client)
  })
})

test('a damaged fragment makes its tags wait, not the gateway look guilty', async () => {
  const dir = await folder()
  const chain = testChain()
  registerTagger(chain)
  const file = testFile(600_000)
  chain.declare(file, 3, me)
  await withMiner(dir, chain, async ({ miners, peer, client }) => {
    await client.put(peer, column(file, 3))
    const { ids, size } = file.segments[0]!
    const path = join(dir, 'miner-1/fragments', ids[2]!.slice(0, 2), ids[2]!)
    await writeFile(path, new Uint8Array(size))
    await assert.rejects(client.tags(peer, header(file, 0, 3), tagsOf(file, 0, 3)), {
      code: 'NotFound',
    })
    assert.equal((await miners.status())[0]!.store.corrupt, 1)
    await assert.rejects(client.tags(peer, header(file, 0, 3), tagsOf(file, 0, 3)), {
      code: 'NotFound',
    })
    await client.put(peer, column(file, 3))
    await client.tags(peer, header(file, 0, 3), tagsOf(file, 0, 3))
  })
})
