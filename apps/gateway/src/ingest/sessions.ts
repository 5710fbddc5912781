import { type AccountId, type FileId, fromUtf8, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import type { KeyValueStore } from '@cess/ports'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import { lengthOf, removeFile } from '../store/disk.ts'
import { allOf, sessionKey } from '../store/schema.ts'
import type { Encoder } from '../work/encoder.ts'
import { createSegmenter, type Segmenter } from './segmenter.ts'
import type { Spool } from './spool.ts'

/** A resumable upload. What identifies it does not change; how far it is does. */
export interface UploadSession {
  readonly id: string
  readonly owner: AccountId
  readonly name: string
  readonly total: number
  /** The signed message that it began with. */
  readonly message: string
  /** Bytes that are on disk for good. */
  readonly offset: number
  /** Unix milliseconds. */
  readonly changed: number
  /** Once it is done: whoever did not get the answer asks again. */
  readonly fid?: FileId
}

/** A session that one request works on; others that come for it take it over. */
export interface HeldSession {
  readonly session: () => UploadSession
  readonly segmenter: Segmenter
  /** Aborted when another request takes over. */
  readonly signal: AbortSignal
  /** Begins anew, with nothing, under a signed message. */
  begin(message: string): Promise<void>
  moveTo(offset: number): Promise<void>
  /** The upload is done. Its part is the caller's. */
  finish(fid: FileId): Promise<void>
  /** Lets the next request have it. */
  leave(): void
}

export interface Sessions {
  /** The session of an upload, new when there is none. */
  hold(owner: AccountId, name: string, total: number): Promise<HeldSession>
  /** How far an upload is; without a total, the latest of that name. */
  find(owner: AccountId, name: string, total: number | undefined): UploadSession | undefined
  all(): readonly UploadSession[]
  /** Drops sessions that nobody went on with. */
  prune(): Promise<void>
}

const KEPT_MS = 24 * 60 * 60_000
const DONE_KEPT_MS = 60 * 60_000
const PER_OWNER = 32

const idOf = (owner: AccountId, name: string, total: number): string =>
  blake3(utf8(JSON.stringify(['cess/gateway/upload/1', owner, name, total]))).toHex()

interface Entry {
  session: UploadSession
  segmenter: Segmenter | undefined
  holder: { readonly abort: AbortController; readonly left: PromiseWithResolvers<void> } | undefined
}

/** Opens the sessions of last time. Bytes behind what was certainly on disk are cut off. */
export async function openSessions(
  ctx: GatewayContext,
  store: KeyValueStore,
  spool: Spool,
  encoder: Encoder,
): Promise<Sessions> {
  const entries = new Map<string, Entry>()
  for await (const [, value] of store.iterate(allOf('session'))) {
    const session = JSON.parse(fromUtf8(value)) as UploadSession
    const length = (await lengthOf(spool.part(session.id))) ?? 0
    const offset = session.fid ? session.total : Math.min(session.offset, length)
    entries.set(session.id, {
      session: { ...session, offset },
      segmenter: undefined,
      holder: undefined,
    })
    spool.count(session.id, session.fid ? 0 : offset)
  }

  async function save(entry: Entry, offset: number, fid?: FileId): Promise<void> {
    const { fid: _, ...before } = entry.session
    entry.session = { ...before, offset, changed: ctx.clock.now(), ...(fid && { fid }) }
    spool.count(entry.session.id, fid ? 0 : offset)
    const value = utf8(JSON.stringify(entry.session))
    await store.batch([{ type: 'put', key: sessionKey(entry.session.id), value }], { sync: true })
  }
  async function forget(id: string): Promise<void> {
    entries.delete(id)
    await store.batch([{ type: 'del', key: sessionKey(id) }], { sync: true })
  }

  function create(owner: AccountId, name: string, total: number): Entry {
    const own = [...entries.values()].filter(
      ({ session }) => session.owner === owner && !session.fid,
    )
    if (own.length >= PER_OWNER)
      throw new GatewayError(
        'TOO_MANY',
        `Your account has ${PER_OWNER} unfinished uploads here. Finish some of them; they are dropped after a day.`,
        { retryAfter: 60 },
      )
    const id = idOf(owner, name, total)
    const session = { id, owner, name, total, message: '', offset: 0, changed: ctx.clock.now() }
    const entry: Entry = { session, segmenter: undefined, holder: undefined }
    entries.set(id, entry)
    return entry
  }

  return {
    all: () => [...entries.values()].map(({ session }) => session),
    find(owner, name, total) {
      if (total !== undefined) return entries.get(idOf(owner, name, total))?.session
      return [...entries.values()]
        .map(({ session }) => session)
        .filter((one) => one.owner === owner && one.name === name)
        .sort((a, b) => b.changed - a.changed)[0]
    },
    async hold(owner, name, total) {
      // A request that hangs on a dead connection must not keep its client out.
      for (let held = entries.get(idOf(owner, name, total)); held?.holder; ) {
        held.holder.abort.abort(
          new GatewayError('SUPERSEDED', 'Another request went on with this upload.'),
        )
        await held.holder.left.promise
        held = entries.get(idOf(owner, name, total))
      }
      const entry = entries.get(idOf(owner, name, total)) ?? create(owner, name, total)
      entry.segmenter ??= createSegmenter(spool.part(entry.session.id), encoder)
      const holder = { abort: new AbortController(), left: Promise.withResolvers<void>() }
      entry.holder = holder
      return {
        session: () => entry.session,
        segmenter: entry.segmenter,
        signal: holder.abort.signal,
        begin(message) {
          entry.session = { ...entry.session, message }
          return save(entry, 0)
        },
        moveTo: (offset) => save(entry, offset),
        finish: (fid) => save(entry, total, fid),
        leave() {
          entry.holder = undefined
          holder.left.resolve()
        },
      }
    },
    async prune() {
      for (const { session, holder } of [...entries.values()]) {
        const age = ctx.clock.now() - session.changed
        if (holder || age < (session.fid ? DONE_KEPT_MS : KEPT_MS)) continue
        await forget(session.id)
        await removeFile(spool.part(session.id))
        spool.count(session.id, 0)
      }
    },
  }
}
