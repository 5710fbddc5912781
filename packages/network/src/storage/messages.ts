import { type FileId, fromHex } from '@cess/bytes'
import { accountId32, DATA_FRAGMENTS, SEGMENT_SIZE } from '@cess/primitives'
import {
  boundedBytes,
  enumeration,
  fixedBytes,
  type Infer,
  kase,
  mapped,
  option,
  str,
  struct,
  u8,
  u32,
  unit,
  variant,
} from '@cess/scale'

export const STORAGE_PROTOCOL = {
  put: '/cess/put/1',
  receipt: '/cess/receipt/1',
  tags: '/cess/tags/1',
  get: '/cess/get/1',
  params: '/cess/params/1',
  /** A share of a file's capsule, from a proxy: requests and answers of @cess/proxy. */
  share: '/cess/share/1',
} as const

export const MAX_FRAGMENT = SEGMENT_SIZE / DATA_FRAGMENTS
export const MAX_TAGS = 8 << 20
export const MAX_PARAMS = 128 << 10
/** Longest request of a share, and answer to one. */
export const MAX_SHARE = 512
/** Data travels in frames of this many bytes. */
export const DATA_FRAME = 256 << 10

/** A BLAKE3 id as its 32 bytes. */
const id32 = mapped(
  fixedBytes(32),
  (raw) => raw.toHex() as FileId,
  (id) => fromHex(`0x${id}`),
)

export const putHeader = struct('cess::PutHeader', {
  fileId: id32,
  segment: u32,
  /** Column of the fragment, 1 to 12. */
  index: u8,
  fragmentId: id32,
  size: u32,
  dealer: option(accountId32),
})
export type PutHeader = Infer<typeof putHeader>

export const refusalCode = enumeration('cess::RefusalCode', [
  'Invalid',
  'NotFound',
  'NotExpected',
  'Corrupt',
  'Full',
  'Busy',
  'Internal',
])
export type RefusalCode = Infer<typeof refusalCode>

const refusal = struct('cess::Refusal', { code: refusalCode, message: str })
export const reply = variant('cess::Reply', {
  Ok: kase(0, boundedBytes(MAX_PARAMS)),
  Have: kase(1, unit),
  Refused: kase(2, refusal),
})

export const receiptRequest = struct('cess::ReceiptRequest', { fileId: id32 })
export const receipt = struct('cess::Receipt', { signature: fixedBytes(64), miner: accountId32 })
export type Receipt = Infer<typeof receipt>

export const tagsHeader = struct('cess::TagsHeader', {
  fragmentId: id32,
  /** Hash of the tagger's prover parameters. */
  params: fixedBytes(32),
  size: u32,
})
export type TagsHeader = Infer<typeof tagsHeader>

export const getRequest = struct('cess::GetRequest', {
  fragmentId: id32,
  offset: u32,
  length: u32,
})
export type GetRequest = Infer<typeof getRequest>

/** A typed "no" of a storage server. Handlers throw it; clients receive it. */
export class StorageRefusal extends Error {
  readonly code: RefusalCode
  constructor(code: RefusalCode, message: string) {
    super(message)
    this.name = 'StorageRefusal'
    this.code = code
  }
}
