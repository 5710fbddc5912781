import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReedSolomon } from '@cess/erasure'
import { SeededRandom, VirtualClock } from '@cess/ports'
import { fragmentSize, SEGMENT_SIZE, segmentId } from '@cess/primitives'
import fc from 'fast-check'
import {
  decrypt,
  decryptRange,
  encodeSegments,
  encrypt,
  type Fault,
  type Layout,
  layout,
  openHeader,
  type ReadOptions,
  readFile,
} from '../src/index.ts'
import { collect, contentSecret, describe, fails, pattern, pieces } from './support.ts'

const erasure = createReedSolomon(4, 8)

/** Miners of one file in memory: what each holds, and what was asked of them. */
interface Miners {
  readonly layout: Layout
  readonly fragments: (Uint8Array | undefined)[][]
  readonly asked: string[]
  readonly options: Pick<ReadOptions, 'layout' | 'fetch' | 'erasure'>
}

async function store(bytes: Uint8Array): Promise<Miners> {
  const segments = await Array.fromAsync(encodeSegments([bytes], { erasure }))
  const fragments = segments.map((s) => s.fragments.map((f): Uint8Array | undefined => f.bytes))
  const made = layout(bytes.length, segments)
  const asked: string[] = []
  const fetch: ReadOptions['fetch'] = async (segment, index) => {
    asked.push(`${segment}/${index}`)
    return fragments[segment]![index]
  }
  return { layout: made, fragments, asked, options: { layout: made, fetch, erasure } }
}

const small = await store(pattern(100_000))
const size = fragmentSize(100_000)
/** The same file with other fragments on its miners. */
const changed = (change: (good: Uint8Array, index: number) => Uint8Array | undefined): Miners => {
  const fragments = small.fragments.map((list) => list.map((f, i) => change(f!, i)))
  const asked: string[] = []
  const fetch: ReadOptions['fetch'] = async (segment, index) => {
    asked.push(`${segment}/${index}`)
    return fragments[segment]![index]
  }
  return { ...small, fragments, asked, options: { ...small.options, fetch } }
}
const read = (miners: Miners, more: Partial<ReadOptions> = {}) =>
  collect(readFile({ ...miners.options, ...more }))

test('a file is read from its data fragments, and from no other when they are good', async () => {
  const miners = changed((f) => f)
  assert.deepEqual(await read(miners), pattern(100_000))
  assert.deepEqual(miners.asked, ['0/0', '0/1', '0/2', '0/3'])
  assert.deepEqual(await read(await store(new Uint8Array())), new Uint8Array())
  const tiny = await store(pattern(1))
  assert.deepEqual(await read(tiny), pattern(1))
  assert.deepEqual(tiny.asked, ['0/0'])
})

test('a file survives any eight losses or changes of twelve', async () => {
  const broken = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 8 })
  const kinds = fc.array(fc.constantFrom('missing', 'corrupt', 'short', 'swapped'), {
    minLength: 12,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(broken, kinds, async (bad, kind) => {
      const faults = new Map<number, Fault>()
      const miners = changed((f, i) => {
        if (!bad.includes(i)) return f
        if (kind[i] === 'missing') return undefined
        if (kind[i] === 'short') return f.subarray(1)
        return kind[i] === 'swapped' ? small.fragments[0]![(i + 1) % 12] : f.with(i, f[i]! ^ 1)
      })
      const onFault = (_: number, index: number, fault: Fault) => faults.set(index, fault)
      assert.deepEqual(await read(miners, { onFault }), pattern(100_000))
      assert.equal(new Set(miners.asked).size, miners.asked.length)
      for (const [index, fault] of faults) {
        assert.ok(bad.includes(index))
        assert.equal(fault, kind[index] === 'missing' ? 'missing' : 'corrupt')
      }
    }),
    { numRuns: 60 },
  )
})

test('nine losses are too many, and the error says so', async () => {
  await fails(() => read(changed((f, i) => (i < 9 ? undefined : f))), 'UNAVAILABLE')
  const fetch = () => Promise.reject(new Error('refused'))
  const faults: Fault[] = []
  await fails(
    () => read(small, { fetch, onFault: (_, __, fault) => faults.push(fault) }),
    'UNAVAILABLE',
  )
  assert.deepEqual(new Set(faults), new Set(['failed']))
  const throwing = () => {
    throw new Error('not even a promise')
  }
  await fails(() => read(small, { fetch: throwing }), 'UNAVAILABLE')
})

test('a range asks only for the data fragments that hold it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(100_000), fc.nat(100_000), async (a, b) => {
      const [offset, end] = [Math.min(a, b), Math.max(a, b)]
      const miners = changed((f) => f)
      const got = await read(miners, { range: { offset, length: end - offset } })
      assert.deepEqual(got, pattern(100_000).slice(offset, end))
      const wanted = [0, 1, 2, 3].filter((i) => i * size < end && (i + 1) * size > offset)
      assert.deepEqual(miners.asked, end > offset ? wanted.map((i) => `0/${i}`) : [])
    }),
    { numRuns: 60 },
  )
  const lost = changed((f, i) => (i === 1 ? undefined : f))
  const range = { offset: size + 10, length: 20 }
  assert.deepEqual(await read(lost, { range }), pattern(100_000).slice(size + 10, size + 30))
  assert.deepEqual(lost.asked, ['0/1', '0/0', '0/2', '0/3', '0/4'])
  for (const bad of [
    { offset: 0, length: 100_001 },
    { offset: -1, length: 1 },
    { offset: 0.5, length: 1 },
  ])
    await fails(() => read(small, { range: bad }), 'OUT_OF_RANGE')
})

test('substitutes are taken in the order the caller prefers', async () => {
  const miners = changed((f, i) => (i === 0 ? undefined : f))
  await read(miners, { prefer: () => [9, 0, 99, -1, 9, 7] })
  assert.deepEqual(miners.asked, ['0/0', '0/1', '0/2', '0/3', '0/9'])
})

/** A fetch that some fragments never come from, until the signal ends it. */
const hanging =
  (miners: Miners, stuck: readonly number[], aborted: number[] = []): ReadOptions['fetch'] =>
  (segment, index, signal) =>
    stuck.includes(index)
      ? new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(index)
            reject(signal.reason)
          })
        })
      : miners.options.fetch(segment, index, signal)

test('a slow fragment is hedged after the delay, not before, and given up once others suffice', async () => {
  const clock = new VirtualClock()
  const aborted: number[] = []
  const miners = changed((f) => f)
  const reading = read(miners, {
    fetch: hanging(miners, [2], aborted),
    hedge: { clock, afterMs: 500 },
  })
  await clock.advance(0)
  await clock.advance(499)
  assert.deepEqual(miners.asked, ['0/0', '0/1', '0/3'])
  await clock.advance(1)
  assert.deepEqual(await reading, pattern(100_000))
  assert.deepEqual(miners.asked, ['0/0', '0/1', '0/3', '0/4'])
  assert.deepEqual(aborted, [2])
})

test('substitutes that hang are hedged too, even when every slot is taken by what hangs', async () => {
  const clock = new VirtualClock()
  const miners = changed((f) => f)
  const reading = read(miners, {
    fetch: hanging(miners, [0, 1, 2, 3, 4, 5, 6, 7]),
    hedge: { clock, afterMs: 100 },
    concurrency: 2,
  })
  await clock.advance(0)
  await clock.advance(2000)
  assert.deepEqual(await reading, pattern(100_000))
  assert.deepEqual(miners.asked, ['0/8', '0/9', '0/10', '0/11'])
})

test('a slow fragment that comes after all is used', async () => {
  const clock = new VirtualClock()
  const miners = changed((f, i) => (i > 3 ? undefined : f))
  const fetch: ReadOptions['fetch'] = async (segment, index, signal) => {
    if (index === 1) await clock.sleep(900)
    return miners.options.fetch(segment, index, signal)
  }
  const reading = read(miners, { fetch, hedge: { clock, afterMs: 100 } })
  await clock.advance(0)
  await clock.advance(1000)
  assert.deepEqual(await reading, pattern(100_000))
})

test('who stops reading stops the requests, and a signal stops them at once', async () => {
  const aborted: number[] = []
  for await (const piece of readFile({
    ...small.options,
    fetch: hanging(small, [1, 2], aborted),
  })) {
    assert.equal(piece.length, size)
    break
  }
  assert.deepEqual(aborted, [1, 2])
  const stop = new AbortController()
  const reading = read(small, { fetch: hanging(small, [0, 1, 2, 3], aborted), signal: stop.signal })
  stop.abort(new Error('the user left'))
  await assert.rejects(reading, /the user left/)
  await assert.rejects(read(small, { signal: stop.signal }), /the user left/)
  const late = new AbortController()
  const leaving = async () => {
    for await (const _ of readFile({ ...small.options, signal: late.signal }))
      late.abort(new Error('the user left'))
  }
  await assert.rejects(leaving, /the user left/)
  await assert.rejects(read(small, { concurrency: 0 }), RangeError)
})

test('fragments that contradict each other are refused, whoever declared them', async () => {
  const other = await store(pattern(100_000, 2))
  const mixed = small.fragments[0]!.map((f, i) => (i < 4 ? f : other.fragments[0]![i]))
  const ids = small.layout.segments[0]!.fragmentList
  const otherIds = other.layout.segments[0]!.fragmentList
  const lists = ids.map((id, i) => (i < 4 ? id : otherIds[i]!))
  const made = layout(100_000, [
    { id: segmentId(100_000, lists), fragments: lists.map((id) => ({ id })) },
  ])
  const options = { ...small.options, layout: made }
  const fetch: ReadOptions['fetch'] = async (_, i) => mixed[i]
  assert.deepEqual(await collect(readFile({ ...options, fetch })), pattern(100_000))
  const lossy: ReadOptions['fetch'] = async (_, i) => (i < 4 ? undefined : mixed[i])
  await fails(() => collect(readFile({ ...options, fetch: lossy })), 'CORRUPT')
  await fails(
    () => read(small, { layout: { ...small.layout, fileId: other.layout.fileId } }),
    'CORRUPT',
  )
})

test('encrypt, segment, lose eight miners, read and decrypt: a file of two segments, whole and by ranges', async () => {
  const plain = pattern(SEGMENT_SIZE + 1_000_000)
  const { stream, length } = encrypt(
    pieces(plain, 1 << 20),
    describe({ length: plain.length, random: new SeededRandom(11) }),
  )
  const ciphertext = await collect(stream)
  assert.equal(ciphertext.length, length)
  const miners = await store(ciphertext)
  const dead = [0, 1, 3, 4, 6, 7, 9, 11]
  const fetch: ReadOptions['fetch'] = async (segment, index) =>
    dead.includes(index) ? undefined : miners.fragments[segment]![index]
  const source = readFile({ ...miners.options, fetch })
  const opened = await decrypt(source, { contentSecret })
  assert.ok(Buffer.compare(await collect(opened.stream), plain) === 0)
  const header = openHeader(ciphertext.subarray(0, 65_536), { contentSecret })
  for (const [offset, size] of [
    [SEGMENT_SIZE - 5, 10],
    [plain.length - 70_000, 70_000],
  ] as const) {
    const range = decryptRange(header, {
      ciphertextLength: ciphertext.length,
      offset,
      length: size,
      fetchRange: (from, count) =>
        readFile({ ...miners.options, range: { offset: from, length: count } }),
    })
    assert.deepEqual(await collect(range), plain.slice(offset, offset + size))
  }
  assert.deepEqual(miners.asked, ['0/3', '1/0', '1/3'])
})

test('memory of fragments is given back once each, and not before it is done with', async () => {
  const kinds = fc.array(fc.constantFrom('good', 'missing', 'corrupt', 'slow', 'fails'), {
    minLength: 24,
    maxLength: 24,
  })
  const two = await store(pattern(SEGMENT_SIZE + 100_000))
  const expected = pattern(SEGMENT_SIZE + 100_000)
  await fc.assert(
    fc.asyncProperty(kinds, fc.nat(10), async (kind, stopAfter) => {
      const used = new Set<Uint8Array>()
      const memory = {
        take(bytes: number) {
          const made = new Uint8Array(bytes)
          used.add(made)
          return made
        },
        free(bytes: Uint8Array) {
          assert.ok(used.delete(bytes), 'freed twice, or not from here')
          // Whoever still reads it sees that it is void.
          bytes.fill(0xdd)
        },
      }
      const fetches: Promise<unknown>[] = []
      const fetch: ReadOptions['fetch'] = (segment, index) => {
        const how = kind[segment * 12 + index]
        const held = two.fragments[segment]![index]!
        async function run(): Promise<Uint8Array | undefined> {
          if (how === 'missing') return undefined
          if (how === 'fails') throw new Error('no answer')
          if (how === 'slow') await new Promise((resolve) => setTimeout(resolve, 1))
          const bytes = memory.take(held.length)
          bytes.set(held)
          if (how === 'corrupt') bytes[5]! ^= 1
          return bytes
        }
        const running = run()
        fetches.push(running.catch(() => undefined))
        return running
      }
      let [at, pieces] = [0, 0]
      try {
        for await (const piece of readFile({ ...two.options, fetch, memory })) {
          await new Promise(setImmediate)
          assert.ok(Buffer.from(piece).equals(expected.subarray(at, at + piece.length)))
          at += piece.length
          if (++pieces > stopAfter) break
        }
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'UNAVAILABLE')
      }
      await Promise.all(fetches)
      await new Promise(setImmediate)
      assert.equal(used.size, 0, 'all of it came back')
    }),
    { numRuns: 30 },
  )
})
