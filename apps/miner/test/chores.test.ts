import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { peerIdOf } from '@cess/network'
import { SeededRandom, silentLogger, VirtualClock } from '@cess/ports'
import { createCleaner } from '../src/chores/clean.ts'
import { createConfirmer } from '../src/chores/confirm.ts'
import { startLoop } from '../src/chores/loop.ts'
import { createRegistrar } from '../src/chores/register.ts'
import { claimRewards } from '../src/chores/rewards.ts'
import { ChainRefusal } from '../src/index.ts'
import { createAdmission } from '../src/serve/admission.ts'
import { createPool } from '../src/work/pool.ts'
import { OPERATOR } from './support/chain.ts'
import { type TestContext, testContext } from './support/context.ts'
import { newFragment, type TestFile, testFile } from './support/file.ts'
import { folder } from './support/folder.ts'

const threads = createPool(1)
const pool = { run: threads.run, close: async () => undefined }
after(() => threads.close())

async function store(ctx: TestContext, file: TestFile, index: number): Promise<void> {
  for (const [segment, s] of file.segments.entries())
    await ctx.store.fragments.add(
      newFragment(file, segment, index),
      s.fragments[index - 1]!.slice(),
    )
}
const tagAll = async (
  ctx: TestContext,
  file: TestFile,
  index: number,
  tagger = 0,
): Promise<void> => {
  for (const s of file.segments)
    await ctx.store.tags.put(s.ids[index - 1]!, tagger, new Uint8Array(48))
}
const confirmations = (ctx: TestContext) =>
  ctx.chain.calls.flatMap(({ call }) => (call.type === 'confirmTags' ? [call] : []))

test('tags of a column are ready when the last one is there, whatever the order', async () => {
  const ctx = await testContext(await folder(), { pool })
  const file = testFile(1_000, 1_000, 1_000)
  await store(ctx, file, 2)
  const random = new SeededRandom(5)
  const order = [0, 1, 2].sort(() => (random.next() & 1) - 0.5)
  for (const [i, segment] of order.entries()) {
    assert.deepEqual(await ctx.store.tags.ready(10), [])
    await ctx.store.tags.put(file.segments[segment]!.ids[1]!, i === 3 ? 1 : 0, new Uint8Array(48))
  }
  assert.deepEqual(await ctx.store.tags.ready(10), [{ fileId: file.fileId, index: 2, tagger: 0 }])
  await ctx.close()
})

test('confirmations go in batches, wait for the file, and are settled when they are final', async () => {
  const ctx = await testContext(await folder(), { pool })
  const files = [testFile(1), testFile(2), testFile(3)]
  for (const file of files) {
    ctx.chain.declare(file, 1, ctx.account)
    await store(ctx, file, 1)
    await tagAll(ctx, file, 1)
  }
  const confirm = createConfirmer(ctx)
  await confirm()
  assert.equal(confirmations(ctx).length, 0)
  await ctx.chain.complete(files[0]!)
  await ctx.chain.complete(files[1]!)
  await confirm()
  assert.deepEqual(
    confirmations(ctx).map((c) => c.columns.length),
    [2],
  )
  // In a block, but not final: it stays on the list, and is not sent again.
  await confirm()
  assert.equal(confirmations(ctx).length, 1)
  assert.equal((await ctx.store.tags.ready(10)).length, 3)
  await ctx.chain.finalize()
  await confirm()
  assert.equal((await ctx.store.tags.ready(10)).length, 1)
  assert.equal(ctx.store.fragments.column({ fileId: files[0]!.fileId, index: 1 })?.tagger, 0)
  await ctx.close()
})

test('one column that the chain refuses does not hold up the others', async () => {
  const ctx = await testContext(await folder(), { pool })
  const files = [testFile(1), testFile(2), testFile(3)]
  for (const file of files) {
    ctx.chain.declare(file, 1, ctx.account)
    await store(ctx, file, 1)
    await tagAll(ctx, file, 1)
    await ctx.chain.complete(file)
  }
  // The chain changes its mind between our look and the block.
  const [bad] = files
  const chain = {
    ...ctx.chain,
    submit: (...[pair, call]: Parameters<typeof ctx.chain.submit>) =>
      call.type === 'confirmTags' && call.columns.some((c) => c.fileId === bad!.fileId)
        ? Promise.reject(new ChainRefusal('no', 'FileBank.MinerError'))
        : ctx.chain.submit(pair, call),
  }
  const confirm = createConfirmer({ ...ctx, chain })
  await confirm()
  await confirm()
  await ctx.chain.finalize()
  await confirm()
  const left = await ctx.store.tags.ready(10)
  assert.deepEqual(
    left.map((c) => c.fileId),
    [bad!.fileId],
  )
  await ctx.close()
})

test('data goes when final and best state agree that it is not ours, after the grace, and not before', async () => {
  const ctx = await testContext(await folder(), { pool })
  const [kept, deleted] = [testFile(5_000), testFile(6_000, 7_000)]
  for (const file of [kept, deleted]) {
    ctx.chain.declare(file, 1, ctx.account)
    await store(ctx, file, 1)
    await tagAll(ctx, file, 1)
    await ctx.chain.complete(file)
  }
  await ctx.store.tags.putSibling(deleted.segments[0]!.ids[5]!, 0, new Uint8Array(48))
  const cleaner = createCleaner(ctx, 60_000)
  const fragments = (): number => ctx.store.usage.fragments
  ctx.chain.remove(deleted.fileId)
  await cleaner.sweep()
  await cleaner.changed(deleted.fileId)
  await ctx.clock.advance(70_000)
  await cleaner.sweep()
  assert.equal(fragments(), 3)
  await ctx.chain.finalize()
  await cleaner.changed(deleted.fileId)
  await ctx.clock.advance(30_000)
  await cleaner.sweep()
  assert.equal(fragments(), 3)
  await ctx.clock.advance(31_000)
  await cleaner.sweep()
  assert.equal(fragments(), 1)
  assert.equal(ctx.store.usage.bytes, kept.segments[0]!.size)
  assert.equal(ctx.store.usage.tagBytes, 48)
  assert.equal(cleaner.unknown(), 0)
  await ctx.close()
})

test('what the chain takes back into its hands within the grace stays', async () => {
  const ctx = await testContext(await folder(), { pool })
  const file = testFile(5_000)
  await store(ctx, file, 1)
  const cleaner = createCleaner(ctx, 60_000)
  await cleaner.sweep()
  assert.notEqual(
    ctx.store.fragments.column({ fileId: file.fileId, index: 1 })?.orphanSince,
    undefined,
  )
  ctx.chain.declare(file, 1, ctx.account)
  await ctx.clock.advance(120_000)
  await cleaner.sweep()
  assert.equal(ctx.store.usage.fragments, 1)
  assert.equal(
    ctx.store.fragments.column({ fileId: file.fileId, index: 1 })?.orphanSince,
    undefined,
  )
  await ctx.close()
})

test('a miner whose data folder is gone knows what it has lost', async () => {
  const ctx = await testContext(await folder(), { pool })
  const file = testFile(5_000)
  ctx.chain.declare(file, 1, ctx.account)
  await ctx.chain.complete(file)
  const cleaner = createCleaner(ctx, 0)
  await cleaner.sweep()
  assert.equal(cleaner.unknown(), 1)
  await ctx.close()
})

test('registration waits for tokens with a sentence, then registers once and keeps its address true', async () => {
  const ctx = await testContext(await folder(), { pool })
  const peerId = await peerIdOf(new Uint8Array(32).fill(1))
  let endpoint = `/ip4/127.0.0.1/tcp/1/p2p/${peerId}`
  const options = { peerId, endpoint: () => endpoint, beneficiary: OPERATOR, tib: 2 }
  const registrar = createRegistrar(ctx, options)
  await registrar.check()
  const standing = registrar.standing()
  assert.equal(standing.phase, 'unfunded')
  assert.match(
    'why' in standing ? standing.why : '',
    /2000 tokens as collateral.*Send at least 2001/,
  )
  assert.equal(ctx.chain.calls.length, 0)
  ctx.chain.balances.set(ctx.account, 3_000n * 10n ** 18n)
  await registrar.check()
  await registrar.registered
  await registrar.check()
  assert.deepEqual(
    ctx.chain.calls.map(({ call }) => call.type),
    ['register', 'setEndpoint'],
  )
  assert.equal(ctx.chain.registrations.get(ctx.account)?.beneficiary, OPERATOR)
  endpoint = endpoint.replace('tcp/1', 'tcp/2')
  await registrar.check()
  assert.equal(ctx.chain.endpoints.get(ctx.account), endpoint)
  const moved = createRegistrar(ctx, { ...options, peerId: await peerIdOf(new Uint8Array(32)) })
  await moved.check()
  assert.equal(ctx.chain.calls.at(-1)?.call.type, 'setPeerId')
  const held = ctx.chain.registrations.get(ctx.account)!
  const ten = 10n * 10n ** 18n
  const frozen = { ...held, state: 'frozen', collateral: held.collateral - ten, debt: ten / 2n }
  ctx.chain.registrations.set(ctx.account, frozen)
  await moved.check()
  const why = moved.standing()
  assert.match('why' in why ? why.why : '', /1990 are left, and 5 are owed.*--tokens 15$/)
  ctx.chain.registrations.set(ctx.account, { ...held, state: 'offline' })
  await moved.check()
  assert.equal(moved.standing().phase, 'out of service')
  await ctx.close()
})

test('rewards are claimed when there are some', async () => {
  const ctx = await testContext(await folder(), { pool })
  assert.equal(await claimRewards(ctx), undefined)
  ctx.chain.claimables.add(ctx.account)
  assert.equal(await claimRewards(ctx), 5n)
  assert.equal(await claimRewards(ctx), undefined)
  await ctx.close()
})

test('a chore goes on after failures, is woken, and ends', async () => {
  const clock = new VirtualClock()
  const end = new AbortController()
  const warnings: unknown[] = []
  const logger = { ...silentLogger, warn: (fields: unknown) => void warnings.push(fields) }
  let runs = 0
  const loop = startLoop(
    { name: 'test', everyMs: 1_000, clock, logger, signal: end.signal },
    async () => {
      runs++
      if (runs < 4) throw new Error('no luck')
    },
  )
  await clock.advance(0)
  await clock.advance(2_500)
  assert.equal(runs, 3)
  // The same trouble again is not told again.
  assert.equal(warnings.length, 1)
  loop.wake()
  await clock.advance(1)
  assert.equal(runs, 4)
  end.abort()
  await loop.ended
  await clock.advance(10_000)
  assert.equal(runs, 4)
})

test('memory for peers is bounded, and what never came is forgotten', async () => {
  const clock = new VirtualClock()
  const admission = createAdmission(clock, 100)
  admission.enter('a', 60)
  assert.throws(() => admission.enter('b', 50), { code: 'Busy' })
  // The same offer again replaces itself.
  admission.enter('a', 50)
  admission.enter('b', 50)
  admission.leave('a')
  admission.enter('c', 50)
  await clock.advance(121_000)
  admission.enter('d', 100)
})
