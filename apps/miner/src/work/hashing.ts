import { createReadStream } from 'node:fs'
import type { FileId } from '@cess/bytes'
import { createBlake3Stream } from '@cess/crypto/hashes'
import { fragmentId } from '@cess/primitives'
import type { Jobs } from './jobs.ts'

export const hash = async ({ data }: Jobs['hash']['input']): Promise<Jobs['hash']['output']> => ({
  id: fragmentId(data),
  data,
})

export async function hashFile(path: string): Promise<FileId> {
  const hasher = await createBlake3Stream()
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hasher.update(part)
  return hasher.digest().toHex() as FileId
}
