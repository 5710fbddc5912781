import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { collected, encodeSegments } from '@cess/content'
import { createReedSolomon } from '@cess/erasure'
import { MemoryStore, noMetrics, silentLogger, VirtualClock } from '@cess/ports'
import { fragmentId, SEGMENT_SIZE, segmentLengths } from '@cess/primitives'
import fc from 'fast-check'
import { parseSize, sizeText } from '../src/config/sizes.ts'
import { openReplayGuard } from '../src/http/replay.ts'
import { createSegmenter } from '../src/ingest/segmenter.ts'
import { createRateLimit } from '../src/limits/rate.ts'
import { createSemaphore } from '../src/limits/semaphore.ts'
import { openCache } from '../src/read/cache.ts'
import { createReadMemory } from '../src/read/memory.ts'
import { createShared } from '../src/read/shared.ts'
import { decodeLayout, encodeLayout } from '../src/store/layouts.ts'
import { createEncoder } from '../src/work/encoder.ts'
import { content } from './support/client.ts'

const withFolder = async (run: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'cess-gateway-parts-'))
  try {
    await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('fragments made from a file are those of @cess/content', () =>
  withFolder(async (folder) => {
    const encoder = createEncoder(1)
    const path = join(folder, 'file')
    try {
      for (const size of [0, 1, 4096 * 4, 4096 * 4 + 1, 1 << 20, 3_000_000, SEGMENT_SIZE + 5]) {
        const bytes = content(size, size)
        await writeFile(path, bytes)
        const segmenter = createSegmenter(path, encoder)
        segmenter.advance(size)
        const layout = await segmenter.finish(size)
        let s = 0
        for await (const segment of encodeSegments([bytes], { erasure: createReedSolomon(4, 8) })) {
          assert.equal(layout.segments[s]!.hash, segment.id)
          const place = { path, offset: s * SEGMENT_SIZE, length: segmentLengths(size)[s]! }
          for (const index of [0, 3, 4, 11]) {
            const fragment = await encoder.fragment(place, index)
            assert.equal(fragmentId(fragment), segment.fragments[index]!.id)
            encoder.recycle(fragment)
          }
          s++
        }
        assert.deepEqual(decodeLayout(size, encodeLayout(layout)), layout)
      }
    } finally {
      await encoder.close()
    }
  }))

test('a spooled file that is too short is an error, and the thread goes on', () =>
  withFolder(async (folder) => {
    const encoder = createEncoder(1)
    const path = join(folder, 'short')
    try {
      await writeFile(path, content(10))
      const place = { path, offset: 0, length: 100_000 }
      await assert.rejects(encoder.ids(place), /shorter than it should be/)
      await assert.rejects(encoder.fragment({ ...place, path: `${path}-none` }, 0), {
        code: 'INTERNAL',
      })
      assert.equal((await encoder.ids({ ...place, length: 10 })).length, 12)
    } finally {
      await encoder.close()
    }
    await assert.rejects(encoder.ids({ path, offset: 0, length: 10 }), { code: 'STOPPING' })
  }))

test('the cache keeps what was used last, within its size, over restarts', () =>
  withFolder(async (folder) => {
    const open = () =>
      openCache({
        folder,
        maxBytes: 1000,
        logger: silentLogger,
        gauge: noMetrics.gauge('g', ''),
      })
    const id = (n: number) => String(n).padStart(64, '0') as FileId
    let cache = await open()
    const fragment = (n: number) => cache.fragment(id(n), 300, collected)
    for (let n = 0; n < 5; n++) {
      assert.equal(cache.keepFragment(id(n), content(300, n)), undefined, 'fetched once')
      await cache.keepFragment(id(n), content(300, n))
      assert.ok(cache.bytes <= 1000)
      // The first one is wanted again and again.
      assert.ok(await fragment(0))
    }
    const held = async () =>
      (await Promise.all([0, 1, 2, 3, 4].map((n) => fragment(n)))).map(Boolean)
    assert.deepEqual(await held(), [true, false, false, true, true])
    assert.ok(!existsSync(join(folder, 'fragments', '00', id(1))))
    for (let times = 0; times < 2; times++) cache.keepFragment(id(9), content(501))
    await cache.settled()
    assert.equal(await fragment(9), undefined, 'one entry may not take half of it')

    await writeFile(join(folder, 'fragments', '00', `${id(7)}.new`), 'unfinished')
    cache = await open()
    assert.deepEqual(await held(), [true, false, false, true, true])
    assert.ok(!existsSync(join(folder, 'fragments', '00', `${id(7)}.new`)))

    const whole = join(folder, '..', `whole-${process.pid}`)
    await writeFile(whole, content(400))
    assert.equal(await cache.takeFile(id(8), whole), true)
    assert.ok(cache.file(id(8)) && !existsSync(whole))
    assert.ok(cache.bytes <= 1000)
    await cache.dropFile(id(8))
    assert.equal(cache.file(id(8)), undefined)
    await rm(join(folder, 'fragments'), { recursive: true })
    assert.equal(await fragment(4), undefined, 'a file that somebody deleted')
  }))

test('a semaphore gives out what it has, in order', async () => {
  const semaphore = createSemaphore(10)
  const first = await semaphore.take(6)
  let order = ''
  const large = semaphore.take(8).then((slot) => {
    order += 'L'
    return slot
  })
  const small = semaphore.take(1).then((slot) => {
    order += 's'
    return slot
  })
  assert.equal(semaphore.tryTake(1), undefined, 'nobody overtakes')
  const abort = new AbortController()
  const left = semaphore.take(1, abort.signal)
  abort.abort(new Error('left'))
  await assert.rejects(left, /left/)
  first.free()
  first.free()
  await Promise.all([large, small])
  assert.equal(order, 'Ls')
  assert.equal(semaphore.used, 9)
  for (const slot of [await large, await small]) slot.free()
  assert.equal(semaphore.used, 0)
  assert.equal((await semaphore.take(99)).free(), undefined, 'more than all is all')
})

test('a semaphore never gives out more than it has', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 }),
      async (weights) => {
        const semaphore = createSemaphore(10)
        await Promise.all(
          weights.map(async (weight) => {
            const slot = await semaphore.take(weight)
            assert.ok(semaphore.used <= 10)
            await Promise.resolve()
            slot.free()
          }),
        )
        assert.equal(semaphore.used, 0)
      },
    ),
  ))

test('a rate limit lets a burst through, and then so many a second', async () => {
  const clock = new VirtualClock()
  const rate = createRateLimit(clock, 2, 3)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => rate.take('a')),
    [0, 0, 0, 500],
  )
  assert.equal(rate.take('b'), 0)
  await clock.advance(500)
  assert.deepEqual([rate.take('a'), rate.take('a') > 0], [0, true])
  for (let n = 0; n < 20_000; n++) rate.take(`name ${n}`)
})

test('used messages are remembered until they expire', async () => {
  const clock = new VirtualClock()
  const store = new MemoryStore()
  const guard = await openReplayGuard(store, clock)
  assert.equal(await guard.use('m', clock.now() + 1000), true)
  assert.equal(await guard.use('m', clock.now() + 1000), false)
  assert.equal(await (await openReplayGuard(store, clock)).use('m', clock.now() + 1000), false)
  await clock.advance(1001)
  await guard.prune()
  assert.equal(store.size, 0)
})

test('shared work is done once and stopped when nobody wants it', async () => {
  let [runs, stopped, held] = [0, false, 0]
  // The work holds its result from the beginning.
  const shared = createShared<number>({ keep: () => held++, drop: () => held-- })
  const work = (signal: AbortSignal): Promise<number> => {
    runs++
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        stopped = true
        reject(signal.reason)
      })
    })
  }
  const [one, two] = [new AbortController(), new AbortController()]
  const results = [shared.run('x', one.signal, work), shared.run('x', two.signal, work)]
  one.abort(new Error('one left'))
  await assert.rejects(results[0]!, /one left/)
  assert.equal(stopped, false)
  two.abort(new Error('two left'))
  await assert.rejects(results[1]!, /two left/)
  assert.deepEqual([runs, stopped], [1, true])
  const signal = new AbortController().signal
  const five = async (): Promise<number> => {
    held++
    return 5
  }
  const both = [shared.run('x', signal, five), shared.run('x', signal, five)]
  assert.deepEqual(await Promise.all(both), [5, 5])
  assert.equal(held, 2, 'each caller has it, and nobody else')
  const late = new AbortController()
  const slow = Promise.withResolvers<number>()
  const left = shared.run('y', late.signal, () => {
    held++
    return slow.promise
  })
  late.abort(new Error('left'))
  await assert.rejects(left, /left/)
  slow.resolve(6)
  await new Promise(setImmediate)
  assert.equal(held, 2, 'what comes when nobody wants it any more is let go of')
  await assert.rejects(shared.run('x', one.signal, work), /one left/)
})

test('memory of fragments is used again when all of its users have freed it', () => {
  const memory = createReadMemory()
  const mib = 1 << 20
  const bytes = memory.take(7 * mib)
  assert.equal(bytes.length, 7 * mib)
  memory.keep(bytes)
  memory.free(bytes)
  assert.notEqual(memory.take(8 * mib).buffer, bytes.buffer, 'somebody still uses it')
  memory.free(bytes)
  memory.free(bytes)
  const again = memory.take(8 * mib)
  assert.equal(again.buffer, bytes.buffer)
  assert.notEqual(memory.take(8 * mib).buffer, bytes.buffer, 'freed once too often is freed once')
  memory.free(again)
  memory.trim()
  assert.notEqual(memory.take(8 * mib).buffer, bytes.buffer)
  const small = memory.take(1000)
  memory.free(small)
  assert.ok(small.buffer instanceof ArrayBuffer && small.length === 1000)
})

test('sizes as people write them', () => {
  assert.equal(parseSize('10GiB'), 10 * 2 ** 30)
  assert.equal(parseSize('1.5 kb'), 1500)
  assert.equal(parseSize('7'), 7)
  for (const bad of ['', 'x', '-1', '1e9', '10XB', '99999999999999TiB'])
    assert.throws(() => parseSize(bad), RangeError)
  assert.equal(sizeText(1536), '1.5 KiB')
  assert.equal(sizeText(3), '3 bytes')
})
