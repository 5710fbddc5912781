import { distance, hamming } from '@cess/fingerprint'
import { type Fingerprint, fingerprintFile } from '../../src/index.ts'

export const fingerprintOf = (
  name: string,
  bytes: Uint8Array,
  title?: string,
): Promise<Fingerprint> =>
  fingerprintFile(
    {
      name,
      size: bytes.length,
      async *stream() {
        for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
      },
    },
    title === undefined ? {} : { title },
  )
/** Bits of the first 64 that differ between two content codes. */
export function bits64(one: Fingerprint, other: Fingerprint): number {
  const [a, b] = [one.content, other.content]
  if (!a || !b) throw new Error(`no content: ${one.unread ?? other.unread}`)
  if (distance(a, b).bits !== 256) throw new Error('codes of other lengths')
  const [x, y] = [bodyOf(a), bodyOf(b)]
  return hamming(x.subarray(0, 8), y.subarray(0, 8))
}

import { decodeIscc } from '@cess/fingerprint'

const bodyOf = (code: string): Uint8Array => decodeIscc(code).body
