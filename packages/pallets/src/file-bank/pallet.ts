import { type AccountId, concat, type FileId, fromHex } from '@cess/bytes'
import {
  blake2,
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  map,
  type Provides,
  type SystemApi,
  twox,
  type Verifier,
  weigh,
} from '@cess/frame'
import {
  accountId32,
  cessHash,
  FRAGMENTS,
  fileIdOf,
  fragmentSize,
  MAX_SEGMENTS,
  receiptPayload,
  SEGMENT_SIZE,
  segmentId,
  segmentLengths,
} from '@cess/primitives'
import { bool, fixedBytes, struct, tuple, u8, u32, u64, u128, unit, vec } from '@cess/scale'
import type { BabeApi } from '../babe.ts'
import type { OssApi } from '../oss.ts'
import type { SminerApi } from '../sminer/pallet.ts'
import type { StorageHandlerApi } from '../storage-handler/pallet.ts'
import { territoryName } from '../storage-handler/types.ts'
import { holdingsOf } from './buckets.ts'
import { columnsOf } from './columns.ts'
import { dealsOf } from './deals.ts'
import { fileBankErrors } from './errors.ts'
import {
  bucketInfo,
  column,
  type DealInfo,
  dealAssignment,
  dealInfo,
  dealSegments,
  type FileInfo,
  fileInfo,
  NAME_STR_LIMIT,
  nameStr,
  type UserBrief,
  userBrief,
  userFileSliceInfo,
} from './types.ts'

/** Files of ended leases that one block deletes; each touches 12 miners. */
const CLEAR_PER_BLOCK = 4
/** Files that one transaction may confirm the tags of. */
const MAX_CONFIRM = 100

/** Files: declaration, placement, deletion, buckets (CESS pallet FileBank). */
export const fileBank = (config: {
  readonly system: Provides<SystemApi>
  readonly babe: Provides<BabeApi>
  readonly sminer: Provides<SminerApi>
  readonly storageHandler: Provides<StorageHandlerApi>
  readonly oss: Provides<OssApi>
  readonly verifier: Verifier
  /** Whose key a tagger number stands for; the Audit pallet knows. */
  readonly taggerOwner: (tagger: number) => AccountId | undefined
  readonly dealBlocks: { readonly base: number; readonly perSegment: number }
}) =>
  definePallet({
    name: 'FileBank',
    index: 104,
    crate: 'pallet_file_bank',
    constants: {
      SegmentCount: constant(u32, MAX_SEGMENTS, 'Segments of a file.'),
      FragmentCount: constant(u32, FRAGMENTS, 'Fragments of a segment.'),
      SegmentSize: constant(u32, SEGMENT_SIZE, 'Ciphertext bytes of a full segment.'),
      NameStrLimit: constant(u32, NAME_STR_LIMIT),
      NameMinLength: constant(u32, 3),
      BucketLimit: constant(u32, 1000),
    },
    storage: {
      DealMap: map([blake2(cessHash)], dealInfo, { docs: 'Files on their way to miners.' }),
      DealAssignment: map([blake2(cessHash)], dealAssignment, {
        docs: 'Who stores a deal, and until when.',
      }),
      DealDeadline: map([twox(u32), blake2(cessHash)], bool, {
        docs: 'Deals that end in a block.',
      }),
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
      MinerColumn: map(
        [blake2(accountId32), twox(u32)],
        struct('pallet_file_bank::types::ColumnRef', { file: cessHash, index: u8 }),
        { docs: 'The columns of a miner.' },
      ),
      ColumnCount: map([blake2(accountId32)], u32, { default: 0 }),
      ColumnWeights: map([blake2(accountId32), twox(u32)], u64, {
        default: 0n,
        docs: 'Fenwick tree over the bytes of the columns of a miner.',
      }),
      Operator: map([blake2(cessHash)], accountId32, {
        docs: 'Who declared a stored file, and may tag it beside its owner.',
      }),
      TagCount: map([blake2(cessHash)], u8, {
        default: 0,
        docs: 'Miners that have confirmed the tags of a file.',
      }),
      Clearing: map([blake2(tuple(accountId32, territoryName))], unit, {
        docs: 'Expired territories whose files are being deleted.',
      }),
    },
    events: {
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
    },
    errors: fileBankErrors,
    api({ storage, emit, errors, use }) {
      const deals = dealsOf({
        storage,
        errors,
        miners: () => use(config.sminer),
        territories: () => use(config.storageHandler),
        random: (subject) => use(config.babe).random(subject),
        now: () => use(config.system).number(),
        blocks: config.dealBlocks,
      })
      const columns = columnsOf(storage)
      const holdings = holdingsOf(storage, errors)
      const file = (hash: FileId): FileInfo => {
        const found = storage.File.get(hash)
        if (!found) throw errors.FileNonExistent()
        return found
      }
      const ownerOf = (info: FileInfo, user: AccountId): UserBrief => {
        const found = info.owner.find((o) => o.user === user)
        if (!found) throw errors.NotOwner()
        return found
      }
      const deal = (hash: FileId): DealInfo => {
        const found = storage.DealMap.get(hash)
        if (!found) throw errors.NonExistent()
        return found
      }
      /** Makes the file of a deal whose miners have all reported. */
      const complete = (hash: FileId, info: DealInfo): void => {
        const { miners, columnBytes, operator } = deals.assignment(hash)
        storage.Operator.put(hash, operator)
        const lengths = segmentLengths(Number(info.fileSize))
        storage.File.put(hash, {
          segmentList: info.segmentList.map((s) => ({
            hash: s.hash,
            fragmentList: s.fragmentList.map((id, i) => ({
              hash: id,
              avail: true,
              tag: undefined,
              miner: miners[i]!,
            })),
          })),
          owner: [info.user],
          fileSize: info.fileSize,
          completion: use(config.system).number(),
          stat: 'Active',
        })
        miners.forEach((miner, index) => {
          use(config.sminer).serve(miner, columnBytes)
          columns.add(hash, index, {
            miner,
            bytes: columnBytes,
            ids: concat(...info.segmentList.map((s) => Uint8Array.fromHex(s.fragmentList[index]!))),
            fragmentBytes: fragmentSize(lengths[0]!),
            lastBytes: fragmentSize(lengths.at(-1)!),
            tagger: undefined,
          })
        })
        const { user, territoryName: name } = info.user
        use(config.storageHandler).use(user, name, columnBytes * BigInt(FRAGMENTS))
        holdings.add(hash, info.user, info.fileSize)
        deals.remove(hash)
        emit.StorageCompleted({ fileHash: hash })
      }
      return {
        deals,
        columns,
        holdings,
        file,
        ownerOf,
        deal,
        mayAct(operator: AccountId, owner: AccountId): void {
          if (!use(config.oss).mayAct(operator, owner)) throw errors.NoPermission()
        },
        /** Notes that miner `index` (from 1) of a deal has its data. */
        report(hash: FileId, index: number, miner: AccountId): void {
          const info = deal(hash)
          if (deals.assignment(hash).miners[index - 1] !== miner) throw errors.MinerError()
          if (info.completeList.some((c) => c.index === index)) throw errors.IsOwned()
          const next = { ...info, completeList: [...info.completeList, { index, miner }] }
          emit.TransferReport({ acc: miner, dealHash: hash })
          if (next.completeList.length === FRAGMENTS) complete(hash, next)
          else storage.DealMap.put(hash, next)
        },
        /** Takes a file away from its owner and everywhere. */
        remove(hash: FileId, owner: AccountId): void {
          const info = file(hash)
          const brief = ownerOf(info, owner)
          let freed = 0n
          for (let index = 0; index < FRAGMENTS; index++) {
            const gone = columns.remove(hash, index)
            if (!gone) continue
            freed += gone.bytes
            if (use(config.sminer).find(gone.miner))
              use(config.sminer).release(gone.miner, gone.bytes)
          }
          use(config.storageHandler).free(owner, brief.territoryName, freed)
          holdings.remove(hash, brief)
          storage.TagCount.remove(hash)
          storage.Operator.remove(hash)
          storage.File.remove(hash)
        },
        /**
         * Notes that a miner has checked the tags of a file. Only the key of whoever declared or owns the file counts:
         * with a key of its own a miner could make tags for data that it does not have.
         */
        confirm(miner: AccountId, hash: FileId, index: number, tagger: number): void {
          const held = storage.Column.get(hash, index)
          if (!held || held.miner !== miner) throw errors.MinerError()
          const signer = config.taggerOwner(tagger)
          if (signer === undefined) throw errors.NonExistent()
          const owners = file(hash).owner.map((o) => o.user)
          if (signer !== storage.Operator.get(hash) && !owners.includes(signer))
            throw errors.NoPermission()
          if (held.tagger !== undefined) throw errors.Calculate()
          storage.Column.put(hash, index, { ...held, tagger })
          const count = storage.TagCount.get(hash) + 1
          storage.TagCount.put(hash, count)
          emit.CalculateReport({ miner, fileHash: hash })
          if (count < FRAGMENTS) return
          const tag = use(config.system).number()
          const info = file(hash)
          storage.File.put(hash, {
            ...info,
            segmentList: info.segmentList.map((s) => ({
              ...s,
              fragmentList: s.fragmentList.map((f) => ({ ...f, tag })),
            })),
          })
        },
      }
    },
    hooks: {
      onInitialize({ api, storage, emit, use }, block) {
        const territories = use(config.storageHandler)
        const expired = territories.expireDue(block, (owner, name) =>
          storage.Clearing.put([owner, name], undefined),
        )
        const due = api.deals.due(block)
        for (const hash of due) {
          const { user } = api.deals.cancel(hash)
          emit.DealTimedOut({ dealHash: hash, owner: user })
        }
        let cleared = 0
        for (const [[[owner, name]]] of storage.Clearing.entries()) {
          const files = api.holdings.inTerritory(owner, name, CLEAR_PER_BLOCK - cleared)
          for (const hash of files) {
            api.remove(hash, owner)
            emit.DeleteFile({ operator: owner, owner, fileHash: hash })
          }
          cleared += files.length
          if (cleared >= CLEAR_PER_BLOCK) break
          storage.Clearing.remove([owner, name])
        }
        const work = expired * 3 + due.length * 30 + cleared * 200
        return weigh(20 + work * 10, 4 + work, 1 + work)
      },
    },
    calls: {
      upload_declaration: {
        index: 0,
        docs: 'Declares a file: its segments with their fragments, whose it is and its ciphertext length. Space is locked and 12 miners are drawn.',
        args: { fileHash: cessHash, dealInfo: dealSegments, userBrief, fileSize: u128 },
        weight: (args) => weigh(500 + args.dealInfo.length * 40, 60, 40),
        run({ api, storage, emit, errors }, origin, args) {
          const operator = ensureSigned(origin)
          const { fileHash, dealInfo: segments, userBrief: user, fileSize } = args
          api.mayAct(operator, user.user)
          if (storage.File.has(fileHash) || storage.DealMap.has(fileHash)) throw errors.Existed()
          if (fileSize > BigInt(MAX_SEGMENTS * SEGMENT_SIZE)) throw errors.LengthExceedsLimit()
          if (user.fileName.length === 0) throw errors.LessMinLength()
          if (user.bucketName.length > 0 && user.bucketName.length < 3) throw errors.LessMinLength()
          const lengths = segmentLengths(Number(fileSize))
          if (segments.length !== lengths.length) throw errors.SpecError()
          segments.forEach((s, i) => {
            if (s.fragmentList.length !== FRAGMENTS) throw errors.SpecError()
            if (segmentId(lengths[i]!, s.fragmentList) !== s.hash) throw errors.DigestError()
          })
          if (fileIdOf(fileSize, segments) !== fileHash) throw errors.DigestError()
          const deal = { fileSize, segmentList: segments, user, completeList: [] }
          api.deals.open(fileHash, deal, operator)
          emit.UploadDeclaration({ operator, owner: user.user, dealHash: fileHash })
          return undefined
        },
      },
      territory_file_delivery: {
        index: 2,
        docs: 'Counts a file to another territory of its owner.',
        args: { user: accountId32, fileHash: cessHash, targetTerritory: territoryName },
        weight: weigh(150, 8, 8),
        run({ api, storage, emit, use }, origin, { user, fileHash, targetTerritory }) {
          api.mayAct(ensureSigned(origin), user)
          const info = api.file(fileHash)
          const brief = api.ownerOf(info, user)
          const bytes = [...storage.Column.entries(fileHash)].reduce((n, [, c]) => n + c.bytes, 0n)
          use(config.storageHandler).shift(user, brief.territoryName, targetTerritory, bytes)
          const moved = { ...brief, territoryName: targetTerritory }
          const owner = info.owner.map((o) => (o === brief ? moved : o))
          storage.File.put(fileHash, { ...info, owner })
          api.holdings.remove(fileHash, brief)
          api.holdings.add(fileHash, moved, info.fileSize)
          emit.TerritoryFileDelivery({ fileHash, newTerritory: targetTerritory })
          return undefined
        },
      },
      transfer_report: {
        index: 3,
        docs: 'A miner says that it has its fragments of a deal; index counts from 1.',
        args: { index: u8, dealHash: cessHash },
        weight: weigh(400, 60, 60),
        run({ api }, origin, { index, dealHash }) {
          api.report(dealHash, index, ensureSigned(origin))
          return undefined
        },
      },
      delete_file: {
        index: 6,
        docs: 'Deletes a file of the owner.',
        args: { owner: accountId32, fileHash: cessHash },
        weight: weigh(600, 150, 150),
        run({ api, emit }, origin, { owner, fileHash }) {
          const operator = ensureSigned(origin)
          api.mayAct(operator, owner)
          api.remove(fileHash, owner)
          emit.DeleteFile({ operator, owner, fileHash })
          return undefined
        },
      },
      create_bucket: {
        index: 11,
        docs: 'Makes an empty bucket.',
        args: { owner: accountId32, name: nameStr },
        weight: weigh(40, 3, 2),
        run({ api, emit }, origin, { owner, name }) {
          const operator = ensureSigned(origin)
          api.mayAct(operator, owner)
          api.holdings.createBucket(owner, name)
          emit.CreateBucket({ operator, owner, bucketName: name })
          return undefined
        },
      },
      delete_bucket: {
        index: 12,
        docs: 'Removes an empty bucket.',
        args: { owner: accountId32, name: nameStr },
        weight: weigh(40, 3, 2),
        run({ api, emit }, origin, { owner, name }) {
          const operator = ensureSigned(origin)
          api.mayAct(operator, owner)
          api.holdings.deleteBucket(owner, name)
          emit.DeleteBucket({ operator, owner, bucketName: name })
          return undefined
        },
      },
      root_clear_file: {
        index: 22,
        docs: 'Deletes a file (Root).',
        args: { owner: accountId32, fileHash: cessHash },
        weight: weigh(600, 150, 150),
        run({ api, emit }, origin, { owner, fileHash }) {
          ensureRoot(origin)
          api.remove(fileHash, owner)
          emit.DeleteFile({ operator: owner, owner, fileHash })
          return undefined
        },
      },
      submit_receipts: {
        index: 30,
        docs: 'Brings receipts that miners signed for their fragments of a deal; index counts from 1.',
        args: {
          dealHash: cessHash,
          receipts: vec(
            struct('pallet_file_bank::types::Receipt', { index: u8, signature: fixedBytes(64) }),
            FRAGMENTS,
          ),
        },
        weight: (args) => weigh(400 + args.receipts.length * 80, 60, 60),
        run({ api, errors, use }, origin, { dealHash, receipts }) {
          ensureSigned(origin)
          const genesis = fromHex(use(config.system).blockHash(0))
          const { miners } = api.deals.assignment(dealHash)
          for (const { index, signature } of receipts) {
            const miner = miners[index - 1]
            if (miner === undefined) throw errors.MinerError()
            const key = fromHex(miner)
            const message = receiptPayload(genesis, dealHash, index, key)
            if (!config.verifier.verify('sr25519', signature, message, key))
              throw errors.MalformedSignature()
            api.report(dealHash, index, miner)
          }
          return undefined
        },
      },
      confirm_tags: {
        index: 31,
        docs: 'A miner confirms that it has checked the tags of files; index counts from 1.',
        args: {
          tagger: u32,
          files: vec(
            struct('pallet_file_bank::types::TaggedFile', { fileHash: cessHash, index: u8 }),
            MAX_CONFIRM,
          ),
        },
        weight: (args) =>
          weigh(20 + args.files.length * 40, args.files.length * 3, args.files.length * 3),
        run({ api }, origin, { tagger, files }) {
          const miner = ensureSigned(origin)
          for (const { fileHash, index } of files) api.confirm(miner, fileHash, index - 1, tagger)
          return undefined
        },
      },
      reassign_miner: {
        index: 32,
        docs: 'Gives the fragments of a miner that does not take them to another one; index counts from 1.',
        args: { dealHash: cessHash, index: u8 },
        weight: weigh(300, 100, 6),
        run({ api, emit, errors }, origin, { dealHash, index }) {
          const who = ensureSigned(origin)
          const deal = api.deal(dealHash)
          const { operator, miners } = api.deals.assignment(dealHash)
          if (who !== operator && who !== deal.user.user) throw errors.NoPermission()
          const from = miners[index - 1]
          if (from === undefined) throw errors.MinerError()
          const to = api.deals.replace(dealHash, deal, index - 1)
          emit.MinerReassigned({ dealHash, index, from, to })
          return undefined
        },
      },
    },
  })
export type FileBankApi = NonNullable<ReturnType<typeof fileBank>['provided']>
