import { createHash, hash as oneShot } from 'node:crypto'
import type { StreamHasher } from './blake3-stream.ts'

/** SHA-256 (FIPS 180-4). */
export const sha256 = (data: Uint8Array): Uint8Array =>
  new Uint8Array(oneShot('sha256', data, 'buffer'))

/** SHA-256 of a stream. */
export function createSha256Stream(): StreamHasher {
  const hasher = createHash('sha256')
  const stream: StreamHasher = {
    update(data) {
      hasher.update(data)
      return stream
    },
    digest: () => new Uint8Array(hasher.digest()),
  }
  return stream
}
