import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compare, equal, utf8 } from '@cess/bytes'
import type { BatchOp, IterateOptions, KeyValueStore } from '@cess/ports'
import fc from 'fast-check'

export const put = (key: string, value: string): BatchOp => ({
  type: 'put',
  key: utf8(key),
  value: utf8(value),
})
export const del = (key: string): BatchOp => ({ type: 'del', key: utf8(key) })
export const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('latin1')

export async function entries(
  store: KeyValueStore,
  options?: IterateOptions,
): Promise<(readonly [string, string])[]> {
  const out: (readonly [string, string])[] = []
  for await (const [key, value] of store.iterate(options)) out.push([text(key)!, text(value)!])
  return out
}

/** What every KeyValueStore does, whatever it is made of. `open` gives an empty store. */
export function storeTests(name: string, open: () => Promise<KeyValueStore>): void {
  const withStore = async (run: (store: KeyValueStore) => Promise<void>): Promise<void> => {
    const store = await open()
    try {
      await run(store)
    } finally {
      await store.close()
    }
  }

  describe(name, () => {
    test('gives back what was put, and undefined for what was not', () =>
      withStore(async (store) => {
        await store.batch([put('a', '1'), put('empty', '')])
        assert.equal(text(store.get(utf8('a'))), '1')
        assert.deepEqual(store.get(utf8('empty'))?.length, 0)
        assert.equal(store.get(utf8('b')), undefined)
        assert.deepEqual((await store.getMany([utf8('b'), utf8('a'), utf8('a')])).map(text), [
          undefined,
          '1',
          '1',
        ])
        assert.deepEqual(await store.getMany([]), [])
      }))

    test('takes any bytes for a key, the empty key and 0xff among them', () =>
      withStore(async (store) => {
        const keys = [[], [0], [0, 0], [0x7f], [0x80], [0xff], [0xff, 0xff]].map((k) =>
          Uint8Array.from(k),
        )
        await store.batch(keys.map((key) => ({ type: 'put', key, value: key })))
        for (const key of keys) assert.ok(equal(store.get(key)!, key))
        assert.deepEqual(
          (await entries(store)).map(([key]) => key),
          keys.map((key) => text(key)),
        )
      }))

    test('gives Uint8Arrays and not Buffers, whose slice does not copy', () =>
      withStore(async (store) => {
        await store.batch([put('a', '1')])
        const key = utf8('a')
        const seen = [store.get(key), ...(await store.getMany([key]))]
        for await (const entry of store.iterate()) seen.push(...entry)
        assert.equal(seen.length, 4)
        for (const bytes of seen) assert.equal(bytes?.constructor, Uint8Array)
      }))

    test('a later operation of a batch wins over an earlier one', () =>
      withStore(async (store) => {
        await store.batch([put('a', '1'), del('a'), put('b', '1'), put('b', '2'), del('c')])
        assert.deepEqual(await entries(store), [['b', '2']])
        await store.batch([])
        await store.batch([], { sync: true })
        await store.batch([put('b', '3')], { sync: true })
        assert.deepEqual(await entries(store), [['b', '3']])
      }))

    test('batches that nobody awaits land in the order of the calls', () =>
      withStore(async (store) => {
        const key = utf8('k')
        const big = new Uint8Array(100_000)
        const all = Array.from({ length: 50 }, (_, i) =>
          store.batch(
            [
              { type: 'put', key, value: Uint8Array.of(i) },
              { type: 'put', key: Uint8Array.of(i), value: i % 7 === 0 ? big : key },
            ],
            { sync: i % 10 === 0 },
          ),
        )
        await Promise.all(all)
        assert.deepEqual([...store.get(key)!], [49])
        assert.equal((await entries(store)).length, 51)
      }))

    test('the caller may reuse its buffers as soon as batch returns', () =>
      withStore(async (store) => {
        const key = utf8('k0')
        const value = utf8('v0')
        const all: Promise<void>[] = []
        for (let i = 0; i < 10; i++) {
          key[1] = 0x30 + i
          value[1] = 0x30 + i
          all.push(store.batch([{ type: 'put', key, value }]))
        }
        const read = store.getMany([key])
        key.fill(0)
        value.fill(0)
        await Promise.all([...all, read])
        assert.deepEqual(
          await entries(store),
          Array.from({ length: 10 }, (_, i) => [`k${i}`, `v${i}`]),
        )
      }))

    test('scans a range in both directions, with a limit', () =>
      withStore(async (store) => {
        await store.batch(['a', 'b', 'ba', 'c', 'd'].map((k) => put(k, k)))
        const keys = async (options: IterateOptions): Promise<string> =>
          (await entries(store, options)).map(([key]) => key).join(' ')
        assert.equal(await keys({ gte: utf8('b'), lt: utf8('d') }), 'b ba c')
        assert.equal(await keys({ gte: utf8('b'), lt: utf8('d'), reverse: true }), 'c ba b')
        assert.equal(await keys({ reverse: true, limit: 2 }), 'd c')
        assert.equal(await keys({ gte: utf8('bb'), limit: 1 }), 'c')
        assert.equal(await keys({ limit: 0 }), '')
        assert.equal(await keys({ lt: utf8('a') }), '')
        assert.equal(await keys({ lt: new Uint8Array(0) }), '')
        assert.equal(await keys({ gte: utf8('d'), lt: utf8('b') }), '')
      }))

    test('a scan that is left early leaves the store usable', () =>
      withStore(async (store) => {
        await store.batch([put('a', '1'), put('b', '2')])
        for await (const _ of store.iterate()) break
        await store.batch([put('c', '3')])
        assert.equal((await entries(store)).length, 3)
      }))

    test('agrees with a sorted map under random batches and ranges', async () => {
      const bytes = fc.uint8Array({ maxLength: 3 })
      const op: fc.Arbitrary<BatchOp> = fc.oneof(
        fc.record({ type: fc.constant('put' as const), key: bytes, value: bytes }),
        fc.record({ type: fc.constant('del' as const), key: bytes }),
      )
      const range = fc.record(
        { gte: bytes, lt: bytes, reverse: fc.boolean(), limit: fc.nat(5) },
        { requiredKeys: [] },
      )
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(op, { maxLength: 8 }), { maxLength: 4 }),
          range,
          (batches, r) =>
            withStore(async (store) => {
              const model = new Map<string, Uint8Array>()
              for (const ops of batches) {
                await store.batch(ops)
                for (const o of ops)
                  if (o.type === 'put') model.set(text(o.key)!, o.value)
                  else model.delete(text(o.key)!)
              }
              const expected = [...model]
                .map(([k, v]) => [Uint8Array.from(Buffer.from(k, 'latin1')), v] as const)
                .filter(
                  ([k]) => (!r.gte || compare(k, r.gte) >= 0) && (!r.lt || compare(k, r.lt) < 0),
                )
                .sort(([a], [b]) => compare(a, b))
              if (r.reverse) expected.reverse()
              assert.deepEqual(
                await entries(store, r),
                expected.slice(0, r.limit ?? 1e9).map(([k, v]) => [text(k), text(v)]),
              )
            }),
        ),
        { numRuns: 60 },
      )
    })
  })
}
