import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { VirtualClock } from '@cess/ports'
import { ask, content, download, put } from './support/client.ts'
import { eventually, type Kit, type KitOptions, startKit } from './support/kit.ts'
import type { TestMiner } from './support/miner.ts'

/** Runs a test on a network of its own, whose gateway's time only the test moves. */
async function network(
  options: KitOptions,
  run: (kit: Kit, clock: VirtualClock) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock(Date.now())
  const kit = await startKit({ clock, ...options })
  try {
    await run(kit, clock)
  } finally {
    for (const { behaviour } of kit.miners) behaviour.release()
    await kit.stop()
  }
}
const state = async ({ gateway }: Kit, fid: string): Promise<string> =>
  (await ask(`${gateway.url}/file/metadata/${fid}`, 'GET')).data.state
const stored = (kit: Kit, fid: FileId) => kit.chain.query.FileBank.Operator(fid)
const assigned = async ({ chain, miners }: Kit, fid: FileId): Promise<TestMiner[]> => {
  const assignment = await chain.query.FileBank.DealAssignment(fid)
  return (assignment?.miners ?? []).map((a) => miners.find((one) => one.account === a)!)
}
/** Lets time pass in small steps, with room for real exchanges, until something is so. */
async function passUntil(
  clock: VirtualClock,
  step: number,
  so: () => Promise<unknown> | unknown,
): Promise<void> {
  await eventually(async () => {
    if (await so()) return true
    await clock.advance(step)
    return false
  })
}
/** Starts an upload when these miners, as the chain will draw them, behave so. */
async function begin(kit: Kit, behave: (miners: readonly TestMiner[]) => void): Promise<FileId> {
  for (const { behaviour } of kit.miners) behaviour.hold = true
  const { data, msg } = await put(kit.gateway.url, kit.dave, '/file', content(200_000))
  assert.equal(msg, 'ok')
  behave(await assigned(kit, data.fid))
  for (const { behaviour } of kit.miners) behaviour.release()
  return data.fid
}

describe('placing', { concurrency: 3 }, () => {
  test('a silent miner is replaced', () =>
    network({ miners: 14 }, async (kit, clock) => {
      let silent: TestMiner | undefined
      const fid = await begin(kit, (miners) => {
        silent = miners[3]!
        silent.behaviour.silent = true
      })
      // The others are done while no time passes.
      await eventually(() => kit.miners.filter((miner) => miner.fragments.size > 0).length === 11)
      await passUntil(clock, silent!.hanging > 0 ? 10_000 : 1_000, () => stored(kit, fid))
      assert.equal(silent!.fragments.size, 0)
      const file = (await kit.chain.query.FileBank.File(fid))!
      const miners = file.segmentList[0]!.fragmentList.map(({ miner }) => miner)
      assert.ok(!miners.includes(silent!.account))
      assert.equal(new Set(miners).size, 12)
    }))

  test('a full miner and one that signs wrong receipts are replaced', () =>
    network({ miners: 15 }, async (kit, clock) => {
      let bad: TestMiner[] = []
      const fid = await begin(kit, (miners) => {
        bad = [miners[0]!, miners[11]!]
        bad[0]!.behaviour.full = true
        bad[1]!.behaviour.forges = true
      })
      await passUntil(clock, 500, () => stored(kit, fid))
      const file = (await kit.chain.query.FileBank.File(fid))!
      const miners = file.segmentList[0]!.fragmentList.map(({ miner }) => miner)
      for (const { account } of bad) assert.ok(!miners.includes(account))
    }))

  test('a miner that nobody can replace is asked again', () =>
    network({ miners: 12 }, async (kit, clock) => {
      let full: TestMiner | undefined
      const fid = await begin(kit, (miners) => {
        full = miners[5]!
        full.behaviour.full = true
      })
      const tries = (): number =>
        kit.chain.calls.filter(({ value }) => value.type === 'reassign_miner').length
      await passUntil(clock, 500, () => tries() >= 2)
      full!.behaviour.full = false
      await passUntil(clock, 500, () => stored(kit, fid))
      assert.equal(full!.fragments.size, 1)
    }))

  test('a deal whose time is over is declared again', () =>
    network({ miners: 12 }, async (kit, clock) => {
      for (const { behaviour } of kit.miners) behaviour.hold = true
      const { data } = await put(kit.gateway.url, kit.dave, '/file', content(200_000))
      const fid = data.fid as FileId
      const { deadline } = (await kit.chain.query.FileBank.DealAssignment(fid))!
      await kit.chain.blocks(deadline - kit.chain.number())
      assert.equal(await kit.chain.query.FileBank.DealAssignment(fid), undefined)
      const metadata = await ask(`${kit.gateway.url}/file/metadata/${fid}`, 'GET')
      assert.deepEqual([metadata.status, metadata.data.state], [200, 'queued'])
      for (const { behaviour } of kit.miners) behaviour.release()
      await passUntil(clock, 1_000, () => stored(kit, fid))
      const deals = kit.chain.calls.filter(({ value }) => value.type === 'upload_declaration')
      assert.equal(deals.length, 2)
    }))

  test('a file that cannot be declared again is given up, and says why', () =>
    network({ miners: 12 }, async (kit, clock) => {
      for (const { behaviour } of kit.miners) behaviour.hold = true
      const { data } = await put(kit.gateway.url, kit.dave, '/file', content(200_000))
      const fid = data.fid as FileId
      const { chain } = kit
      const oss = kit.gateway.account
      await chain.submit(kit.dave.pair, chain.tx.Oss.cancel_authorize({ oss }))
      await chain.blocks(200)
      for (const { behaviour } of kit.miners) behaviour.release()
      await passUntil(clock, 1_000, async () => (await state(kit, fid)) === 'failed')
      const { data: known } = await ask(`${kit.gateway.url}/file/metadata/${fid}`, 'GET')
      assert.match(known.gateway.trouble, /FileBank.NoPermission/)
    }))

  test('stored means final: until then it is queued', () =>
    network({ miners: 12 }, async (kit) => {
      kit.chain.holdFinality()
      const { data } = await put(kit.gateway.url, kit.dave, '/file', content(1_000))
      await eventually(() => stored(kit, data.fid))
      const status = async () => (await ask(`${kit.gateway.url}/status`, 'GET')).data.jobs.byState
      await eventually(async () => (await status()).placed === 1)
      await kit.chain.releaseFinality()
      await eventually(async () => (await status()).placed === undefined)
    }))

  test('an outage of the chain stops nothing for good', () =>
    network({ miners: 12 }, async (kit, clock) => {
      for (const { behaviour } of kit.miners) behaviour.hold = true
      const { data } = await put(kit.gateway.url, kit.dave, '/file', content(1_000))
      kit.chain.goDown()
      for (const { behaviour } of kit.miners) behaviour.release()
      const refused = await put(kit.gateway.url, kit.dave, '/file', content(2_000))
      assert.deepEqual([refused.status, refused.data.error], [503, 'CHAIN_UNREACHABLE'])
      const health = await ask(`${kit.gateway.url}/health`, 'GET')
      assert.deepEqual([health.status, health.msg], [503, 'The chain cannot be reached.'])
      for (let i = 0; i < 20; i++) await clock.advance(1_000)
      kit.chain.comeBack()
      await passUntil(clock, 1_000, () => stored(kit, data.fid))
      assert.equal((await ask(`${kit.gateway.url}/health`, 'GET')).status, 200)
    }))

  test('a restart goes on with placing and tagging, and then the file is proven', () =>
    network({ miners: 12 }, async (kit, clock) => {
      for (const { behaviour } of kit.miners) behaviour.hold = true
      const bytes = content(200_000)
      const { data } = await put(kit.gateway.url, kit.dave, '/file', bytes)
      const fid = data.fid as FileId
      const stopped = kit.restart()
      for (const { behaviour } of kit.miners) behaviour.release()
      await stopped
      await passUntil(clock, 500, () => stored(kit, fid))
      await kit.restart()
      await passUntil(clock, 1_000, async () => {
        await kit.chain.blocks()
        return (await kit.chain.query.FileBank.TagCount(fid)) === 12
      })
      const jobs = async () => (await ask(`${kit.gateway.url}/status`, 'GET')).data.jobs
      await passUntil(clock, 500, async () => {
        await kit.chain.blocks()
        return (await jobs()).byState.tagged === 1
      })
      await kit.chain.passAudits(kit.miners.slice(0, 11).map(({ account }) => account))
      assert.equal((await jobs()).total, 1)
      await kit.chain.passAudits(kit.miners.slice(11).map(({ account }) => account))
      await eventually(async () => (await jobs()).total === 0)
      const back = await download(`${kit.gateway.url}/download/${fid}`)
      assert.ok(Buffer.from(bytes).equals(back.bytes))
    }))

  test('tags wait for a miner that is away', () =>
    network({ miners: 12 }, async (kit, clock) => {
      const away = kit.miners[4]!
      away.behaviour.refusesTags = true
      const { data } = await put(kit.gateway.url, kit.dave, '/file', content(1_000))
      const fid = data.fid as FileId
      const count = () => kit.chain.query.FileBank.TagCount(fid)
      await passUntil(clock, 500, async () => (await count()) === 11)
      away.behaviour.refusesTags = false
      await passUntil(clock, 1_000, async () => (await count()) === 12)
    }))
})
