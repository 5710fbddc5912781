import { blake2, map, twox } from '@cess/frame'
import { accountId32, cessHash } from '@cess/primitives'
import { bool, tuple, u8, u32, u64, u128, unit, vec } from '@cess/scale'
import type { EmitOf, ErrorsOf, StorageOf } from '../parts.ts'
import { territoryName } from '../storage-handler/types.ts'
import type { fileBankErrors } from './errors.ts'
import {
  bucketInfo,
  column,
  columnRef,
  dealAssignment,
  dealClaims,
  dealInfo,
  fileInfo,
  lostColumn,
  mayTag,
  nameStr,
  userFileSliceInfo,
} from './types.ts'

export const fileBankStorage = {
  DealMap: map([blake2(cessHash)], dealInfo, { docs: 'Files on their way to miners.' }),
  DealAssignment: map([blake2(cessHash)], dealAssignment, {
    docs: 'Who stores a deal, and until when.',
  }),
  DealClaims: map([blake2(cessHash)], dealClaims, {
    default: [],
    docs: 'Who else declared the file of an open deal and will own it too.',
  }),
  DealDeadline: map([twox(u32), blake2(cessHash)], bool, { docs: 'Deals that end in a block.' }),
  DealDeadlineCounter: map([twox(u32)], u32, { default: 0 }),
  File: map([blake2(cessHash)], fileInfo, { docs: 'Stored files.' }),
  UserHoldFileList: map([blake2(accountId32)], vec(userFileSliceInfo, 500), {
    default: [],
    docs: 'The latest files of a user; UserFiles has all of them.',
  }),
  UserFiles: map([blake2(accountId32), blake2(territoryName), blake2(cessHash)], u128, {
    docs: 'Every file of a user, by territory, with its size.',
  }),
  Bucket: map([blake2(accountId32), blake2(nameStr)], bucketInfo, {
    docs: 'Buckets with their latest objects; BucketFiles has all of them.',
  }),
  UserBucketList: map([blake2(accountId32)], vec(nameStr, 1000), { default: [] }),
  BucketFiles: map([blake2(accountId32), blake2(nameStr), blake2(cessHash)], u128),
  Column: map([blake2(cessHash), twox(u8)], column, {
    docs: 'What one miner holds of a file, by fragment index from 0.',
  }),
  LostColumn: map([blake2(cessHash), twox(u8)], lostColumn, {
    docs: 'Columns whose miner is out of service, until they are repaired.',
  }),
  MinerColumn: map([blake2(accountId32), twox(u32)], columnRef, { docs: 'Columns of a miner.' }),
  ColumnCount: map([blake2(accountId32)], u32, { default: 0 }),
  ColumnWeights: map([blake2(accountId32), twox(u32)], u64, {
    default: 0n,
    docs: 'Fenwick tree over the bytes of the columns of a miner.',
  }),
  Operator: map([blake2(cessHash)], accountId32, { docs: 'Who declared a stored file.' }),
  MayTag: map([blake2(cessHash)], mayTag, {
    default: [],
    docs: 'Whose tagger keys count for a file: those of all who declared it, for whom they did.',
  }),
  TagCount: map([blake2(cessHash)], u8, {
    default: 0,
    docs: 'Miners that have confirmed the tags of a file.',
  }),
  Clearing: map([blake2(tuple(accountId32, territoryName))], unit, {
    docs: 'Expired territories whose files are being deleted.',
  }),
}

export const fileBankEvents = {
  UploadDeclaration: { operator: accountId32, owner: accountId32, dealHash: cessHash },
  TransferReport: { acc: accountId32, dealHash: cessHash },
  DeleteFile: { operator: accountId32, owner: accountId32, fileHash: cessHash },
  CreateBucket: { operator: accountId32, owner: accountId32, bucketName: nameStr },
  DeleteBucket: { operator: accountId32, owner: accountId32, bucketName: nameStr },
  StorageCompleted: { fileHash: cessHash },
  CalculateReport: { miner: accountId32, fileHash: cessHash },
  TerritoryFileDelivery: { fileHash: cessHash, newTerritory: territoryName },
  MinerReassigned: { dealHash: cessHash, index: u8, from: accountId32, to: accountId32 },
  DealTimedOut: { dealHash: cessHash, owner: accountId32 },
  ColumnLost: { miner: accountId32, fileHash: cessHash, index: u8 },
}

/** What the parts of the pallet work with. */
export interface FileBankBase {
  readonly storage: StorageOf<typeof fileBankStorage>
  readonly emit: EmitOf<typeof fileBankEvents>
  readonly errors: ErrorsOf<typeof fileBankErrors>
}
