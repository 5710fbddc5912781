import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { fromHex } from '@cess/bytes'
import { initPodr2 } from '@cess/podr2'
import { createAuditor } from '../src/audit/scheduler.ts'
import { stoppableChain } from '../src/chain/process.ts'
import type { MinerContext } from '../src/context.ts'
import { ChainRefusal, type Challenge } from '../src/index.ts'
import type { AuditRecord } from '../src/store/schema.ts'
import { createPool } from '../src/work/pool.ts'
import { challengeOf } from './support/chain.ts'
import { type TestContext, testContext } from './support/context.ts'
import { newFragment, type TestFile, testFile } from './support/file.ts'
import { folder } from './support/folder.ts'
import { registerTagger, tagger } from './support/gateway.ts'

await initPodr2()
const pool = createPool(1)
after(() => pool.close())
const INDEX = 3

interface Held {
  readonly ctx: TestContext
  readonly file: TestFile
  readonly held: readonly {
    readonly id: TestFile['segments'][number]['ids'][number]
    readonly size: number
  }[]
}

/** A miner that holds a tagged column of two segments. */
async function holding(dir?: string): Promise<Held> {
  const ctx = await testContext(dir ?? (await folder()), {
    pool: { run: pool.run, close: async () => undefined },
  })
  registerTagger(ctx.chain)
  await ctx.chain.finalize()
  const file = testFile(600_000, 400_000)
  for (const [segment, s] of file.segments.entries()) {
    const data = s.fragments[INDEX - 1]!
    const fragment = newFragment(file, segment, INDEX)
    await ctx.store.fragments.add(fragment, data.slice())
    await ctx.store.tags.put(fragment.id, 0, tagger.tag(fromHex(fragment.id), data))
  }
  await ctx.store.tags.putParameters(tagger.parametersHash, tagger.parameters)
  return { ctx, file, held: file.segments.map((s) => ({ id: s.ids[INDEX - 1]!, size: s.size })) }
}

const auditorOf = (ctx: MinerContext) =>
  createAuditor({ ...ctx, chain: stoppableChain(ctx.chain, ctx.signal) }, { jitterMs: 0 })
const proofs = ({ chain }: TestContext): number =>
  chain.calls.filter(({ call }) => call.type === 'submitProof').length
const last = async ({ store }: TestContext): Promise<AuditRecord | undefined> =>
  (await store.audits.latest(1))[0]

async function challenge(held: Held, change: Partial<Challenge> = {}): Promise<Challenge> {
  const { chain, account } = held.ctx
  const open = { ...challengeOf(chain.state.number, held.held, 0), ...change }
  await chain.challenge(account, open)
  return open
}

test('a challenge over rows and chunks is answered with a proof that the chain accepts, once', async () => {
  const held = await holding()
  const { ctx } = held
  const auditor = auditorOf(ctx)
  await auditor.look()
  assert.equal(proofs(ctx), 0)
  await challenge(held)
  await auditor.look()
  await auditor.settled()
  assert.equal(ctx.chain.audits.get(ctx.account)?.result, 'Passed')
  assert.equal((await last(ctx))?.outcome, 'Passed')
  await auditor.look()
  assert.equal(proofs(ctx), 1)
  await ctx.close()
})

test('rows without tags yet are left to the openings', async () => {
  const held = await holding()
  const { ctx } = held
  await challenge(held, { rows: [] })
  const auditor = auditorOf(ctx)
  await auditor.look()
  await auditor.settled()
  assert.equal(ctx.chain.audits.get(ctx.account)?.result, 'Passed')
  await ctx.close()
})

test('no data, no proof: nothing is submitted, and the status says why', async () => {
  const held = await holding()
  const { ctx } = held
  await rm(ctx.store.fragments.path(held.held[1]!.id))
  await challenge(held)
  const auditor = auditorOf(ctx)
  await auditor.look()
  assert.equal(proofs(ctx), 0)
  const record = await last(ctx)
  assert.equal(record?.outcome, 'Unable')
  assert.match(record!.reason, new RegExp(held.held[1]!.id))
  assert.equal(ctx.store.usage.missing, 1)
  // The chain counts it as missed, and the reason stays.
  const block = record!.deadline + 1
  await auditor.told(block, { name: 'Audit.ChallengeMissed', data: { miner: ctx.account } })
  assert.deepEqual(
    [(await last(ctx))?.outcome, (await last(ctx))?.reason],
    ['Missed', record!.reason],
  )
  await ctx.close()
})

test('data that comes back in time is still proven', async () => {
  const held = await holding()
  const { ctx, file } = held
  await rm(ctx.store.fragments.path(held.held[0]!.id))
  await challenge(held)
  const auditor = auditorOf(ctx)
  await auditor.look()
  assert.equal((await last(ctx))?.outcome, 'Unable')
  const data = file.segments[0]!.fragments[INDEX - 1]!
  await ctx.store.fragments.add(newFragment(file, 0, INDEX), data.slice())
  await auditor.look()
  assert.equal(proofs(ctx), 0)
  await ctx.clock.advance(6_000)
  await auditor.look()
  await auditor.settled()
  assert.equal(ctx.chain.audits.get(ctx.account)?.result, 'Passed')
  await ctx.close()
})

for (const [leg, change] of [
  ['a challenged row', { openings: [] }],
  ['a challenged chunk', { rows: [] }],
] as const)
  test(`rot in ${leg} gives no false proof: the fragment is found and moved aside`, async () => {
    const held = await holding()
    const { ctx, file } = held
    const rotten = file.segments[0]!.fragments[INDEX - 1]!.slice()
    rotten[70_000]! ^= 1
    rotten[rotten.length - 1]! ^= 1
    await writeFile(ctx.store.fragments.path(held.held[0]!.id), rotten)
    await challenge(held, change)
    await auditorOf(ctx).look()
    assert.equal(proofs(ctx), 0)
    assert.match((await last(ctx))!.reason, /damaged/)
    assert.equal(ctx.store.usage.corrupt, 1)
    assert.equal(ctx.store.fragments.record(held.held[0]!.id)?.state, 'Corrupt')
    assert.equal(ctx.store.fragments.record(held.held[1]!.id)?.state, 'Present')
    await ctx.close()
  })

test('damaged tags are told from damaged data', async () => {
  const held = await holding()
  const { ctx, file } = held
  const { id } = held.held[0]!
  await ctx.store.tags.discard(id, 0)
  const wrong = tagger.tag(fromHex(id), file.segments[0]!.fragments[0]!)
  await ctx.store.tags.put(id, 0, wrong)
  await challenge(held)
  await auditorOf(ctx).look()
  assert.equal(proofs(ctx), 0)
  assert.match((await last(ctx))!.reason, /Tags are damaged/)
  assert.equal(ctx.store.usage.corrupt, 0)
  assert.equal(ctx.store.tags.get(id, 0), undefined)
  await ctx.close()
})

test('a challenge of a fork is not answered while there is time for it to become final', async () => {
  const held = await holding()
  const { ctx } = held
  const { chain, account } = ctx
  const open = challengeOf(chain.state.number, held.held, 0)
  chain.state.challenges.set(account, open)
  const auditor = auditorOf(ctx)
  await auditor.look()
  chain.mine(6)
  await auditor.look()
  assert.equal(proofs(ctx), 0)
  // Finality is late; half of the time is over, so it is answered all the same.
  chain.mine(2)
  await auditor.look()
  await auditor.settled()
  assert.equal(chain.audits.get(account)?.result, 'Passed')
  await ctx.close()
})

test('after the deadline nothing is submitted; at the last block it still is', async () => {
  for (const [left, expected] of [
    [0, 0],
    [1, 1],
  ] as const) {
    const held = await holding()
    const { ctx } = held
    const open = await challenge(held)
    ctx.chain.mine(open.deadline - left - ctx.chain.state.number)
    const auditor = auditorOf(ctx)
    await auditor.look()
    await auditor.settled()
    assert.equal(proofs(ctx), expected)
    await ctx.close()
  }
})

test('an answer on its way is not sent again, not even after a restart, unless it got lost', async () => {
  const dir = await folder()
  const held = await holding(dir)
  const { chain } = held.ctx
  chain.includes = false
  await challenge(held)
  const auditor = auditorOf(held.ctx)
  await auditor.look()
  await auditor.look()
  assert.equal(proofs(held.ctx), 1)
  await held.ctx.close()

  const ctx = await testContext(dir, {
    chain,
    pool: { run: pool.run, close: async () => undefined },
  })
  const restarted = auditorOf(ctx)
  await restarted.look()
  chain.mine(5)
  await restarted.look()
  assert.equal(proofs(ctx), 1)
  chain.mine(4)
  chain.includes = true
  await restarted.look()
  await restarted.settled()
  assert.equal(proofs(ctx), 2)
  assert.equal(chain.audits.get(ctx.account)?.result, 'Passed')
  await ctx.close()
})

test('how an audit ended while the miner was away is learnt from the chain', async () => {
  const held = await holding()
  const { ctx } = held
  ctx.chain.includes = false
  const open = await challenge(held)
  const auditor = auditorOf(ctx)
  await auditor.look()
  ctx.chain.state.challenges.delete(ctx.account)
  ctx.chain.audits.set(ctx.account, { block: open.start + 2, result: 'Passed' })
  await auditor.look()
  assert.equal((await last(ctx))?.outcome, 'Passed')
  await ctx.close()
})

test('a node that refuses is asked again', async () => {
  const held = await holding()
  const { ctx } = held
  ctx.chain.trouble = new ChainRefusal('the pool is full')
  await challenge(held)
  const auditor = auditorOf(ctx)
  await auditor.look()
  await auditor.settled()
  ctx.chain.trouble = undefined
  await ctx.clock.advance(6_000)
  await auditor.look()
  await auditor.settled()
  assert.equal(ctx.chain.audits.get(ctx.account)?.result, 'Passed')
  await ctx.close()
})
