import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_HASH } from '@cess/bytes'
import type { BuildBlock, ImportBlock } from '@cess/chain'
import { silentLogger, VirtualClock } from '@cess/ports'
import { type Header, headerHash } from '@cess/primitives'
import { checkHeader, createAuthorship } from '../src/index.ts'
import { epochOf, keys, plainHeader, stubChain } from './kit.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

function kit(duringBuild: (clock: VirtualClock) => void = () => undefined, syncing = false) {
  const genesis = plainHeader(0, ZERO_HASH)
  const stub = stubChain(genesis, epochOf([1n, 1n], 'PrimarySlots'))
  const clock = new VirtualClock(102_500)
  const imported: ImportBlock[] = []
  const built: BuildBlock[] = []
  const announced: Header[] = []
  const chain = {
    ...stub,
    info: () => ({
      bestHash: stub.parentHash,
      bestNumber: 0,
      finalizedHash: stub.parentHash,
      finalizedNumber: 0,
      genesisHash: stub.parentHash,
    }),
    async buildBlock(o: BuildBlock) {
      built.push(o)
      duringBuild(clock)
      const header = { ...plainHeader(1, o.parent), digest: { logs: [...o.preDigests] } }
      return { header, body: [], changes: {} as never }
    },
    async importBlock(b: ImportBlock) {
      imported.push(b)
      return { hash: headerHash(b.header), status: 'imported' as const, best: true }
    },
  }
  const authorship = createAuthorship({
    chain,
    pool: { ready: () => [] },
    keys,
    clock,
    logger: silentLogger,
    slotMs: 1000,
    isSyncing: () => syncing,
    announce: (h) => announced.push(h),
  })
  return { stub, clock, imported, built, announced, authorship }
}

test('authors a block that verifies, with its inherents', async () => {
  const k = kit()
  k.authorship.start()
  await k.clock.advance(600)
  await settle()
  k.authorship.stop()
  assert.equal(k.imported.length, 1)
  assert.deepEqual(k.announced, [k.imported[0]!.header])
  assert.deepEqual([...k.built[0]!.inherentData.keys()], ['timstap0', 'babeslot'])
  const checked = checkHeader(k.stub, k.imported[0]!.header, { clock: k.clock, slotMs: 1000 })
  assert.deepEqual([checked.slot, checked.weight, k.imported[0]!.weight], [103n, 1, 1])
})

test('no block while syncing, when stopped, or when the slot is missed', async () => {
  let stop = (): void => undefined
  const cases = [kit(undefined, true), kit(() => stop()), kit((clock) => void clock.advance(5000))]
  for (const k of cases) {
    stop = () => k.authorship.stop()
    k.authorship.start()
    await k.clock.advance(600)
    await settle()
    k.authorship.stop()
    assert.equal(k.imported.length, 0)
  }
  assert.deepEqual(
    cases.map((k) => k.built.length > 0),
    [false, true, true],
  )
})
