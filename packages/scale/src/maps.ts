import { type Codec, encode } from './codec.ts'
import { tuple, vec } from './collections.ts'
import { ScaleError } from './errors.ts'
import { compareEncoded } from './order.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

interface Entry<K> {
  readonly raw: Uint8Array
  readonly key: K
}

/** Sorts entries by the order of their keys; of equal keys the last one stays, as when Rust collects a map. */
function ordered<K, E extends Entry<K>>(key: Codec<K>, entries: E[]): E[] {
  const order = (a: E, b: E): number => compareEncoded(key, a.raw, b.raw)
  if (entries.every((e, i) => i === 0 || order(entries[i - 1]!, e) < 0)) return entries
  entries.sort(order)
  return entries.filter((e, i) => i + 1 === entries.length || order(e, entries[i + 1]!) < 0)
}

function keysInOrder<K>(key: Codec<K>, keys: Iterable<K>): Entry<K>[] {
  const entries = Array.from(keys, (k) => ({ raw: encode(key, k), key: k }))
  const count = entries.length
  const sorted = ordered<K, Entry<K>>(key, entries)
  if (sorted.length < count) throw new ScaleError('OUT_OF_RANGE', 'a key is there twice')
  return sorted
}

function readCount(r: Reader, max: number): number {
  const count = r.compactU32()
  if (count > max) throw new ScaleError('TOO_LONG', `${count} entries, at most ${max} allowed`)
  if (count > r.remaining)
    throw new ScaleError('UNEXPECTED_END', `${count} entries in ${r.remaining} bytes`)
  return count
}

function readEntries<K, E extends Entry<K>>(
  r: Reader,
  key: Codec<K>,
  max: number,
  make: (entry: Entry<K>) => E,
): E[] {
  const entries: E[] = []
  const count = readCount(r, max)
  r.enter()
  for (let i = 0; i < count; i++) {
    const start = r.pos
    const k = key.read(r)
    entries.push(make({ raw: r.bytes.subarray(start, r.pos), key: k }))
  }
  r.leave()
  return ordered(key, entries)
}

/**
 * `BTreeMap<K, V>`. Writing and iterating go in the order of Rust's `Ord` on keys. Reading takes entries
 * in any order and keeps the last of equal keys, as Substrate does.
 */
export function btreeMap<K, V>(
  key: Codec<K>,
  value: Codec<V>,
  max = Number.POSITIVE_INFINITY,
): Codec<ReadonlyMap<K, V>> {
  return {
    def: {
      tag: 'composite',
      path: 'BTreeMap',
      params: [
        { name: 'K', codec: key },
        { name: 'V', codec: value },
      ],
      fields: [{ codec: vec(tuple(key, value)) }],
    },
    write(w: Writer, v) {
      const entries = keysInOrder(key, v.keys())
      if (entries.length > max)
        throw new ScaleError('TOO_LONG', `${entries.length} entries, at most ${max} allowed`)
      w.compactU32(entries.length)
      for (const entry of entries) {
        w.raw(entry.raw)
        value.write(w, v.get(entry.key) as V)
      }
    },
    read: (r) =>
      new Map(
        readEntries(r, key, max, (e) => ({ ...e, value: value.read(r) })).map((e) => [
          e.key,
          e.value,
        ]),
      ),
  }
}

/** `BTreeSet<T>`, with the same rules as `btreeMap`. */
export function btreeSet<T>(of: Codec<T>, max = Number.POSITIVE_INFINITY): Codec<ReadonlySet<T>> {
  return {
    def: {
      tag: 'composite',
      path: 'BTreeSet',
      params: [{ name: 'T', codec: of }],
      fields: [{ codec: vec(of) }],
    },
    write(w, v) {
      const entries = keysInOrder(of, v)
      if (entries.length > max)
        throw new ScaleError('TOO_LONG', `${entries.length} entries, at most ${max} allowed`)
      w.compactU32(entries.length)
      for (const entry of entries) w.raw(entry.raw)
    },
    read: (r) => new Set(readEntries(r, of, max, (e) => e).map((e) => e.key)),
  }
}
