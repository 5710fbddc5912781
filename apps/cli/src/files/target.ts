import { createReadStream, type Stats } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { FileId } from '@cess/bytes'
import { CHUNK_BYTES } from '@cess/content'
import { CliError } from '../errors.ts'

/** A file that is being downloaded: beside its place until it is whole, then there at once. */
export interface Target {
  readonly path: string
  /** What an interrupted download of the same file left, in whole chunks. */
  readonly before: number
  readBefore(): AsyncIterable<Uint8Array>
  /** Takes the next bytes: they may be changed once it resolves. What cannot be written is said here or at the end. */
  write(bytes: Uint8Array): Promise<void>
  /** Moves it into its place. @throws CliError FILE_EXISTS */
  finish(): Promise<void>
  /** Closes it; what came is kept for the next time. */
  leave(): Promise<void>
  /** Closes it and lets go of what came. */
  discard(): Promise<void>
}

const existing = (path: string): Promise<Stats | undefined> =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })

/** Names that are none, or mean something to a shell or file system. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const UNSAFE = /[\u0000-\u001f\u007f<>:"|?*\\/]/g

/** What a file is saved as when the user does not say: the last part of its name, and never a path. */
export function safeName(name: string, fid: FileId): string {
  const last = name.split(/[/\\]/).at(-1)!.replace(UNSAFE, '_').trim()
  return /^\.*$/.test(last) || Buffer.byteLength(last) > 200 ? `${fid.slice(0, 16)}.bin` : last
}

const refuse = (path: string): CliError =>
  new CliError(
    'FILE_EXISTS',
    `There is a file ${path} already. Name another one with -o, or replace it with --force.`,
  )

/** Where the file goes: a folder gets it under its own name. @throws CliError FILE_EXISTS */
export async function placeFor(
  folder: string,
  out: string | undefined,
  name: string,
  force: boolean,
): Promise<string> {
  const given = resolve(folder, out ?? name)
  const path = (await existing(given))?.isDirectory() ? join(given, name) : given
  const there = await existing(path)
  if (there?.isDirectory())
    throw new CliError('FILE_EXISTS', `${path} is a folder. Name a file with -o.`)
  if (there && !force) throw refuse(path)
  return path
}

/** @param part what tells one download from another: a partial file of another one is not gone on with. */
export async function openTarget(path: string, part: string, force: boolean): Promise<Target> {
  const partial = join(dirname(path), `.${basename(path).slice(0, 100)}.${part}.part`)
  const old = (await existing(partial))?.size ?? 0
  const before = old - (old % CHUNK_BYTES)
  const file = await open(partial, old > 0 ? 'r+' : 'w+', 0o666)
  await file.truncate(before)
  const writer = createWriter(file, before)
  return {
    path,
    before,
    readBefore: () =>
      before === 0
        ? empty()
        : createReadStream(partial, { end: before - 1, highWaterMark: 1 << 20 }),
    write: writer.add,
    async finish() {
      await writer.flush()
      await file.sync()
      await file.close()
      // It may have come into being meanwhile.
      if (!force && (await existing(path))) throw refuse(path)
      await rename(partial, path)
    },
    async leave() {
      // As far as the disk takes it: why the download ended is what the user is told.
      await writer.flush().catch(() => undefined)
      await file.close()
    },
    async discard() {
      await writer.settled()
      await file.close()
      await rm(partial, { force: true })
    },
  }
}

/** Bytes of one write: a trip to the disk's thread for each chunk of 64 KiB would cost more than the writing. */
const BATCH = 1 << 20

/** Gathers bytes in one batch while the other one is being written. */
function createWriter(file: FileHandle, from: number) {
  const batches = [Buffer.allocUnsafeSlow(BATCH), Buffer.allocUnsafeSlow(BATCH)] as const
  let [at, filled, turn]: [number, number, 0 | 1] = [from, 0, 0]
  let writing: Promise<void> = Promise.resolve()

  async function write(batch: Uint8Array): Promise<void> {
    for (let done = 0; done < batch.length; ) {
      const { bytesWritten } = await file.write(batch, done, batch.length - done, at)
      done += bytesWritten
      at += bytesWritten
    }
  }
  async function push(): Promise<void> {
    await writing
    writing = write(batches[turn].subarray(0, filled))
    // Awaited by the next one.
    writing.catch(() => undefined)
    turn = turn === 0 ? 1 : 0
    filled = 0
  }
  return {
    async add(bytes: Uint8Array): Promise<void> {
      for (let done = 0; done < bytes.length; ) {
        const some = bytes.subarray(done, done + BATCH - filled)
        batches[turn].set(some, filled)
        filled += some.length
        done += some.length
        if (filled === BATCH) await push()
      }
    },
    async flush(): Promise<void> {
      if (filled > 0) await push()
      await writing
    },
    settled: () => writing.catch(() => undefined),
  }
}

async function* empty(): AsyncGenerator<Uint8Array, void> {
  yield* []
}
