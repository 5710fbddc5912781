import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileId, isFileId, isHex, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'

/** An upload that is under way. Holds no secret. */
export interface SavedUpload {
  readonly path: string
  readonly bytes: number
  readonly modified: number
  /** Header of the encrypted file as hex. */
  readonly header: string
  /** Once the gateway has all of it. */
  readonly fid?: FileId
}

/** What makes an upload the same as the one before. */
export interface UploadIdentity {
  readonly path: string
  readonly account: string
  readonly gateway: string
  readonly territory: string
  readonly bucket: string | undefined
  readonly name: string
}

/** Uploads under way, each in a file, so that an interrupted one goes on. */
export interface UploadStates {
  find(): Promise<SavedUpload | undefined>
  save(upload: SavedUpload): Promise<void>
  forget(): Promise<void>
}

function parse(text: string): SavedUpload | undefined {
  try {
    const value = JSON.parse(text) as Partial<SavedUpload>
    const { path, bytes, modified, header, fid } = value
    const fits =
      typeof path === 'string' &&
      typeof bytes === 'number' &&
      typeof modified === 'number' &&
      isHex(header) &&
      (fid === undefined || isFileId(fid))
    return fits ? { path, bytes, modified, header, ...(fid && { fid }) } : undefined
  } catch {
    return undefined
  }
}

export function uploadStates(folder: string, identity: UploadIdentity): UploadStates {
  const { path, account, gateway, territory, bucket, name } = identity
  const fields = ['cess/cli/upload/1', path, account, gateway, territory, bucket ?? '', name]
  const id = blake3(utf8(JSON.stringify(fields))).toHex()
  const file = join(folder, `${id.slice(0, 32)}.json`)
  return {
    async find() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      // A damaged state is no state: the upload begins anew.
      return text === undefined ? undefined : parse(text)
    },
    async save(upload) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const part = `${file}.${process.pid}.part`
      await writeFile(part, JSON.stringify(upload), { mode: 0o600, flush: true })
      await rename(part, file)
    },
    forget: () => rm(file, { force: true }),
  }
}
