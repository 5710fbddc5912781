import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  createDataHasher,
  createInstanceHasher,
  distance,
  genDataCode,
  genInstanceCode,
} from '../src/index.ts'
import { noise } from './support.ts'

// Noise has chunks of every length, and zeros the longest ones.
const bytes = Uint8Array.from([...noise(150_000), ...new Uint8Array(50_000), ...noise(100_000, 5)])

function* cut(cuts: readonly number[]): Generator<Uint8Array> {
  const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
  for (let i = 1; i < places.length; i++) yield bytes.subarray(places[i - 1], places[i])
}
async function* later(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part)
}
/** All parts in one array that is written over each time, as readers do. */
function* reused(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  const buffer = new Uint8Array(bytes.length)
  for (const part of parts) {
    buffer.fill(0xaa)
    buffer.set(part)
    yield buffer.subarray(0, part.length)
  }
}

describe('it does not matter how data is cut', async () => {
  const data = await genDataCode(bytes, 256)
  const instance = await genInstanceCode(bytes, 256)
  const cuts = fc.array(fc.nat(bytes.length), { maxLength: 12 })
  const runs = { numRuns: 30 }

  test('one array is as good as a list of one', async () => {
    assert.deepEqual(await genDataCode([bytes], 256), data)
    assert.deepEqual(await genInstanceCode([bytes], 256), instance)
    assert.equal(instance.filesize, bytes.length)
  })
  test('hashers', () =>
    fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const [a, b] = [createDataHasher(), await createInstanceHasher()]
        for (const part of reused(cut(places))) {
          a.update(part)
          b.update(part)
        }
        assert.equal(a.finish(256), data.iscc)
        assert.deepEqual(b.finish(256), instance)
      }),
      runs,
    ))
  test('iterables, async and not', () =>
    fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        assert.deepEqual(await genDataCode(reused(cut(places)), 256), data)
        assert.deepEqual(await genDataCode(later(cut(places)), 256), data)
        assert.deepEqual(await genInstanceCode(later(reused(cut(places))), 256), instance)
      }),
      runs,
    ))
  test('byte by byte', () => {
    const hasher = createDataHasher()
    for (let at = 0; at < bytes.length; at++) hasher.update(bytes.subarray(at, at + 1))
    assert.equal(hasher.finish(256), data.iscc)
  })
})

test('a finished hasher gives codes of every length, and takes no more', async () => {
  for (const hasher of [createDataHasher(), await createInstanceHasher()]) {
    hasher.update(bytes)
    assert.throws(() => hasher.finish(65), { code: 'BAD_INPUT' })
    assert.deepEqual(hasher.finish(), hasher.finish())
    assert.notDeepEqual(hasher.finish(256), hasher.finish(64))
    assert.throws(() => hasher.update(bytes), { code: 'BAD_INPUT' })
  }
})

test('only bytes are taken, and an error of the source goes through', async () => {
  for (const part of ['text', [1, 2], 7, undefined, new Uint16Array(2)])
    await assert.rejects(genDataCode([part] as never), { code: 'BAD_INPUT' })
  await assert.rejects(genDataCode('text' as never), { code: 'BAD_INPUT' })
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes
    throw new Error('the disk is gone')
  }
  await assert.rejects(genDataCode(broken()), /the disk is gone/)
})

test('data that was changed a little has a code that changes a little', async () => {
  const [all, of] = [noise(400_000), async (...parts: Uint8Array[]) => genDataCode(parts, 256)]
  const { iscc: original } = await of(all)
  const inserted = await of(all.subarray(0, 150_000), Uint8Array.of(1), all.subarray(150_000))
  const trimmed = await of(all.subarray(20_000))
  const other = await of(all.map((byte) => byte ^ 0x55))
  assert.ok(distance(original, inserted.iscc).differing < 16)
  assert.ok(distance(original, trimmed.iscc).differing < 40)
  assert.ok(distance(original, other.iscc).differing > 90)
})
