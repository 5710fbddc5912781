import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, GatewayError } from '../errors.ts'

/** Makes what was renamed in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Moves a file that is on disk to its final name, durably. */
export async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
  await syncFolder(dirname(to))
}

export const removeFile = (path: string): Promise<void> => rm(path, { force: true })

/** Length of a file, or undefined when there is none. */
export const lengthOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    },
  )

/** Fills `into` from `offset` of a file; false when there is no such file or it is too short. */
export async function readInto(path: string, offset: number, into: Uint8Array): Promise<boolean> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (!handle) return false
  try {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await handle.read(into, at, into.length - at, offset + at)
      if (bytesRead === 0) return false
      at += bytesRead
    }
    return true
  } finally {
    await handle.close()
  }
}

/** Bytes that the disk has left for us. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return Number(bavail) * Number(bsize)
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A full disk as an error that people understand; everything else as it is. */
export function diskError(error: unknown): unknown {
  if (!FULL.has(codeOf(error) ?? '')) return error
  return new GatewayError(
    'DISK_FULL',
    'The disk of this gateway is full, so the upload was not taken. Nothing that was acknowledged is lost. Use another gateway, or try again later.',
    {},
    error,
  )
}
