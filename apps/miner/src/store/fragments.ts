import type { FileId } from '@cess/bytes'
import { DbError, under } from '@cess/db'
import type { BatchOp, KeyValueStore } from '@cess/ports'
import { MinerError } from '../errors.ts'
import type { Disk } from './disk.ts'
import { createLocks } from './lock.ts'
import {
  type ColumnRecord,
  type ColumnRef,
  columnRecord,
  decode,
  encode,
  type FragmentRecord,
  fragmentRecord,
  id as idCodec,
  key,
  layout,
  type Place,
  parse,
  scan,
} from './schema.ts'

/** What a put says about the column that a fragment belongs to. */
export interface NewFragment extends Place {
  readonly id: FileId
  /** Segments of the file. */
  readonly segments: number
  readonly operator: ColumnRecord['operator']
  readonly owner: ColumnRecord['owner']
  /** The 12 fragments of the segment. */
  readonly siblings: readonly FileId[]
}

/** Bytes and counts of what is kept. */
export interface Usage {
  readonly fragments: number
  readonly bytes: number
  readonly tagBytes: number
  readonly missing: number
  readonly corrupt: number
}
export type MutableUsage = { -readonly [K in keyof Usage]: Usage[K] }

export interface StoreLimits {
  /** Most bytes of fragments and tags. */
  readonly maxBytes: number
  /** Bytes that must stay free on the disk: the index needs room when nothing else may be written. */
  readonly minFreeBytes: number
}

export interface StoreParts {
  readonly db: KeyValueStore
  readonly disk: Disk
  readonly usage: MutableUsage
  readonly limits: StoreLimits
}

const EMPTY = new Uint8Array(0)
const put = (k: Uint8Array, value: Uint8Array): BatchOp => ({ type: 'put', key: k, value })
const del = (k: Uint8Array): BatchOp => ({ type: 'del', key: k })

/** Fragments on disk, and in the index what they are for. A fragment that `add` accepted survives a crash. */
export function fragmentsOf({ db, disk, usage, limits }: StoreParts) {
  const locks = createLocks()
  const columnName = (c: ColumnRef): string => `${c.fileId}/${c.index}`
  /** Bytes that are being written. */
  let arriving = 0

  const record = (id: FileId): FragmentRecord | undefined => {
    const raw = db.get(key.fragment(id))
    return raw && decode(fragmentRecord, raw)
  }
  const present = (id: FileId): boolean => record(id)?.state === 'Present'
  const column = (c: ColumnRef): ColumnRecord | undefined => {
    const raw = db.get(key.column(c))
    return raw && decode(columnRecord, raw)
  }
  async function usersOf(id: FileId): Promise<Place[]> {
    const found: Place[] = []
    for await (const [raw] of db.iterate(under(scan.users(id)))) found.push(parse.user(raw))
    return found
  }

  const withinLimit = (bytes: number): boolean =>
    usage.bytes + usage.tagBytes + arriving + bytes <= limits.maxBytes
  const limitReached = (): MinerError =>
    new MinerError('FULL', 'The space that this miner may use is used up.')

  /** @throws MinerError FULL when this much more would not fit. */
  async function roomFor(bytes: number): Promise<void> {
    if (!withinLimit(bytes)) throw limitReached()
    if ((await disk.free()) - arriving - bytes < limits.minFreeBytes)
      throw new MinerError('FULL', 'The disk of this miner is nearly full.')
  }

  async function commit(ops: readonly BatchOp[]): Promise<void> {
    try {
      await db.batch(ops, { sync: true })
    } catch (error) {
      if (error instanceof DbError && error.code === 'DISK_FULL')
        throw new MinerError('FULL', 'The disk of this miner is full.', error)
      throw error
    }
  }

  /** Index entries that tie a fragment to its column. */
  function ties(f: NewFragment): BatchOp[] {
    const known = column(f)
    const { segments, operator, owner } = f
    const fresh = { segments, operator, owner, orphanSince: undefined, tagger: undefined }
    const ops = [
      put(key.member(f), encode(idCodec, f.id)),
      put(key.user(f.id, f), EMPTY),
      put(key.layout(f.fileId, f.segment), encode(layout, f.siblings)),
      ...f.siblings.map((s) => put(key.sibling(s, f.fileId, f.segment), EMPTY)),
    ]
    if (!known || known.orphanSince !== undefined)
      ops.push(
        put(key.column(f), encode(columnRecord, { ...(known ?? fresh), orphanSince: undefined })),
      )
    return ops
  }

  async function write(f: NewFragment, data: Uint8Array): Promise<void> {
    const before = record(f.id)
    if (!withinLimit(data.length)) throw limitReached()
    // Counted before anything is awaited, so that fragments that arrive together share the limit.
    arriving += data.length
    try {
      await roomFor(0)
      await disk.write(f.id, data)
      const kept = encode(fragmentRecord, { size: data.length, state: 'Present' })
      await commit([put(key.fragment(f.id), kept), ...ties(f)])
    } catch (error) {
      await disk.remove(f.id).catch(() => undefined)
      throw error
    } finally {
      arriving -= data.length
    }
    if (before) count(before, -1)
    if (before?.state === 'Corrupt') await disk.forgetQuarantined(f.id)
    count({ size: data.length, state: 'Present' }, 1)
  }

  function count({ size, state }: FragmentRecord, by: 1 | -1): void {
    if (state === 'Missing') usage.missing += by
    else if (state === 'Corrupt') usage.corrupt += by
    else {
      usage.fragments += by
      usage.bytes += by * size
    }
  }

  /** Removes one member of a column, and its data when nothing else needs it. */
  async function release(place: Place, id: FileId): Promise<void> {
    const others = (await usersOf(id)).filter((u) => columnName(u) !== columnName(place))
    const ops = [del(key.member(place)), del(key.user(id, place))]
    const held = record(id)
    const gone = others.length === 0 && held !== undefined
    if (gone) ops.push(del(key.fragment(id)))
    await commit(ops)
    if (!gone) return
    count(held, -1)
    await disk.remove(id)
    if (held.state === 'Corrupt') await disk.forgetQuarantined(id)
  }

  async function membersOf(c: ColumnRef): Promise<(Place & { readonly id: FileId })[]> {
    const found: (Place & { id: FileId })[] = []
    for await (const [raw, value] of db.iterate(under(scan.members(c))))
      found.push({ ...parse.member(raw), id: decode(idCodec, value) })
    return found
  }

  async function columnsOfFile(fileId: FileId): Promise<ColumnRef[]> {
    const found: ColumnRef[] = []
    for await (const [raw] of db.iterate(under(scan.columnsOfFile(fileId))))
      found.push(parse.column(raw))
    return found
  }

  /** Forgets the segments of a file, once none of its columns is ours. Returns fragments whose tags nobody needs. */
  async function forgetLayouts(fileId: FileId): Promise<FileId[]> {
    if ((await columnsOfFile(fileId)).length > 0) return []
    const unneeded: FileId[] = []
    for await (const [raw, value] of db.iterate(under(scan.layouts(fileId)))) {
      const segment = parse.layoutSegment(raw)
      const ids = decode(layout, value)
      await commit([del(raw), ...ids.map((id) => del(key.sibling(id, fileId, segment)))])
      unneeded.push(...ids)
    }
    return unneeded
  }

  /** Notes that a fragment is gone or damaged; a damaged file is moved aside. */
  const lose = (id: FileId, state: 'Missing' | 'Corrupt'): Promise<void> =>
    locks.run(id, async () => {
      const held = record(id)
      if (held?.state !== 'Present') return
      if (state === 'Corrupt') await disk.quarantine(id)
      await commit([put(key.fragment(id), encode(fragmentRecord, { ...held, state }))])
      count(held, -1)
      count({ ...held, state }, 1)
    })

  const update = (c: ColumnRef, change: (held: ColumnRecord) => ColumnRecord): Promise<void> =>
    locks.run(columnName(c), async () => {
      const held = column(c)
      if (held) await commit([put(key.column(c), encode(columnRecord, change(held)))])
    })

  return {
    record,
    present,
    column,
    usersOf,
    membersOf,
    /** The fragment of one segment of a column, if it was ever here. */
    memberAt(p: Place): FileId | undefined {
      const raw = db.get(key.member(p))
      return raw && decode(idCodec, raw)
    },
    roomFor,
    path: disk.path,
    /** Keeps a fragment durably. Its id must have been checked. @throws MinerError FULL */
    add: (f: NewFragment, data: Uint8Array): Promise<void> =>
      locks.run(columnName(f), () =>
        locks.run(f.id, () => (present(f.id) ? commit(ties(f)) : write(f, data))),
      ),
    columnsOfFile,
    /** Notes that a fragment that is here already belongs to this column too. False when it is not here. */
    link: (f: NewFragment): Promise<boolean> =>
      locks.run(columnName(f), () =>
        locks.run(f.id, async () => {
          if (!present(f.id)) return false
          if (!db.get(key.member(f)) || column(f)?.orphanSince !== undefined) await commit(ties(f))
          return true
        }),
      ),
    /** Bytes of a fragment, written to `into`. @throws MinerError MISSING */
    async readInto(id: FileId, offset: number, into: Uint8Array): Promise<void> {
      const held = record(id)
      if (held?.state !== 'Present' || offset + into.length > held.size)
        throw new MinerError('MISSING', `Fragment ${id} is not here, or not as long.`)
      await disk.read(id, offset, into)
    },
    /** Every fragment of the index. */
    async *all(): AsyncIterable<{ readonly id: FileId; readonly record: FragmentRecord }> {
      for await (const [raw, value] of db.iterate(under(scan.allFragments())))
        yield { id: parse.fragment(raw), record: decode(fragmentRecord, value) }
    },
    async *columns(): AsyncIterable<ColumnRef & { readonly record: ColumnRecord }> {
      for await (const [raw, value] of db.iterate(under(scan.columns())))
        yield { ...parse.column(raw), record: decode(columnRecord, value) }
    },
    lose,
    /** Whether a fragment is here and its file is as long as it should be; notes it when not. */
    async intact(id: FileId): Promise<boolean> {
      const held = record(id)
      if (held?.state !== 'Present') return false
      if ((await disk.size(id)) === held.size) return true
      await lose(id, 'Missing')
      return false
    },
    setOrphan: (c: ColumnRef, since: number | undefined): Promise<void> =>
      update(c, (held) => ({
        ...held,
        orphanSince: since === undefined ? undefined : BigInt(since),
      })),
    confirm: (c: ColumnRef, tagger: number): Promise<void> =>
      update(c, (held) => ({ ...held, tagger })),
    /** Deletes a column and the data that nothing else needs. Returns fragments whose tags nobody needs. */
    drop: (c: ColumnRef): Promise<FileId[]> =>
      locks.run(columnName(c), async () => {
        const members = await membersOf(c)
        for (const m of members) await locks.run(m.id, () => release(m, m.id))
        await commit([del(key.column(c)), del(key.ready(c))])
        return forgetLayouts(c.fileId)
      }),
    idle: locks.idle,
  }
}
export type Fragments = ReturnType<typeof fragmentsOf>
