import type { FileId } from '@cess/bytes'
import { under } from '@cess/db'
import type { BatchOp, KeyValueStore } from '@cess/ports'
import { type Disk, SHARDS } from './disk.ts'
import type { MutableUsage } from './fragments.ts'
import { decode, encode, type FragmentRecord, fragmentRecord, key, parse, scan } from './schema.ts'

/** What a start found. */
export interface Recovery {
  /** Files that no index entry names: of writes that were never acknowledged, or of deletions. */
  readonly removed: number
  /** Fragments that are in the index and not on disk any more. */
  readonly lost: number
  /** Fragments that were missing and are back, still to be checked by their hash. */
  readonly returned: readonly FileId[]
  readonly usage: MutableUsage
}

/** File sizes are read in groups of this many. */
const GROUP = 64

/** Brings index and disk together and counts what is there. Looks at names and sizes only, so it is quick. */
export async function recover(db: KeyValueStore, disk: Disk): Promise<Recovery> {
  const usage = { fragments: 0, bytes: 0, tagBytes: 0, missing: 0, corrupt: 0 }
  const returned: FileId[] = []
  let [removed, lost] = [0, 0]

  async function look(id: FileId, held: FragmentRecord, ops: BatchOp[]): Promise<void> {
    const there = (await disk.size(id)) === held.size
    if (held.state === 'Present' && there) {
      usage.fragments++
      usage.bytes += held.size
    } else if (held.state === 'Corrupt') usage.corrupt++
    else {
      usage.missing++
      if (held.state === 'Missing') {
        if (there) returned.push(id)
        return
      }
      lost++
      const value = encode(fragmentRecord, { ...held, state: 'Missing' })
      ops.push({ type: 'put', key: key.fragment(id), value })
    }
  }

  for (const shard of SHARDS) {
    const known = new Map<FileId, FragmentRecord>()
    for await (const [raw, value] of db.iterate(under(scan.fragments(shard))))
      known.set(parse.fragment(raw), decode(fragmentRecord, value))
    for (const id of await disk.list(shard))
      if (!known.has(id)) {
        await disk.remove(id)
        removed++
      }
    const ops: BatchOp[] = []
    const entries = [...known]
    for (let i = 0; i < entries.length; i += GROUP)
      await Promise.all(entries.slice(i, i + GROUP).map(([id, held]) => look(id, held, ops)))
    await db.batch(ops, { sync: true })
  }
  for (const prefix of scan.allTags())
    for await (const [, value] of db.iterate(under(prefix))) usage.tagBytes += value.length
  return { removed, lost, returned, usage }
}
