import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileSource } from '@cess/sdk'
import { CliError } from '../errors.ts'

/** A file on this machine, and what tells whether it changed. */
export interface LocalFile {
  readonly source: FileSource
  readonly bytes: number
  readonly modified: number
}

const READ_BYTES = 1 << 20

/** @throws CliError NO_FILE for folders, pipes and devices: a file is read more than once, from any place */
export async function openLocal(path: string): Promise<LocalFile> {
  const handle = await open(path, 'r')
  try {
    const info = await handle.stat()
    if (!info.isFile())
      throw new CliError(
        'NO_FILE',
        `${path} is ${info.isDirectory() ? 'a folder' : 'no ordinary file'}. Name a file; put folders into an archive first.`,
      )
    return {
      bytes: info.size,
      modified: Math.round(info.mtimeMs),
      source: {
        read: (start) => createReadStream(path, { start, highWaterMark: READ_BYTES }),
      },
    }
  } finally {
    await handle.close()
  }
}
