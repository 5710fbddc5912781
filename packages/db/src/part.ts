import { concat } from '@cess/bytes'
import type { KeyValueStore } from '@cess/ports'

/** Everything from `prefix` up to the next prefix. */
export function under(prefix: Uint8Array): { gte: Uint8Array; lt: Uint8Array } {
  const end = prefix.slice()
  for (let i = end.length - 1; ; i--) {
    const byte = end[i]
    if (byte === undefined) throw new RangeError('a prefix of nothing but 0xff has no end')
    if (byte === 0xff) continue
    end[i] = byte + 1
    return { gte: prefix, lt: end.slice(0, i + 1) }
  }
}

/** The keys of a store that begin with `prefix`, as a store of their own, whose keys do not. */
export function part(
  db: KeyValueStore,
  prefix: Uint8Array,
): Pick<KeyValueStore, 'get' | 'batch' | 'iterate'> {
  const inside = (key: Uint8Array): Uint8Array => concat(prefix, key)
  return {
    get: (key) => db.get(inside(key)),
    batch: (ops, options) =>
      db.batch(
        ops.map((op) => ({ ...op, key: inside(op.key) })),
        options,
      ),
    async *iterate({ gte, lt, ...rest } = {}) {
      const all = under(prefix)
      const range = { gte: gte ? inside(gte) : all.gte, lt: lt ? inside(lt) : all.lt }
      for await (const [key, value] of db.iterate({ ...rest, ...range }))
        yield [key.subarray(prefix.length), value] as const
    },
  }
}
