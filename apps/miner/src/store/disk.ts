import { constants } from 'node:fs'
import {
  chmod,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FileId, isFileId } from '@cess/bytes'
import { codeOf, MinerError } from '../errors.ts'

/** Fragment files of one miner: `fragments/aa/<id>`, where aa are the first two characters of the id. */
export interface Disk {
  path(id: FileId): string
  /** Writes a fragment so that it survives a crash from the moment this resolves. @throws MinerError FULL */
  write(id: FileId, data: Uint8Array): Promise<void>
  /** Fills `into` from `offset`. @throws MinerError MISSING when there are fewer bytes. */
  read(id: FileId, offset: number, into: Uint8Array): Promise<void>
  /** Bytes of the file, or undefined when there is none. */
  size(id: FileId): Promise<number | undefined>
  remove(id: FileId): Promise<void>
  /** Moves a damaged file aside, where a person can look at it. */
  quarantine(id: FileId): Promise<void>
  /** Deletes what was moved aside. */
  forgetQuarantined(id: FileId): Promise<void>
  /** Ids of the files of one shard, `00` to `ff`. */
  list(shard: string): Promise<FileId[]>
  /** Bytes that the file system still has for us. */
  free(): Promise<number>
}

/** What a file system says when it takes no more: disk, quota, or the largest file. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Opens (or makes) the folders of a data directory and throws away what a crash left half written. */
export async function openDisk(dataDir: string): Promise<Disk> {
  const folder = (name: string): string => join(dataDir, name)
  const [fragments, temp, quarantine] = [folder('fragments'), folder('tmp'), folder('quarantine')]
  await rm(temp, { recursive: true, force: true })
  for (const dir of [dataDir, fragments, temp, quarantine]) await mkdir(dir, { recursive: true })
  await chmod(dataDir, 0o700)
  await syncFolder(dataDir)
  let sequence = 0

  const path = (id: FileId): string => join(fragments, id.slice(0, 2), id)

  async function write(id: FileId, data: Uint8Array): Promise<void> {
    const half = join(temp, `${id}.${sequence++}`)
    try {
      await writeSynced(half, data)
      await moveInto(half, path(id), fragments)
    } catch (error) {
      await rm(half, { force: true }).catch(() => undefined)
      if (NO_ROOM.has(codeOf(error) ?? ''))
        throw new MinerError('FULL', `There is no room left on the disk of ${dataDir}.`, error)
      throw error
    }
  }

  async function read(id: FileId, offset: number, into: Uint8Array): Promise<void> {
    let file: FileHandle
    try {
      file = await open(path(id), 'r')
    } catch (error) {
      throw new MinerError('MISSING', `The file of fragment ${id} cannot be opened.`, error)
    }
    try {
      for (let at = 0; at < into.length; ) {
        const { bytesRead } = await file.read(into, at, into.length - at, offset + at)
        if (bytesRead === 0)
          throw new MinerError('MISSING', `The file of fragment ${id} ends before it should.`)
        at += bytesRead
      }
    } finally {
      await file.close()
    }
  }

  return {
    path,
    write,
    read,
    size: (id) =>
      stat(path(id)).then(
        (found) => (found.isFile() ? found.size : undefined),
        () => undefined,
      ),
    remove: (id) => rm(path(id), { force: true }),
    forgetQuarantined: (id) => rm(join(quarantine, id), { force: true }),
    async quarantine(id) {
      await rename(path(id), join(quarantine, id)).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error
      })
    },
    async list(shard) {
      const names = await readdir(join(fragments, shard)).catch((): string[] => [])
      return names.filter(isFileId)
    },
    async free() {
      const { bavail, bsize } = await statfs(dataDir)
      return bavail * bsize
    },
  }
}

/** Flags of a file that must not exist yet. */
const FRESH = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL

/** What direct writes must be whole numbers of: 4 KiB satisfies every disk. */
const BLOCK = 4096

/**
 * Whether data can go to the disk past the page cache: shared memory here is an arena's, which begins on a page. The
 * cache would be filled with what is not read soon, at the cost of a copy.
 */
const goesDirect = (data: Uint8Array): boolean =>
  constants.O_DIRECT !== undefined &&
  data.buffer instanceof SharedArrayBuffer &&
  data.byteOffset % BLOCK === 0 &&
  data.length % BLOCK === 0

async function writeSynced(path: string, data: Uint8Array): Promise<void> {
  if (goesDirect(data))
    try {
      return await writeWith(FRESH | constants.O_DIRECT, path, data)
    } catch (error) {
      // Not every file system can (tmpfs, some network file systems).
      if (codeOf(error) !== 'EINVAL') throw error
      await rm(path, { force: true })
    }
  await writeWith(FRESH, path, data)
}

async function writeWith(flags: number, path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, flags, 0o600)
  try {
    // In one piece as far as the system takes it: `writeFile` would cut it into many.
    for (let at = 0; at < data.length; )
      at += (await file.write(data, at, data.length - at)).bytesWritten
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Renames into place; the name itself is on disk when this resolves. */
async function moveInto(from: string, to: string, root: string): Promise<void> {
  const shard = dirname(to)
  try {
    await rename(from, to)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    await mkdir(shard, { recursive: true })
    await syncFolder(root)
    await rename(from, to)
  }
  await syncFolder(shard)
}

/** A rename is durable only once its folder is (fsync(2)). Windows cannot open folders, and need not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const dir = await open(path, 'r')
  try {
    await dir.sync()
  } finally {
    await dir.close()
  }
}

/** Every shard of the fragments folder. */
export const SHARDS: readonly string[] = Array.from({ length: 256 }, (_, i) =>
  i.toString(16).padStart(2, '0'),
)
