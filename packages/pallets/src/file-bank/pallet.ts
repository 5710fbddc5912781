import { type AccountId, type FileId, fromHex } from '@cess/bytes'
import {
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  type Provides,
  type SystemApi,
  type Verifier,
  type Weight,
  weigh,
} from '@cess/frame'
import {
  accountId32,
  cessHash,
  FRAGMENTS,
  fileIdOf,
  MAX_SEGMENTS,
  receiptPayload,
  SEGMENT_SIZE,
  type SegmentList,
  segmentId,
  segmentLengths,
} from '@cess/primitives'
import { fixedBytes, struct, u8, u32, u128, vec } from '@cess/scale'
import type { BabeApi } from '../babe.ts'
import type { OssApi } from '../oss.ts'
import type { SminerApi } from '../sminer/pallet.ts'
import type { StorageHandlerApi } from '../storage-handler/pallet.ts'
import { territoryName } from '../storage-handler/types.ts'
import { holdingsOf } from './buckets.ts'
import { choresOf } from './chores.ts'
import { columnsOf } from './columns.ts'
import { dealsOf } from './deals.ts'
import { MAX_LOOKED } from './draw.ts'
import { fileBankErrors } from './errors.ts'
import { filesOf } from './files.ts'
import { fileBankEvents, fileBankStorage } from './storage.ts'
import { dealSegments, NAME_STR_LIMIT, nameStr, userBrief } from './types.ts'

/** Files of ended leases and columns of lost miners that every block deletes; more when it has time left. */
const CHORES_PER_BLOCK = 2
const MAX_CHORES = 20
/** Files that one transaction may confirm the tags of. */
const MAX_CONFIRM = 100

/** Deals and files are one record each, which is read and written as a whole: a time for every segment. */
const declaring = (segments: number, looked: number): Weight =>
  weigh(500 + segments * 130, 30 + 2 * looked, 40)
const reporting = (segments: number, signatures: number, columns = FRAGMENTS): Weight =>
  weigh(400 + segments * 130 + signatures * 300, 10 + columns * 5, 10 + columns * 5)
/** Each column is taken out of the tree of a miner that may have a million of them. */
const removing = (segments: number, columns = FRAGMENTS): Weight =>
  weigh(300 + segments * 30 + columns * 50, 12 + columns * 30, 12 + columns * 30)
const REMOVAL = removing(MAX_SEGMENTS)
/** The last confirmation of a file goes into its record; the records of one call have as many segments as one file at most. */
const confirming = (files: number, segments: number): Weight =>
  weigh(20 + files * 60 + segments * 60, files * 6, files * 4)

/** Files: declaration, placement, sharing, deletion, buckets (CESS pallet FileBank). */
export const fileBank = (config: {
  readonly system: Provides<SystemApi>
  readonly babe: Provides<BabeApi>
  readonly sminer: Provides<SminerApi>
  readonly storageHandler: Provides<StorageHandlerApi>
  readonly oss: Provides<OssApi>
  readonly verifier: Verifier
  /** Whose key a tagger number stands for; the Audit pallet knows. */
  readonly taggerOwner: (tagger: number) => AccountId | undefined
  /** Told of fragments that a miner does not have to keep any more: the Audit pallet asks for them no longer. */
  readonly released: (miner: AccountId, fragmentIds: Uint8Array) => void
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
    storage: fileBankStorage,
    events: fileBankEvents,
    errors: fileBankErrors,
    api({ storage, emit, errors, use }) {
      const base = { storage, emit, errors }
      const shared = {
        ...base,
        miners: () => use(config.sminer),
        territories: () => use(config.storageHandler),
        random: (subject: Uint8Array) => use(config.babe).random(subject),
        now: () => use(config.system).number(),
        blocks: config.dealBlocks,
      }
      const deals = dealsOf(shared)
      const columns = columnsOf(storage)
      const holdings = holdingsOf(storage, errors)
      const { released, taggerOwner } = config
      const files = filesOf({ ...shared, deals, columns, holdings, released, taggerOwner })
      return {
        deals,
        columns,
        holdings,
        files,
        chores: choresOf({ ...base, files, holdings, miners: shared.miners }),
        /** Whether this account is an owner of a stored file. */
        owns: (user: AccountId, hash: FileId): boolean =>
          storage.File.get(hash)?.owner.some((brief) => brief.user === user) ?? false,
        mayAct(operator: AccountId, owner: AccountId): void {
          if (!use(config.oss).mayAct(operator, owner)) throw errors.NoPermission()
        },
        /** Checks that a file id binds these segments, and they the lengths that follow from the file's. */
        checkLayout(hash: FileId, fileSize: bigint, segments: readonly SegmentList[]): void {
          if (fileSize > BigInt(MAX_SEGMENTS) * BigInt(SEGMENT_SIZE))
            throw errors.LengthExceedsLimit()
          const lengths = segmentLengths(Number(fileSize))
          if (segments.length !== lengths.length) throw errors.SpecError()
          segments.forEach((s, i) => {
            if (s.fragmentList.length !== FRAGMENTS) throw errors.SpecError()
            if (segmentId(lengths[i]!, s.fragmentList) !== s.hash) throw errors.DigestError()
          })
          if (fileIdOf(fileSize, segments) !== hash) throw errors.DigestError()
        },
      }
    },
    hooks: {
      onInitialize({ api, storage, emit, use }, block) {
        const expired = use(config.storageHandler).leases.expireDue(block, (owner, name) =>
          storage.Clearing.put([owner, name], undefined),
        )
        const ended = api.deals.endDue(block)
        for (const { hash, owners } of ended)
          for (const owner of owners) emit.DealTimedOut({ dealHash: hash, owner })
        const chores = api.chores.work(CHORES_PER_BLOCK)
        return weigh(
          30 + expired * 20 + ended.length * 150 + chores * 1_000,
          6 + expired * 4 + ended.length * 20 + chores * 150,
          2 + expired * 5 + ended.length * 20 + chores * 150,
        )
      },
      onIdle({ api }, _block, left) {
        const limit = Math.min(MAX_CHORES, Number(left.refTime / REMOVAL.refTime))
        const chores = limit > 0 ? api.chores.work(limit) : 0
        return weigh(chores * 1_000, 2 + chores * 150, chores * 150)
      },
    },
    calls: {
      upload_declaration: {
        index: 0,
        docs: 'Declares a file: its segments with their fragments, whose it is and its ciphertext length. Space is locked and 12 miners are drawn. A file that is declared or stored already, by others, gets one more owner.',
        args: { fileHash: cessHash, dealInfo: dealSegments, userBrief, fileSize: u128 },
        weight: (args) => declaring(args.dealInfo.length, MAX_LOOKED),
        run({ api, storage, emit, errors }, origin, args) {
          const operator = ensureSigned(origin)
          const { fileHash, dealInfo: segments, userBrief: user, fileSize } = args
          api.mayAct(operator, user.user)
          if (user.fileName.length === 0) throw errors.LessMinLength()
          if (user.bucketName.length > 0 && user.bucketName.length < 3) throw errors.LessMinLength()
          api.checkLayout(fileHash, fileSize, segments)
          const stored = storage.File.get(fileHash)
          let looked = 0
          if (stored) api.files.share(fileHash, stored, user)
          else if (storage.DealMap.has(fileHash)) api.deals.claim(fileHash, user, operator)
          else {
            const deal = { fileSize, segmentList: segments, user, completeList: [] }
            looked = api.deals.open(fileHash, deal, operator)
          }
          emit.UploadDeclaration({ operator, owner: user.user, dealHash: fileHash })
          return { actualWeight: declaring(segments.length, looked) }
        },
      },
      territory_file_delivery: {
        index: 2,
        docs: 'Counts a file to another territory of its owner.',
        args: { user: accountId32, fileHash: cessHash, targetTerritory: territoryName },
        weight: removing(MAX_SEGMENTS, 0),
        run({ api, emit }, origin, { user, fileHash, targetTerritory }) {
          api.mayAct(ensureSigned(origin), user)
          const segments = api.files.deliver(fileHash, user, targetTerritory)
          emit.TerritoryFileDelivery({ fileHash, newTerritory: targetTerritory })
          return { actualWeight: removing(segments, 0) }
        },
      },
      transfer_report: {
        index: 3,
        docs: 'A miner says that it has its fragments of a deal; index counts from 1.',
        args: { index: u8, dealHash: cessHash },
        weight: reporting(MAX_SEGMENTS, 0),
        run({ api }, origin, { index, dealHash }) {
          const reports = [{ index, miner: ensureSigned(origin) }]
          const { segments, columns } = api.files.report(dealHash, reports)
          return { actualWeight: reporting(segments, 0, columns) }
        },
      },
      delete_file: {
        index: 6,
        docs: 'Deletes a file of the owner. While it has other owners, they keep it.',
        args: { owner: accountId32, fileHash: cessHash },
        weight: REMOVAL,
        run({ api, emit }, origin, { owner, fileHash }) {
          const operator = ensureSigned(origin)
          api.mayAct(operator, owner)
          const { segments, columns } = api.files.remove(fileHash, owner)
          emit.DeleteFile({ operator, owner, fileHash })
          return { actualWeight: removing(segments, columns) }
        },
      },
      create_bucket: {
        index: 11,
        docs: 'Makes an empty bucket.',
        args: { owner: accountId32, name: nameStr },
        weight: weigh(100, 3, 2),
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
        weight: weigh(100, 4, 2),
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
        docs: 'Deletes a file of an owner (Root).',
        args: { owner: accountId32, fileHash: cessHash },
        weight: REMOVAL,
        run({ api, emit }, origin, { owner, fileHash }) {
          ensureRoot(origin)
          const { segments, columns } = api.files.remove(fileHash, owner)
          emit.DeleteFile({ operator: owner, owner, fileHash })
          return { actualWeight: removing(segments, columns) }
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
        weight: (args) => reporting(MAX_SEGMENTS, args.receipts.length),
        run({ api, errors, use }, origin, { dealHash, receipts }) {
          ensureSigned(origin)
          const genesis = fromHex(use(config.system).blockHash(0))
          const { miners } = api.deals.assignment(dealHash)
          const reports = receipts.map(({ index, signature }) => {
            const miner = miners[index - 1]
            if (miner === undefined) throw errors.MinerError()
            const key = fromHex(miner)
            const message = receiptPayload(genesis, dealHash, index, key)
            if (!config.verifier.verify('sr25519', signature, message, key))
              throw errors.MalformedSignature()
            return { index, miner }
          })
          const { segments, columns } = api.files.report(dealHash, reports)
          return { actualWeight: reporting(segments, receipts.length, columns) }
        },
      },
      confirm_tags: {
        index: 31,
        docs: 'A miner confirms that it has checked the tags of files; index counts from 1. Of very long files, one at a time.',
        args: {
          tagger: u32,
          files: vec(
            struct('pallet_file_bank::types::TaggedFile', { fileHash: cessHash, index: u8 }),
            MAX_CONFIRM,
          ),
        },
        weight: (args) => confirming(args.files.length, MAX_SEGMENTS),
        run({ api, errors }, origin, { tagger, files }) {
          const miner = ensureSigned(origin)
          let segments = 0
          for (const { fileHash, index } of files) {
            segments += api.files.confirm(miner, fileHash, index - 1, tagger)
            if (segments > MAX_SEGMENTS) throw errors.LengthExceedsLimit()
          }
          return { actualWeight: confirming(files.length, segments) }
        },
      },
      reassign_miner: {
        index: 32,
        docs: 'Gives the fragments of a miner that does not take them to another one; index counts from 1.',
        args: { dealHash: cessHash, index: u8 },
        weight: weigh(300 + MAX_SEGMENTS * 20, 10 + 2 * MAX_LOOKED, 6),
        run({ api, emit }, origin, { dealHash, index }) {
          const { from, to } = api.deals.replace(dealHash, ensureSigned(origin), index - 1)
          emit.MinerReassigned({ dealHash, index, from, to })
          return undefined
        },
      },
    },
  })
export type FileBankApi = NonNullable<ReturnType<typeof fileBank>['provided']>
