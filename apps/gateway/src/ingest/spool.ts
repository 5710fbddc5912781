import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileId } from '@cess/bytes'
import { moveFile, removeFile } from '../store/disk.ts'

/** Where ciphertexts wait until miners and taggers are done with them. */
export interface Spool {
  readonly folder: string
  /** Bytes that are in use or promised. */
  used(): number
  /** Sets the bytes that are counted for a name; 0 forgets it. */
  count(name: string, bytes: number): void
  /** A whole ciphertext. */
  file(fid: FileId): string
  /** A ciphertext that is still being received, under the name of its upload. */
  part(name: string): string
  /** Gives a received ciphertext, which must be on disk, its id. */
  keep(name: string, fid: FileId): Promise<void>
  /** Takes that back. */
  giveBack(name: string, fid: FileId): Promise<void>
  /** Deletes a ciphertext. */
  drop(fid: FileId): Promise<void>
  /** Deletes what is not in use any more: what a crash left behind. Returns how many files that were. */
  sweep(parts: readonly string[], files: readonly string[]): Promise<number>
}

export async function openSpool(data: string): Promise<Spool> {
  const folder = join(data, 'spool')
  const [files, parts] = [join(folder, 'files'), join(folder, 'uploads')]
  for (const each of [files, parts]) await mkdir(each, { recursive: true, mode: 0o700 })
  const counted = new Map<string, number>()
  const file = (fid: FileId): string => join(files, fid)
  const part = (name: string): string => join(parts, `${name}.part`)
  const count = (name: string, bytes: number): void => {
    if (bytes > 0) counted.set(name, bytes)
    else counted.delete(name)
  }
  return {
    folder,
    used: () => [...counted.values()].reduce((sum, bytes) => sum + bytes, 0),
    count,
    file,
    part,
    async keep(name, fid) {
      await moveFile(part(name), file(fid))
      count(fid, counted.get(name) ?? 0)
      count(name, 0)
    },
    async giveBack(name, fid) {
      await moveFile(file(fid), part(name))
      count(name, counted.get(fid) ?? 0)
      count(fid, 0)
    },
    async drop(fid) {
      await removeFile(file(fid))
      count(fid, 0)
    },
    async sweep(...kept) {
      const [keptParts, keptFiles] = kept.map((names) => new Set(names)) as [
        Set<string>,
        Set<string>,
      ]
      const stale = [
        ...(await readdir(parts))
          .filter((name) => !keptParts.has(name.replace(/\.part$/, '')))
          .map((name) => join(parts, name)),
        ...(await readdir(files))
          .filter((name) => !keptFiles.has(name))
          .map((name) => join(files, name)),
      ]
      for (const path of stale) await removeFile(path)
      return stale.length
    },
  }
}
