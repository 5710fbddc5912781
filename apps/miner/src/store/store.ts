import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AccountId, equal, type FileId, fromHex, type Hash } from '@cess/bytes'
import { DbError, openLevelStore, part } from '@cess/db'
import type { FragmentDb } from '@cess/proxy'
import { MinerError } from '../errors.ts'
import { type AuditLog, auditLogOf } from './audits.ts'
import { openDisk } from './disk.ts'
import { type Fragments, fragmentsOf, type StoreLimits, type Usage } from './fragments.ts'
import { reopening } from './index-db.ts'
import { recover } from './recover.ts'
import { encode, fragmentRecord, key, SHARES } from './schema.ts'
import { type Tags, tagsOf } from './tags.ts'

/** Everything that one miner keeps. */
export interface Store {
  readonly fragments: Fragments
  readonly tags: Tags
  readonly audits: AuditLog
  /** Key fragments of shared files. */
  readonly shares: FragmentDb
  readonly usage: Usage
  /** What the start found: fragments lost since the last run, and files of unfinished writes. */
  readonly found: { readonly removed: number; readonly lost: number }
  close(): Promise<void>
}

export interface StoreOptions extends StoreLimits {
  readonly dataDir: string
  /** Whose data it is. Another account's or network's folder is refused. */
  readonly owner: { readonly account: AccountId; readonly genesis: Hash } | undefined
  /** BLAKE3-256 of a file. */
  readonly hashFile: (path: string) => Promise<FileId>
}

const MIB = 1 << 20

/** Opens a data directory and repairs what a crash left behind. @throws MinerError DATA_DIR */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, owner } = options
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // The index comes first: its lock keeps a second process away from the files.
  const db = await reopening(() =>
    openLevelStore(join(dataDir, 'index'), { cacheBytes: 16 * MIB, writeBufferBytes: 4 * MIB }),
  ).catch((error: unknown) => {
    if (error instanceof DbError) throw new MinerError('DATA_DIR', error.message, error)
    throw error
  })
  try {
    if (owner) await claim(owner)
    const disk = await openDisk(dataDir)
    const { usage, returned, ...found } = await recover(db, disk)
    const fragments = fragmentsOf({ db, disk, usage, limits: options })
    for (const id of returned) {
      if ((await options.hashFile(disk.path(id))) !== id) continue
      const size = fragments.record(id)?.size ?? 0
      const value = encode(fragmentRecord, { size, state: 'Present' })
      await db.batch([{ type: 'put', key: key.fragment(id), value }], { sync: true })
      usage.missing--
      usage.fragments++
      usage.bytes += size
    }
    return {
      fragments,
      tags: tagsOf({ db, usage }, fragments),
      audits: auditLogOf(db),
      shares: part(db, SHARES),
      usage,
      found,
      async close() {
        await fragments.idle()
        await db.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }

  /** Notes at the first start whose folder this is, and refuses anybody else's. */
  async function claim({ account, genesis }: NonNullable<StoreOptions['owner']>): Promise<void> {
    for (const [name, value, what] of [
      ['genesis', fromHex(genesis), 'network'],
      ['account', fromHex(account), 'miner'],
    ] as const) {
      const held = db.get(key.meta(name))
      if (!held) await db.batch([{ type: 'put', key: key.meta(name), value }], { sync: true })
      else if (!equal(held, value))
        throw new MinerError(
          'DATA_DIR',
          `The folder ${dataDir} holds the data of another ${what}. Name another data folder, or the key or node that this one belongs to.`,
        )
    }
  }
}
