import { accountId32, cessHash, FRAGMENTS, MAX_SEGMENTS, segmentList } from '@cess/primitives'
import {
  bool,
  boundedBytes,
  enumeration,
  type Infer,
  option,
  struct,
  u8,
  u32,
  u64,
  u128,
  vec,
} from '@cess/scale'
import { territoryName } from '../storage-handler/types.ts'

export const NAME_STR_LIMIT = 63
/** Owners of one file. Encrypted files are never equal, so more than one share public content. */
export const OWNER_LIMIT = 64
/** Accounts that may declare the file of a deal that another one has opened. */
export const MAX_CLAIMS = 15
/** Replaced miners of a deal that are not drawn again. */
export const MAX_DROPPED = 48

export const nameStr = boundedBytes(NAME_STR_LIMIT)
export const dealSegments = vec(segmentList, MAX_SEGMENTS)

/** Whose file it is, what they call it, and where it counts. */
export const userBrief = struct('pallet_file_bank::types::UserBrief', {
  user: accountId32,
  fileName: nameStr,
  bucketName: nameStr,
  territoryName,
})
export type UserBrief = Infer<typeof userBrief>

const completeInfo = struct('pallet_file_bank::types::CompleteInfo', {
  index: u8,
  miner: accountId32,
})
/** A declared file on its way to its miners. */
export const dealInfo = struct('pallet_file_bank::types::DealInfo', {
  fileSize: u128,
  segmentList: dealSegments,
  user: userBrief,
  completeList: vec(completeInfo, FRAGMENTS),
})
export type DealInfo = Infer<typeof dealInfo>

/** Who is to store a deal, and until when. Miner i (counted from 0) stores fragment i of every segment. */
export const dealAssignment = struct('pallet_file_bank::types::DealAssignment', {
  miners: vec(accountId32, FRAGMENTS),
  operator: accountId32,
  deadline: u32,
  /** Bytes that each of the miners stores. */
  columnBytes: u64,
  /** Miners that were replaced last; they are not drawn again. */
  dropped: vec(accountId32, MAX_DROPPED),
  /** Block in which each column got its miner. */
  assigned: vec(u32, FRAGMENTS),
})
export type DealAssignment = Infer<typeof dealAssignment>

const dealClaim = struct('pallet_file_bank::types::DealClaim', {
  user: userBrief,
  operator: accountId32,
})
export const dealClaims = vec(dealClaim, MAX_CLAIMS)
export const mayTag = vec(accountId32, 2 * (MAX_CLAIMS + 1))

/** `Recovery`: fragments are lost, the rest restore the file. `Missing`: too many are. */
export const fileState = enumeration('pallet_file_bank::types::FileState', [
  'Active',
  'Calculate',
  'Missing',
  'Recovery',
])
const fragmentInfo = struct('pallet_file_bank::types::FragmentInfo', {
  hash: cessHash,
  avail: bool,
  /** Block in which all miners had confirmed the tags. */
  tag: option(u32),
  miner: accountId32,
})
const segmentInfo = struct('pallet_file_bank::types::SegmentInfo', {
  hash: cessHash,
  fragmentList: vec(fragmentInfo, FRAGMENTS),
})
/** A stored file. */
export const fileInfo = struct('pallet_file_bank::types::FileInfo', {
  segmentList: vec(segmentInfo, MAX_SEGMENTS),
  owner: vec(userBrief, OWNER_LIMIT),
  fileSize: u128,
  completion: u32,
  stat: fileState,
})
export type FileInfo = Infer<typeof fileInfo>

export const userFileSliceInfo = struct('pallet_file_bank::types::UserFileSliceInfo', {
  territoryName,
  fileHash: cessHash,
  fileSize: u128,
})
export const bucketInfo = struct('pallet_file_bank::types::BucketInfo', {
  objectList: vec(cessHash, 500),
  authority: vec(accountId32, 1),
})

export const columnRef = struct('pallet_file_bank::types::ColumnRef', {
  file: cessHash,
  index: u8,
})
/** A column that nobody holds: its last miner, and since when. */
export const lostColumn = struct('pallet_file_bank::types::LostColumn', {
  miner: accountId32,
  since: u32,
})

/** What one miner holds of one file: fragment `index` of every segment. */
export const column = struct('pallet_file_bank::types::Column', {
  miner: accountId32,
  /** Place among the miner's columns. */
  position: u32,
  /** Bytes of all fragments. */
  bytes: u64,
  /** Fragment ids, 32 bytes each, in the order of segments. */
  ids: boundedBytes(32 * MAX_SEGMENTS),
  /** Bytes of every fragment but the last, and of the last. */
  fragmentBytes: u32,
  lastBytes: u32,
  /** The tagger whose tags the miner has checked. */
  tagger: option(u32),
})
export type Column = Infer<typeof column>
