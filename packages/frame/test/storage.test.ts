import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, type Hash, toHex } from '@cess/bytes'
import type { StateKey } from '@cess/primitives'
import { bytes, decode, encode, str, u32, u64 } from '@cess/scale'
import { expandMetadata, Metadata, TypeRegistry } from '@polkadot/types'
import fc from 'fast-check'
import { queryOf, type StateReader, stateKeyBytes } from '../src/index.ts'
import { alice, bob, idOf, toyChain } from './support/toy.ts'

const setup = () => {
  const chain = toyChain()
  const { storage } = chain.runtime.use(chain.pallets.Toy)
  return { chain, storage, run: chain.read }
}
const hash = (byte: number): Hash => `0x${byte.toString(16).padStart(2, '0').repeat(32)}` as Hash
const hex = (key: StateKey): string => toHex(stateKeyBytes(key))

test('storage keys are the ones that @polkadot/types makes from the metadata, for every hasher', () => {
  const { chain, storage } = setup()
  const registry = new TypeRegistry()
  const raw = decode(bytes, chain.host.call('Metadata_metadata', new Uint8Array(), chain.state()))
  const metadata = new Metadata(registry, raw)
  registry.setMetadata(metadata)
  const { query } = expandMetadata(registry, metadata)
  // Their keys come with a length in front.
  const theirs = (name: string, ...args: unknown[]): string =>
    toHex(decode(bytes, query['toy']![name]!(...args)))
  const who = idOf(alice)
  assert.equal(hex(storage.Counter.key), theirs('counter'))
  assert.equal(hex(storage.Blake128.keyOf(7)), theirs('blake128', 7))
  assert.equal(hex(storage.Blake256.keyOf(7)), theirs('blake256', 7))
  assert.equal(hex(storage.Blake128Concat.keyOf(who)), theirs('blake128Concat', who))
  assert.equal(hex(storage.Twox128.keyOf(7)), theirs('twox128', 7))
  assert.equal(hex(storage.Twox256.keyOf(7)), theirs('twox256', 7))
  assert.equal(hex(storage.Twox64Concat.keyOf(7)), theirs('twox64Concat', 7))
  assert.equal(hex(storage.Identity.keyOf(hash(9))), theirs('identity', hash(9)))
  assert.equal(hex(storage.Pair.keyOf(who, 70_000)), theirs('pair', who, 70_000))
  assert.equal(hex(storage.Triple.keyOf(3, 'name', 5)), theirs('triple', 3, 'name', 5))
})

test('values: defaults, presence, change and removal', () => {
  const { storage, run } = setup()
  run(() => {
    assert.equal(storage.Counter.get(), 0)
    assert.equal(storage.Counter.exists(), false)
    assert.equal(
      storage.Counter.mutate((n) => n + 5),
      5,
    )
    assert.equal(storage.Counter.get(), 5)
    assert.equal(storage.Counter.exists(), true)
    assert.equal(
      storage.Counter.mutate(() => undefined),
      undefined,
    )
    assert.equal(storage.Counter.exists(), false)
    assert.equal(storage.Name.get(), 'genesis')
    storage.Name.remove()
    assert.equal(storage.Name.get(), undefined)
    storage.Name.put('')
    assert.equal(storage.Name.get(), '', 'an empty value is there')
  })
})

test('maps with one, two and three keys keep their entries apart', () => {
  const { storage, run } = setup()
  run(() => {
    const [a, b] = [idOf(alice), idOf(bob)]
    assert.equal(storage.Blake128Concat.get(a), 5n)
    assert.equal(storage.Blake128Concat.has(a), false)
    storage.Blake128Concat.put(a, 0n)
    assert.equal(storage.Blake128Concat.get(a), 0n)
    assert.equal(storage.Blake128Concat.take(a), 0n)
    assert.equal(storage.Blake128Concat.get(a), 5n)
    storage.Pair.put(a, 1, 10n)
    storage.Pair.put(a, 2, 20n)
    storage.Pair.put(b, 1, 30n)
    assert.equal(
      storage.Pair.mutate(a, 1, (v) => v + 1n),
      11n,
    )
    assert.equal(
      storage.Pair.mutate(b, 1, () => undefined),
      undefined,
    )
    assert.equal(storage.Pair.get(a, 2), 20n)
    assert.equal(storage.Pair.get(b, 1), 0n)
    storage.Triple.put(1, 'x', 9, Uint8Array.of(1))
    assert.deepEqual(storage.Triple.get(1, 'x', 9), Uint8Array.of(1))
    assert.equal(storage.Triple.get(1, 'x', 8), undefined)
    assert.equal(storage.Triple.get(1, 'y', 9), undefined)
    storage.Triple.remove(1, 'x', 9)
    assert.equal(storage.Triple.has(1, 'x', 9), false)
  })
})

test('iteration gives every entry once, by key or by first keys, also while the map changes', () => {
  const { storage, run } = setup()
  run(() => {
    const who = [idOf(alice), idOf(bob)]
    for (const a of who) for (let i = 0; i < 20; i++) storage.Pair.put(a, i, BigInt(i))
    const all = [...storage.Pair.entries()]
    assert.equal(all.length, 40)
    assert.equal(new Set(all.map(([[a, i]]) => `${a} ${i}`)).size, 40)
    for (const [[, i], v] of all) assert.equal(BigInt(i), v)
    const ofAlice = [...storage.Pair.entries(who[0])]
    assert.equal(ofAlice.length, 20)
    assert.ok(ofAlice.every(([[a]]) => a === who[0]))
    // In the order of storage keys, as in Substrate.
    const keys = all.map(([[a, i]]) => storage.Pair.keyOf(a, i))
    assert.deepEqual(keys, [...keys].sort())
    for (const [[a, i]] of storage.Pair.entries()) storage.Pair.remove(a, i)
    assert.equal([...storage.Pair.entries()].length, 0)
    storage.Blake128.put(1, 1)
    assert.throws(() => [...storage.Blake128.entries()], TypeError)
  })
})

test('clearing a map stops at its limit and says whether more is there', () => {
  const { storage, run } = setup()
  run(() => {
    for (let i = 0; i < 10; i++) storage.Twox64Concat.put(i, `${i}`)
    storage.Name.put('kept')
    const first = storage.Twox64Concat.clear(4)
    assert.equal(first.removed, 4)
    assert.equal(first.more, true)
    assert.equal([...storage.Twox64Concat.entries()].length, 6)
    assert.equal(storage.Twox64Concat.clear(100).more, false)
    assert.equal([...storage.Twox64Concat.entries()].length, 0)
    for (const a of [idOf(alice), idOf(bob)]) storage.Pair.put(a, 1, 1n)
    storage.Pair.clear(10, idOf(alice))
    assert.deepEqual([...storage.Pair.entries()], [[[idOf(bob), 1], 1n]])
    assert.equal(storage.Name.get(), 'kept', 'a neighbour was cleared')
  })
})

test('append adds to a list without reading it', () => {
  const { chain, storage, run } = setup()
  run(() => {
    const state = chain.runtime.parts.cell.current()
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 100 }), (items) => {
        storage.Log.remove()
        for (const item of items) state.append(storage.Log.key, encode(u32, item))
        assert.deepEqual(storage.Log.get(), items)
      }),
      { numRuns: 20 },
    )
    storage.Log.put([1, 2])
    state.append(storage.Log.key, encode(u32, 3))
    assert.deepEqual(storage.Log.get(), [1, 2, 3])
  })
})

test('state is reached during a runtime call only', () => {
  const { storage, run } = setup()
  assert.throws(() => storage.Counter.get(), TypeError)
  assert.throws(() => run(() => assert.fail('stop')), /stop/)
  assert.throws(() => storage.Counter.get(), TypeError, 'a call that threw left its state behind')
})

test('the typed client reads what the runtime wrote, by key and page by page', async () => {
  const { chain, storage, run } = setup()
  run(() => {
    storage.Counter.put(3)
    for (let i = 0; i < 1_100; i++) storage.Twox64Concat.put(i, `${i}`)
    storage.Pair.put(idOf(alice), 1, 77n)
  })
  const state = chain.state()
  const reader: StateReader = {
    get: async (key) => state.get(key),
    async keys(prefix, limit, after) {
      const found: StateKey[] = []
      let key = state.nextKey(after ?? prefix)
      for (; key?.startsWith(prefix) && found.length < limit; key = state.nextKey(key))
        found.push(key)
      return found
    },
  }
  const query = queryOf(chain.pallets, reader)
  assert.equal(await query.Toy.Counter(), 3)
  assert.equal(await query.Toy.Name(), 'genesis')
  assert.equal(await query.Toy.Pair(idOf(alice), 1), 77n)
  assert.equal(await query.Toy.Pair(idOf(bob), 1), 0n)
  assert.equal(await query.Toy.Identity(hash(1)), undefined)
  const entries: (readonly [readonly [number], string])[] = []
  for await (const entry of query.Toy.Twox64Concat.entries()) entries.push(entry)
  assert.equal(entries.length, 1_100)
  assert.ok(entries.every(([[i], text]) => text === `${i}`))
  const one: unknown[] = []
  for await (const [keys, v] of query.Toy.Pair.entries(idOf(alice))) one.push([keys, v])
  assert.deepEqual(one, [[[idOf(alice), 1], 77n]])
  assert.equal(query.Toy.Counter.key, storage.Counter.key)
})

test('keys of any account and number come back as they were put', () => {
  const { storage, run } = setup()
  const accounts = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((raw) => toHex(raw) as AccountId)
  run(() =>
    fc.assert(
      fc.property(accounts, fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (a, n, v) => {
        storage.Pair.clear(1_000)
        storage.Pair.put(a, n, v)
        assert.deepEqual([...storage.Pair.entries()], [[[a, n], v]])
        assert.equal(storage.Pair.keyOf(a, n).length, 32 + 16 + 32 + 8 + 4)
      }),
      { numRuns: 40 },
    ),
  )
  assert.equal(encode(u64, 1n).length, 8)
  assert.equal(decode(str, encode(str, 'x')), 'x')
})
