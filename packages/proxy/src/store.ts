import { concat, u32le, utf8 } from '@cess/bytes'
import type { KeyValueStore } from '@cess/ports'
import { type KeyFragment, keyFragment } from '@cess/reencryption'
import { decode, encode, u32, vec } from '@cess/scale'

const fragments = vec(keyFragment, 16)
const key = (kind: string, grant: number): Uint8Array => concat(utf8(kind), u32le(grant))
/** All keys of fragments: their kind is one letter. */
const FRAGMENTS = { gte: utf8('f'), lt: utf8('g') }

/** What fragments are kept in. */
export type FragmentDb = Pick<KeyValueStore, 'get' | 'batch' | 'iterate'>

/** Key fragments that were acknowledged, and how often they were used. A fragment that `put` returned for survives a crash. */
export function createFragmentStore(db: FragmentDb) {
  return {
    get(grant: number): readonly KeyFragment[] | undefined {
      const raw = db.get(key('f', grant))
      return raw && decode(fragments, raw)
    },
    put: (grant: number, list: readonly KeyFragment[]): Promise<void> =>
      db.batch([{ type: 'put', key: key('f', grant), value: encode(fragments, [...list]) }], {
        sync: true,
      }),
    /** Grants that fragments are kept of. */
    async *held(): AsyncIterable<number> {
      for await (const [name] of db.iterate(FRAGMENTS)) yield decode(u32, name.subarray(1))
    },
    used(grant: number): number {
      const raw = db.get(key('u', grant))
      return raw ? decode(u32, raw) : 0
    },
    /** On disk before an answer leaves: a crash must not give uses back. */
    use: (grant: number, count: number): Promise<void> =>
      db.batch([{ type: 'put', key: key('u', grant), value: encode(u32, count) }], { sync: true }),
    remove: (grant: number): Promise<void> =>
      db.batch(
        [
          { type: 'del', key: key('f', grant) },
          { type: 'del', key: key('u', grant) },
        ],
        { sync: true },
      ),
  }
}
export type FragmentStore = ReturnType<typeof createFragmentStore>
