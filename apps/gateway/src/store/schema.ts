import { concat, type FileId, u64le, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'

/**
 * Every key of the gateway's database, and what stands behind it.
 *
 * `j` file id 32            → JSON of a Job
 * `l` file id 32            → layout: for each segment its id and those of its 12 fragments, 32 bytes each
 * `t` file id 32            → bits of the fragments whose tags their miners have, segment by segment
 * `u` session id 32         → JSON of an UploadSession
 * `n` hash of message 32    → unix ms (u64) until which it is refused as a replay
 */
const PREFIX = { job: 0x6a, layout: 0x6c, tags: 0x74, session: 0x75, nonce: 0x6e } as const

const under = (prefix: number, id: Uint8Array): Uint8Array => concat(Uint8Array.of(prefix), id)
const raw = (id: FileId): Uint8Array => Uint8Array.fromHex(id)

export const jobKey = (id: FileId): Uint8Array => under(PREFIX.job, raw(id))
export const layoutKey = (id: FileId): Uint8Array => under(PREFIX.layout, raw(id))
export const tagsKey = (id: FileId): Uint8Array => under(PREFIX.tags, raw(id))
export const sessionKey = (id: string): Uint8Array => under(PREFIX.session, Uint8Array.fromHex(id))
export const nonceKey = (message: string): Uint8Array => under(PREFIX.nonce, blake3(utf8(message)))

/** Bounds of a scan over everything under one prefix. */
export const allOf = (kind: keyof typeof PREFIX) => ({
  gte: Uint8Array.of(PREFIX[kind]),
  lt: Uint8Array.of(PREFIX[kind] + 1),
})

export const encodeTime = (ms: number): Uint8Array => u64le(BigInt(ms))
export const decodeTime = (bytes: Uint8Array): number =>
  Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
