import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileId } from '@cess/bytes'
import type { FragmentMemory } from '@cess/content'
import type { Gauge, Logger } from '@cess/ports'
import { readInto } from '../store/disk.ts'

/**
 * Fragments, and whole ciphertexts, that were wanted lately; the least recently used go when it is full. A fragment is
 * kept from the second time on that it is fetched: most are fetched once, and would cost a write to the disk and the place of
 * one that is wanted often (Maggs and Sitaraman, Algorithmic Nuggets in Content Delivery, 2015: cache on second hit).
 */
export interface Cache {
  /** A fragment of `size` bytes, in memory that is the caller's to free. */
  fragment(id: FileId, size: number, memory: FragmentMemory): Promise<Uint8Array | undefined>
  /**
   * Keeps a fragment that was fetched before. What it holds is checked by whoever reads it. The promise resolves when its bytes are not in use any
   * more; there is none when it is not kept.
   */
  keepFragment(id: FileId, bytes: Uint8Array): Promise<void> | undefined
  dropFragment(id: FileId): Promise<void>
  /** Path of a whole ciphertext, if it is here. */
  file(fid: FileId): string | undefined
  /** Takes over a ciphertext that is on this disk. False when it does not fit: it stays where it is. */
  takeFile(fid: FileId, path: string): Promise<boolean>
  dropFile(fid: FileId): Promise<void>
  readonly bytes: number
  readonly hits: number
  readonly misses: number
  /** Waits for what is being written. */
  settled(): Promise<void>
}

export interface CacheOptions {
  readonly folder: string
  readonly maxBytes: number
  readonly logger: Logger
  readonly gauge: Gauge
}

/** Fragments that may wait to be written; more are not kept. */
const MAX_WRITES = 4
/** Ids of fragments that were fetched once, for 64 GiB of them. */
const REMEMBERED = 8192
/** One entry may take this part of the cache. */
const LARGEST = 0.5

const fragmentName = (id: FileId): string => join('fragments', id.slice(0, 2), id)
const fileName = (fid: FileId): string => join('files', fid)

/** Opens the cache in a folder; what is in it from last time counts, oldest first. */
export async function openCache({ folder, maxBytes, logger, gauge }: CacheOptions): Promise<Cache> {
  /** Sizes by name, least recently used first. */
  const entries = new Map<string, number>()
  const writing = new Map<string, Promise<void>>()
  const fetched = createRecent(REMEMBERED)
  let [bytes, hits, misses] = [0, 0, 0]

  const path = (name: string): string => join(folder, name)
  const forget = (name: string): void => {
    bytes -= entries.get(name) ?? 0
    entries.delete(name)
    gauge.set(bytes)
  }
  const touch = (name: string): boolean => {
    const size = entries.get(name)
    if (size === undefined) return false
    entries.delete(name)
    entries.set(name, size)
    return true
  }
  async function drop(name: string): Promise<void> {
    await writing.get(name)?.catch(() => undefined)
    forget(name)
    await rm(path(name), { force: true })
  }
  async function note(name: string, size: number): Promise<void> {
    forget(name)
    entries.set(name, size)
    bytes += size
    gauge.set(bytes)
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes || oldest === name) break
      forget(oldest)
      await rm(path(oldest), { force: true })
    }
  }
  async function write(name: string, data: Uint8Array): Promise<void> {
    const to = path(name)
    try {
      await mkdir(join(to, '..'), { recursive: true, mode: 0o700 })
      await writeFile(`${to}.new`, data, { mode: 0o600 })
      await rename(`${to}.new`, to)
      await note(name, data.length)
    } catch (error) {
      logger.warn({ error }, 'A fragment could not be kept in the cache')
      await rm(`${to}.new`, { force: true }).catch(() => undefined)
    }
  }

  for (const [name, size] of await scan(folder)) {
    entries.set(name, size)
    bytes += size
  }
  gauge.set(bytes)

  return {
    get bytes() {
      return bytes
    },
    get hits() {
      return hits
    },
    get misses() {
      return misses
    },
    async fragment(id, size, memory) {
      const name = fragmentName(id)
      if (!touch(name)) {
        misses++
        return undefined
      }
      const bytes = memory.take(size)
      try {
        if (await readInto(path(name), 0, bytes)) {
          hits++
          return bytes
        }
      } catch (error) {
        logger.warn({ error }, 'A cached fragment cannot be read')
      }
      memory.free(bytes)
      forget(name)
      misses++
      return undefined
    },
    keepFragment(id, data) {
      const name = fragmentName(id)
      const fits = data.length <= maxBytes * LARGEST && writing.size < MAX_WRITES
      if (!fetched(id) || !fits || entries.has(name) || writing.has(name)) return undefined
      const work = write(name, data).finally(() => writing.delete(name))
      writing.set(name, work)
      return work
    },
    dropFragment: (id) => drop(fragmentName(id)),
    file: (fid) => (touch(fileName(fid)) ? path(fileName(fid)) : undefined),
    async takeFile(fid, from) {
      const { size } = await stat(from)
      if (size > maxBytes * LARGEST) return false
      const name = fileName(fid)
      await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 })
      await rename(from, path(name))
      await note(name, size)
      return true
    },
    dropFile: (fid) => drop(fileName(fid)),
    settled: async () => void (await Promise.allSettled(writing.values())),
  }
}

/** Whether an id was seen before, among as many as are remembered at least and twice that at most. */
function createRecent(count: number): (id: FileId) => boolean {
  let [now, before] = [new Set<FileId>(), new Set<FileId>()]
  return (id) => {
    const seen = now.has(id) || before.has(id)
    now.add(id)
    if (now.size >= count) [now, before] = [new Set(), now]
    return seen
  }
}

/** Entries on disk, those that were written longest ago first. Unfinished ones are deleted. */
async function scan(folder: string): Promise<(readonly [string, number])[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found: { name: string; size: number; at: number }[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const full = join(entry.parentPath, entry.name)
    if (entry.name.endsWith('.new')) {
      await rm(full, { force: true })
      continue
    }
    const { size, mtimeMs } = await stat(full)
    found.push({ name: full.slice(folder.length + 1), size, at: mtimeMs })
  }
  return found.sort((a, b) => a.at - b.at).map(({ name, size }) => [name, size] as const)
}
