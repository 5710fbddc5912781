import { concat, type FileId, fromHex, utf8 } from '@cess/bytes'
import { accountId32, FRAGMENTS } from '@cess/primitives'
import {
  array,
  decode,
  encode,
  enumeration,
  fixedBytes,
  type Infer,
  mapped,
  option,
  str,
  struct,
  u8,
  u32,
  u64,
} from '@cess/scale'

/**
 * Every key of a miner's index. Ids are their 32 bytes; numbers are big-endian, so that scans are in order.
 *
 *   f/ fragment                        → FragmentRecord
 *   r/ file ‖ index ‖ segment          → fragment id        what a column consists of
 *   b/ fragment ‖ file ‖ index ‖ seg.  → nothing            the way back: who needs a fragment
 *   c/ file ‖ index                    → ColumnRecord
 *   l/ file ‖ segment                  → ids of all 12      the segments that our fragments belong to
 *   g/ fragment ‖ file ‖ segment       → nothing            the way back, to take tags of the other fragments
 *   t/ fragment ‖ tagger               → tags               of our own fragments: checked
 *   u/ fragment ‖ tagger               → tags               of other fragments of our segments: not checked
 *   q/ file ‖ index                    → tagger             tags that are complete and not confirmed on chain yet
 *   k/ parameters hash                 → prover parameters
 *   a/ start of the challenge          → AuditRecord
 *   p/ …                               → key fragments of shared files (@cess/proxy)
 *   m/ name                            → what exists once
 */
type Prefix = 'f' | 'r' | 'b' | 'c' | 'l' | 'g' | 't' | 'u' | 'q' | 'k' | 'a' | 'p' | 'm'

const u32be = (value: number): Uint8Array => {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}
const id32 = (id: FileId): Uint8Array => Uint8Array.fromHex(id)
const prefixed = (prefix: Prefix, ...parts: Uint8Array[]): Uint8Array =>
  concat(utf8(`${prefix}/`), ...parts)

/** Fragment `index` (from 1) of every segment of a file. */
export interface ColumnRef {
  readonly fileId: FileId
  readonly index: number
}
export interface Place extends ColumnRef {
  readonly segment: number
}

/** What the keys of key fragments of shared files begin with. */
export const SHARES = prefixed('p')

export const key = {
  fragment: (id: FileId) => prefixed('f', id32(id)),
  member: (p: Place) => prefixed('r', id32(p.fileId), Uint8Array.of(p.index), u32be(p.segment)),
  user: (id: FileId, p: Place) =>
    prefixed('b', id32(id), id32(p.fileId), Uint8Array.of(p.index), u32be(p.segment)),
  column: (c: ColumnRef) => prefixed('c', id32(c.fileId), Uint8Array.of(c.index)),
  layout: (fileId: FileId, segment: number) => prefixed('l', id32(fileId), u32be(segment)),
  sibling: (id: FileId, fileId: FileId, segment: number) =>
    prefixed('g', id32(id), id32(fileId), u32be(segment)),
  tags: (id: FileId, tagger: number) => prefixed('t', id32(id), u32be(tagger)),
  siblingTags: (id: FileId, tagger: number) => prefixed('u', id32(id), u32be(tagger)),
  ready: (c: ColumnRef) => prefixed('q', id32(c.fileId), Uint8Array.of(c.index)),
  parameters: (hash: Uint8Array) => prefixed('k', hash),
  audit: (start: number) => prefixed('a', u32be(start)),
  meta: (name: string) => prefixed('m', utf8(name)),
}

/** Prefixes of scans. */
export const scan = {
  allFragments: () => prefixed('f'),
  fragments: (shard: string) => prefixed('f', fromHex(shard)),
  members: (c: ColumnRef) => prefixed('r', id32(c.fileId), Uint8Array.of(c.index)),
  users: (id: FileId) => prefixed('b', id32(id)),
  columns: () => prefixed('c'),
  columnsOfFile: (fileId: FileId) => prefixed('c', id32(fileId)),
  layouts: (fileId: FileId) => prefixed('l', id32(fileId)),
  siblings: (id: FileId) => prefixed('g', id32(id)),
  tags: (id: FileId) => [prefixed('t', id32(id)), prefixed('u', id32(id))],
  allTags: () => [prefixed('t'), prefixed('u')],
  ready: () => prefixed('q'),
  audits: () => prefixed('a'),
}

const hexOf = (raw: Uint8Array): FileId => raw.toHex() as FileId
const u32At = (raw: Uint8Array, at: number): number =>
  new DataView(raw.buffer, raw.byteOffset).getUint32(at)

/** Keys back into what they name. Every id is 32 bytes, after two of the prefix. */
export const parse = {
  fragment: (raw: Uint8Array): FileId => hexOf(raw.subarray(2, 34)),
  member: (raw: Uint8Array): Place => ({ ...parse.column(raw), segment: u32At(raw, 35) }),
  user: (raw: Uint8Array): Place => parse.member(raw.subarray(32)),
  column: (raw: Uint8Array): ColumnRef => ({
    fileId: hexOf(raw.subarray(2, 34)),
    index: raw[34] as number,
  }),
  layoutSegment: (raw: Uint8Array): number => u32At(raw, 34),
  siblingFile: (raw: Uint8Array): FileId => hexOf(raw.subarray(34, 66)),
  siblingSegment: (raw: Uint8Array): number => u32At(raw, 66),
  tagger: (raw: Uint8Array): number => u32At(raw, 34),
}

export const id = mapped(fixedBytes(32), hexOf, id32)
export const layout = array(id, FRAGMENTS)
export const taggerIndex = u32

const fragmentState = enumeration('miner::FragmentState', ['Present', 'Missing', 'Corrupt'])
export const fragmentRecord = struct('miner::Fragment', { size: u32, state: fragmentState })
export type FragmentRecord = Infer<typeof fragmentRecord>

export const columnRecord = struct('miner::Column', {
  segments: u32,
  /** Accounts whose tags count: who declared the file, and whose it is. */
  operator: accountId32,
  owner: accountId32,
  /** Milliseconds since the epoch, since when the chain does not give us this column any more. */
  orphanSince: option(u64),
  /** The tagger that we have confirmed on chain. */
  tagger: option(u32),
})
export type ColumnRecord = Infer<typeof columnRecord>

const auditOutcome = enumeration('miner::AuditOutcome', [
  'Submitted',
  'Passed',
  'Failed',
  'Missed',
  'Unable',
])
/** One challenge and what became of it. */
export const auditRecord = struct('miner::Audit', {
  start: u32,
  deadline: u32,
  seed: fixedBytes(32),
  rows: u8,
  openings: u8,
  outcome: auditOutcome,
  /** Best block when the outcome became known. */
  block: u32,
  reason: str,
})
export type AuditRecord = Infer<typeof auditRecord>

export { decode, encode }
