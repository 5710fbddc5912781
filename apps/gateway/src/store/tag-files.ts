import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileId } from '@cess/bytes'
import { codeOf } from '../errors.ts'

/** Tags that are made and whose miner could not be reached yet: making them again would cost seconds. */
export interface TagFiles {
  get(fid: FileId, segment: number, index: number): Promise<Uint8Array | undefined>
  put(fid: FileId, segment: number, index: number, tags: Uint8Array): Promise<void>
  /** Deletes all tags of a file. */
  drop(fid: FileId): Promise<void>
}

export function openTagFiles(data: string): TagFiles {
  const folder = (fid: FileId): string => join(data, 'tags', fid)
  const path = (fid: FileId, segment: number, index: number): string =>
    join(folder(fid), `${segment}-${index}`)
  return {
    async get(fid, segment, index) {
      try {
        return new Uint8Array(await readFile(path(fid, segment, index)))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },
    async put(fid, segment, index, tags) {
      await mkdir(folder(fid), { recursive: true, mode: 0o700 })
      const to = path(fid, segment, index)
      await writeFile(`${to}.new`, tags)
      await rename(`${to}.new`, to)
    },
    drop: (fid) => rm(folder(fid), { recursive: true, force: true }),
  }
}
