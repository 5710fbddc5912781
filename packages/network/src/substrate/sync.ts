import { fromHex, type Hash, toHex, u32le } from '@cess/bytes'
import { NetworkError } from '../errors.ts'
import { type Field, parseProtobuf, protobuf } from './protobuf.ts'

/** What a request asks for: Substrate's byte mask read big-endian. */
export const BLOCK_FIELDS = {
  header: 0x01000000,
  body: 0x02000000,
  justification: 0x10000000,
} as const

/** A request of `sync/2`. `from` is a hash or a number. */
export interface BlockRequest {
  readonly fields: number
  readonly from: Hash | number
  readonly direction: 'ascending' | 'descending'
  /** 0 leaves the number to the server. */
  readonly max: number
}

export interface BlockData {
  readonly hash: Hash
  readonly header?: Uint8Array
  /** Extrinsics with their length prefix, as the wire carries them. */
  readonly body?: readonly Uint8Array[]
  /** SCALE `Vec<([u8; 4], Vec<u8>)>`. */
  readonly justifications?: Uint8Array
}

const bad = (why: string) => new NetworkError('MALFORMED', `bad sync message: ${why}`)
const asNumber = (value: Field['value']): number => {
  if (typeof value !== 'bigint' || value > 0xffffffffn) throw bad('not a u32')
  return Number(value)
}
const asBytes = (value: Field['value']): Uint8Array => {
  if (typeof value === 'bigint') throw bad('not bytes')
  return value
}
const asHash = (value: Field['value']): Hash => {
  const bytes = asBytes(value)
  if (bytes.length !== 32) throw bad('not a hash')
  return toHex(bytes) as Hash
}

export const encodeBlockRequest = (r: BlockRequest): Uint8Array =>
  protobuf([
    { id: 1, value: BigInt(r.fields) },
    typeof r.from === 'number'
      ? { id: 3, value: u32le(r.from) }
      : { id: 2, value: fromHex(r.from) },
    ...(r.direction === 'descending' ? [{ id: 5, value: 1n }] : []),
    ...(r.max > 0 ? [{ id: 6, value: BigInt(r.max) }] : []),
    { id: 7, value: 1n },
  ])

/** Throws MALFORMED. */
export function decodeBlockRequest(bytes: Uint8Array): BlockRequest {
  let fields = 0
  let from: Hash | number | undefined
  let direction: BlockRequest['direction'] = 'ascending'
  let max = 0
  for (const { id, value } of parseProtobuf(bytes, 16)) {
    if (id === 1) fields = asNumber(value)
    else if (id === 2) from = asHash(value)
    else if (id === 3) {
      const le = asBytes(value)
      if (le.length !== 4) throw bad('a block number that is no u32')
      from = new DataView(le.buffer, le.byteOffset, 4).getUint32(0, true)
    } else if (id === 5) direction = asNumber(value) === 1 ? 'descending' : 'ascending'
    else if (id === 6) max = asNumber(value)
  }
  if (from === undefined) throw bad('no block to start from')
  return { fields, from, direction, max }
}

export const encodeBlockResponse = (blocks: readonly BlockData[]): Uint8Array =>
  protobuf(
    blocks.map((b) => ({
      id: 1,
      value: protobuf([
        { id: 1, value: fromHex(b.hash) },
        ...(b.header ? [{ id: 2, value: b.header }] : []),
        ...(b.body ?? []).map((value) => ({ id: 3, value })),
        // Left out when there is none: smoldot rejects an empty field.
        ...(b.justifications ? [{ id: 8, value: b.justifications }] : []),
      ]),
    })),
  )

/** At most 128 blocks of 100,000 extrinsics. Throws MALFORMED. */
export function decodeBlockResponse(bytes: Uint8Array): BlockData[] {
  return parseProtobuf(bytes, 128).flatMap(({ id, value }) => {
    if (id !== 1) return []
    const body: Uint8Array[] = []
    let hash: Hash | undefined
    let header: Uint8Array | undefined
    let justifications: Uint8Array | undefined
    for (const field of parseProtobuf(asBytes(value), 100_000)) {
      if (field.id === 1) hash = asHash(field.value)
      else if (field.id === 2) header = asBytes(field.value)
      else if (field.id === 3) body.push(asBytes(field.value))
      else if (field.id === 8) justifications = asBytes(field.value)
    }
    if (!hash) throw bad('a block without its hash')
    return [{ hash, body, ...(header && { header }), ...(justifications && { justifications }) }]
  })
}
