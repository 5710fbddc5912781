import type { BatchOp, IterateOptions, KeyValueStore } from '@cess/ports'
import { ClassicLevel } from 'classic-level'
import { plain, seal, unseal } from './checksum.ts'
import { closedError, dbError } from './errors.ts'
import { createWriteQueue } from './write-queue.ts'

export interface LevelStoreOptions {
  /** Bytes of uncompressed blocks kept in memory. Default 64 MiB. */
  readonly cacheBytes?: number
  /** Bytes of writes gathered in memory, and in the log, before they become a table. Default 16 MiB. */
  readonly writeBufferBytes?: number
  /** Whether `batch` waits for the disk when the call does not say. Default false. */
  readonly sync?: boolean
}

type Level = ClassicLevel<Uint8Array, Uint8Array>

const MIB = 1024 * 1024

/**
 * Opens the LevelDB database in a folder, and makes it when there is none.
 *
 * Batches are applied in the order of the calls, also those that nobody awaits. A scan sees the store as
 * it was when its first entry was asked for. `close` waits for the writes before it, and everything after
 * it is refused; a scan that is still open ends with the same refusal.
 * @throws DbError LOCKED, CORRUPT, DISK_FULL or FAILED. The store's methods throw DbError too, CLOSED among them.
 */
export async function openLevelStore(
  path: string,
  options: LevelStoreOptions = {},
): Promise<KeyValueStore> {
  const db: Level = new ClassicLevel(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: options.cacheBytes ?? 64 * MIB,
    writeBufferSize: options.writeBufferBytes ?? 16 * MIB,
  })
  const fail = (error: unknown): never => {
    throw dbError(path, error)
  }
  await db.open().catch(fail)

  let closing: Promise<void> | undefined
  const assertOpen = (): void => {
    if (closing) throw closedError(path)
  }
  const writes = createWriteQueue((ops, sync) => db.batch(ops.map(sealed), { sync }).catch(fail))
  const open = (key: Uint8Array, value: Uint8Array | undefined): Uint8Array | undefined =>
    value && unseal(path, key, value)

  async function close(): Promise<void> {
    await writes.idle()
    await db.close().catch(fail)
  }

  return {
    get(key) {
      assertOpen()
      try {
        return open(key, db.getSync(key))
      } catch (error) {
        return fail(error)
      }
    },
    async getMany(keys) {
      assertOpen()
      const own = keys.map((key) => key.slice()) // the caller may reuse its buffers meanwhile
      const values = await db.getMany(own).catch(fail)
      return values.map((value, i) => open(own[i]!, value))
    },
    async batch(ops, { sync = options.sync ?? false } = {}) {
      assertOpen()
      if (ops.length > 0) await writes.push(ops, sync)
    },
    async *iterate(range = {}) {
      assertOpen()
      try {
        for await (const [key, value] of db.iterator(rangeOf(range)))
          yield [plain(key), unseal(path, key, value)]
      } catch (error) {
        fail(error)
      }
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

const sealed = (op: BatchOp): BatchOp =>
  op.type === 'put' ? { ...op, value: seal(op.key, op.value) } : op

/** abstract-level takes a bound that is present and undefined for a bound. */
const rangeOf = ({ gte, lt, reverse = false, limit = -1 }: IterateOptions) => ({
  ...(gte && { gte }),
  ...(lt && { lt }),
  reverse,
  limit,
})
