import type { FileId } from '@cess/bytes'
import { under } from '@cess/db'
import type { BatchOp } from '@cess/ports'
import type { Fragments, StoreParts } from './fragments.ts'
import { type ColumnRef, decode, encode, key, parse, scan, taggerIndex } from './schema.ts'

/** Tags that are complete for a column and wait for their confirmation on chain. */
export interface ReadyColumn extends ColumnRef {
  readonly tagger: number
}

const del = (k: Uint8Array): BatchOp => ({ type: 'del', key: k })

/** Tags of our fragments, and of the other fragments of their segments for whoever repairs those. */
export function tagsOf({ db, usage }: Pick<StoreParts, 'db' | 'usage'>, fragments: Fragments) {
  const get = (id: FileId, tagger: number): Uint8Array | undefined => db.get(key.tags(id, tagger))

  /** Segments of files of ours that a fragment is part of. */
  async function segmentsOf(id: FileId): Promise<{ fileId: FileId; segment: number }[]> {
    const found: { fileId: FileId; segment: number }[] = []
    for await (const [raw] of db.iterate(under(scan.siblings(id))))
      found.push({ fileId: parse.siblingFile(raw), segment: parse.siblingSegment(raw) })
    return found
  }

  /** Whether every fragment of a column has tags of this tagger, when `arriving` is counted as there. */
  async function complete(c: ColumnRef, tagger: number, arriving: FileId): Promise<boolean> {
    const members = await fragments.membersOf(c)
    if (members.length !== fragments.column(c)?.segments) return false
    // Tags come in the order of the segments: what is missing is at the end.
    return members
      .reverse()
      .every((m) => m.id === arriving || db.get(key.tags(m.id, tagger)) !== undefined)
  }

  async function readyOps(id: FileId, tagger: number): Promise<BatchOp[]> {
    const ops: BatchOp[] = []
    for (const place of await fragments.usersOf(id)) {
      const held = fragments.column(place)
      if (!held || held.tagger !== undefined) continue
      if (await complete(place, tagger, id))
        ops.push({ type: 'put', key: key.ready(place), value: encode(taggerIndex, tagger) })
    }
    return ops
  }

  return {
    get,
    segmentsOf,
    /** Keeps checked tags of a fragment of ours. Columns that are complete with them wait for confirmation. */
    async put(id: FileId, tagger: number, tags: Uint8Array): Promise<void> {
      const before = get(id, tagger)
      const ops = await readyOps(id, tagger)
      if (!before) ops.push({ type: 'put', key: key.tags(id, tagger), value: tags })
      await db.batch(ops, { sync: true })
      if (!before) usage.tagBytes += tags.length
    },
    /** Keeps tags of another fragment of a segment of ours; they cannot be checked without its data. */
    async putSibling(id: FileId, tagger: number, tags: Uint8Array): Promise<void> {
      const k = key.siblingTags(id, tagger)
      if (db.get(k)) return
      await db.batch([{ type: 'put', key: k, value: tags }], { sync: true })
      usage.tagBytes += tags.length
    },
    /** Throws damaged tags away, so that they can be sent again. */
    async discard(id: FileId, tagger: number): Promise<void> {
      const held = get(id, tagger)
      if (!held) return
      await db.batch([del(key.tags(id, tagger))], { sync: true })
      usage.tagBytes -= held.length
    },
    /** Forgets all tags of fragments that are neither ours nor of a segment of ours. */
    async forget(ids: readonly FileId[]): Promise<void> {
      for (const id of new Set(ids)) {
        if (fragments.record(id) || (await segmentsOf(id)).length > 0) continue
        const ops: BatchOp[] = []
        let bytes = 0
        for (const prefix of scan.tags(id))
          for await (const [raw, value] of db.iterate(under(prefix))) {
            ops.push(del(raw))
            bytes += value.length
          }
        await db.batch(ops, { sync: true })
        usage.tagBytes -= bytes
      }
    },
    /** Columns whose tags are complete and not confirmed, at most `limit`. */
    async ready(limit: number): Promise<ReadyColumn[]> {
      const found: ReadyColumn[] = []
      for await (const [raw, value] of db.iterate({ ...under(scan.ready()), limit }))
        found.push({ ...parse.column(raw), tagger: decode(taggerIndex, value) })
      return found
    },
    /** Takes a column off the list; `confirmed` is the tagger that the chain knows for it now. */
    async settle(c: ColumnRef, confirmed: number | undefined): Promise<void> {
      if (confirmed !== undefined) await fragments.confirm(c, confirmed)
      await db.batch([del(key.ready(c))], { sync: true })
    },
    parameters: (hash: Uint8Array): Uint8Array | undefined => db.get(key.parameters(hash)),
    putParameters: (hash: Uint8Array, parameters: Uint8Array): Promise<void> =>
      db.batch([{ type: 'put', key: key.parameters(hash), value: parameters }], { sync: true }),
  }
}
export type Tags = ReturnType<typeof tagsOf>
