import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Batch,
  MemoryStore,
  noMetrics,
  SeededRandom,
  silentLogger,
  systemClock,
  systemRandom,
  VirtualClock,
} from '../src/index.ts'

const of = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
const put = (key: Uint8Array, value: Uint8Array) => ({ type: 'put', key, value }) as const

test('a virtual clock stands still until it is moved', async () => {
  const clock = new VirtualClock(1_000)
  assert.equal(clock.now(), 1_000)
  const seen: string[] = []
  clock.after(30, () => seen.push(`b ${clock.now()}`))
  clock.after(10, () => seen.push(`a ${clock.now()}`))
  clock.after(30, () => seen.push('c'))
  await clock.advance(29)
  assert.deepEqual(seen, ['a 1010'])
  await clock.advance(1)
  // What is due together fires in the order it was asked for.
  assert.deepEqual(seen, ['a 1010', 'b 1030', 'c'])
  assert.equal(clock.now(), 1_030)
})

test('timers that are set while time moves fire in their turn', async () => {
  const clock = new VirtualClock(0)
  const seen: number[] = []
  const tick = (): void => {
    seen.push(clock.now())
    clock.after(10, tick)
  }
  clock.after(10, tick)
  await clock.advance(45)
  assert.deepEqual(seen, [10, 20, 30, 40])
  assert.equal(clock.now(), 45)
  clock.after(-5, () => seen.push(-1))
  await clock.advance(0)
  assert.equal(seen.at(-1), -1)
})

test('a cancelled timer never fires; cancelling twice or too late is harmless', async () => {
  const clock = new VirtualClock()
  let fired = 0
  const timer = clock.after(10, () => fired++)
  timer.cancel()
  timer.cancel()
  const late = clock.after(5, () => fired++)
  await clock.advance(20)
  late.cancel()
  assert.equal(fired, 1)
})

test('sleepers wake when their time has come, and promises settle in between', async () => {
  const clock = new VirtualClock(0)
  const seen: string[] = []
  const worker = (async () => {
    await clock.sleep(10)
    seen.push(`first ${clock.now()}`)
    await clock.sleep(10)
    seen.push(`second ${clock.now()}`)
  })()
  await clock.advance(20)
  await worker
  assert.deepEqual(seen, ['first 10', 'second 20'])
})

for (const [name, clock] of [
  ['virtual', new VirtualClock()],
  ['system', systemClock],
] as const)
  test(`the ${name} clock: an aborted sleep rejects with the reason, before and while it sleeps`, async () => {
    const reason = new Error('stop')
    await assert.rejects(clock.sleep(60_000, AbortSignal.abort(reason)), reason)
    const controller = new AbortController()
    const sleeping = clock.sleep(60_000, controller.signal)
    controller.abort(reason)
    await assert.rejects(sleeping, reason)
  })

test('the system clock fires what it was asked for, and not what was taken back', async () => {
  const seen: string[] = []
  systemClock.after(0, () => seen.push('cancelled')).cancel()
  await new Promise<void>((resolve) => systemClock.after(1, resolve))
  await systemClock.sleep(0)
  assert.deepEqual(seen, [])
  assert.ok(systemClock.now() > 1_700_000_000_000)
})

test('seeded randomness repeats, and differs by seed', () => {
  const draw = (seed: number) => new SeededRandom(seed).bytes(64)
  assert.deepEqual(draw(7), draw(7))
  assert.notDeepEqual(draw(7), draw(8))
  assert.equal(draw(0).length, 64)
  assert.ok(new Set(draw(0)).size > 20, 'seed 0 works too')
  assert.notDeepEqual(systemRandom.bytes(32), systemRandom.bytes(32))
  assert.equal(systemRandom.bytes(0).length, 0)
})

test('a memory store keeps what was put and forgets what was deleted', async () => {
  const store = new MemoryStore()
  await store.batch([put(of(1), of(10)), put(of(2), of(20))])
  assert.deepEqual(store.get(of(1)), of(10))
  assert.equal(store.get(of(3)), undefined)
  assert.deepEqual(await store.getMany([of(2), of(9), of(1)]), [of(20), undefined, of(10)])
  await store.batch([{ type: 'del', key: of(1) }, put(of(2), of(21)), { type: 'del', key: of(7) }])
  assert.equal(store.get(of(1)), undefined)
  assert.deepEqual(store.get(of(2)), of(21))
  assert.equal(store.size, 1)
  // In one batch the last operation on a key counts.
  await store.batch([
    put(of(5), of(1)),
    { type: 'del', key: of(5) },
    put(of(6), of(1)),
    put(of(6), of(2)),
  ])
  assert.equal(store.get(of(5)), undefined)
  assert.deepEqual(store.get(of(6)), of(2))
  await store.close()
})

test('a memory store copies: the caller may use its buffers again', async () => {
  const store = new MemoryStore()
  const key = of(1)
  const value = of(2)
  const ops: Batch = [put(key, value)]
  await store.batch(ops)
  key.fill(9)
  value.fill(9)
  assert.deepEqual(store.get(of(1)), of(2))
})

test('scans go by unsigned bytes, forwards and backwards, within bounds and limit', async () => {
  const store = new MemoryStore()
  const keys = [of(), of(0), of(0, 0), of(1), of(1, 255), of(2), of(128), of(255), of(255, 0)]
  await store.batch([...keys].reverse().map((key) => put(key, key)))
  const scan = async (options = {}) => {
    const found: Uint8Array[] = []
    for await (const [key, value] of store.iterate(options)) {
      assert.deepEqual(key, value)
      found.push(key)
    }
    return found
  }
  assert.deepEqual(await scan(), keys)
  assert.deepEqual(await scan({ reverse: true }), [...keys].reverse())
  assert.deepEqual(await scan({ gte: of(1), lt: of(128) }), [of(1), of(1, 255), of(2)])
  assert.deepEqual(await scan({ gte: of(1), lt: of(128), reverse: true, limit: 2 }), [
    of(2),
    of(1, 255),
  ])
  assert.deepEqual(await scan({ limit: 0 }), [])
  assert.deepEqual(await scan({ gte: of(3), lt: of(3) }), [])
})

test('a scan sees the store as it was when it began, whatever is deleted meanwhile', async () => {
  const store = new MemoryStore()
  await store.batch([1, 2, 3].map((n) => put(of(n), of(n))))
  const seen: Uint8Array[] = []
  for await (const [key, value] of store.iterate()) {
    assert.ok(value)
    seen.push(key)
    await store.batch([{ type: 'del', key: of(3) }, put(of(4), of(4))])
  }
  assert.deepEqual(seen, [of(1), of(2), of(3)])
})

test('loggers and metrics that go nowhere take everything', () => {
  silentLogger.child({ a: 1 }).info({ b: 2 }, 'a sentence')
  silentLogger.error({}, 'x')
  noMetrics.counter('a_total', 'help').inc()
  noMetrics.gauge('b', 'help').set(1)
  noMetrics.histogram('c_seconds', 'help', [1, 2]).observe(3)
})
