import { type AccountId, EMPTY, type Hash, toHex, ZERO_HASH } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  accountId32,
  type DigestItem,
  digest,
  hash256,
  type RuntimeVersion,
  runtimeVersion,
  type StateKey,
} from '@cess/primitives'
import { bool, bytes, encode, tuple, u16, u32, u64, vec } from '@cess/scale'
import { dispatchError, failure } from '../errors.ts'
import { ensureRoot, ensureSigned, ensureSignedOrRoot } from '../origin.ts'
import { constant, definePallet } from '../pallet.ts'
import { apiMethod, runtimeApi } from '../runtime-api.ts'
import type { Slot } from '../slot.ts'
import { blake2, twox } from '../storage/hashers.ts'
import { map, value } from '../storage/items.ts'
import { stateKey } from '../storage/keys.ts'
import {
  addWeight,
  type BlockLength,
  blockLength,
  className,
  consumedWeight,
  DB_WEIGHT,
  type DispatchClass,
  dbWeight,
  NO_CONSUMED_WEIGHT,
  subWeight,
  type Weight,
  weigh,
} from '../weights.ts'
import { codeVersion } from './code.ts'
import {
  type AccountData,
  accountInfo,
  type BlockWeights,
  blockWeights,
  codeUpgradeAuthorization,
  dispatchEventInfo,
  EMPTY_ACCOUNT,
  eventRecord,
  lastRuntimeUpgradeInfo,
  phase,
} from './types.ts'

/** `:code`, the Wasm blob that light clients run. */
export const CODE_KEY = ':code' as StateKey
const HEAP_PAGES_KEY = ':heappages' as StateKey
/** `:extrinsic_index`, the position of the extrinsic that is being applied. */
export const EXTRINSIC_INDEX_KEY = ':extrinsic_index' as StateKey

export interface SystemConfig {
  readonly version: RuntimeVersion
  readonly ss58Prefix: number
  /** How many block hashes stay known, which bounds the mortality of transactions. */
  readonly blockHashCount: number
  readonly weights: BlockWeights
  readonly length: BlockLength
  readonly event: Slot<unknown>
  /** Raw access to the current state, for `set_storage` and the well-known keys. */
  readonly raw: () => {
    put(key: StateKey, value: Uint8Array): void
    get(key: StateKey): Uint8Array | undefined
    delete(key: StateKey): void
    append(key: StateKey, item: Uint8Array): void
    clearPrefix(prefix: StateKey, limit?: number): unknown
    storageRoot(): Uint8Array
  }
}

const keyBytes = bytes
const remarkWeight = ({ remark }: { remark: Uint8Array }): Weight =>
  weigh(5 + Math.ceil(remark.length / 1000))

/** Block number, accounts, nonces, events and the limits of a block (frame_system). */
export const system = (config: SystemConfig) =>
  definePallet({
    name: 'System',
    index: 0,
    crate: 'frame_system',
    constants: {
      BlockWeights: constant(blockWeights, config.weights, 'Block and extrinsic weights.'),
      BlockLength: constant(blockLength, config.length, 'Largest block, in bytes by class.'),
      BlockHashCount: constant(u32, config.blockHashCount, 'How many block hashes are kept.'),
      DbWeight: constant(dbWeight, DB_WEIGHT, 'Weight of one read and one write.'),
      Version: constant(runtimeVersion, config.version, 'The version of this runtime.'),
      SS58Prefix: constant(u16, config.ss58Prefix, 'Address prefix of this chain.'),
    },
    storage: {
      Account: map([blake2(accountId32)], accountInfo, {
        default: EMPTY_ACCOUNT,
        docs: 'Nonce, reference counts and balances of every account.',
      }),
      ExtrinsicCount: value(u32, { docs: 'Extrinsics of this block so far.' }),
      BlockWeight: value(consumedWeight, { default: NO_CONSUMED_WEIGHT }),
      AllExtrinsicsLen: value(u32),
      BlockHash: map([twox(u32)], hash256, { default: ZERO_HASH, docs: 'Recent block hashes.' }),
      ExtrinsicData: map([twox(u32)], bytes, { default: EMPTY }),
      Number: value(u32, { default: 0, docs: 'The block being built or imported.' }),
      ParentHash: value(hash256, { default: ZERO_HASH }),
      Digest: value(digest, { default: { logs: [] } }),
      Events: value(vec(eventRecord(config.event.codec)), {
        default: [],
        docs: 'Events of this block.',
      }),
      EventCount: value(u32, { default: 0 }),
      EventTopics: map([blake2(hash256)], vec(tuple(u32, u32)), { default: [] }),
      LastRuntimeUpgrade: value(lastRuntimeUpgradeInfo),
      UpgradedToU32RefCount: value(bool, { default: false }),
      UpgradedToTripleRefCount: value(bool, { default: false }),
      ExecutionPhase: value(phase),
      AuthorizedUpgrade: value(codeUpgradeAuthorization, {
        docs: 'Hash of the code that anybody may bring.',
      }),
    },
    events: {
      ExtrinsicSuccess: { dispatchInfo: dispatchEventInfo },
      ExtrinsicFailed: { dispatchError, dispatchInfo: dispatchEventInfo },
      CodeUpdated: {},
      NewAccount: { account: accountId32 },
      KilledAccount: { account: accountId32 },
      Remarked: { sender: accountId32, hash: hash256 },
      UpgradeAuthorized: { codeHash: hash256, checkVersion: bool },
    },
    errors: {
      InvalidSpecName: 'The new code has another spec name.',
      SpecVersionNeedsToIncrease: 'The new code does not raise the spec version.',
      FailedToExtractRuntimeVersion: 'The new code does not tell its version.',
      NonDefaultComposite: 'The account still holds something besides its nonce.',
      NonZeroRefCount: 'Something still refers to the account.',
      CallFiltered: 'This call is filtered out.',
      MultiBlockMigrationsOngoing: 'A migration is under way; the code cannot change now.',
      NothingAuthorized: 'No new code was authorized.',
      Unauthorized: 'This is not the code that was authorized.',
    },
    api({ storage, emit, errors }) {
      const providers = (who: AccountId, by: 1 | -1): void => {
        const account = storage.Account.get(who)
        const next = account.providers + by
        if (next < 0) throw failure('NoProviders')
        if (next === 0 && account.sufficients === 0) {
          if (account.consumers > 0) throw failure('ConsumerRemaining')
          storage.Account.remove(who)
          emit.KilledAccount({ account: who })
          return
        }
        storage.Account.put(who, { ...account, providers: next })
        if (account.providers === 0 && by === 1) emit.NewAccount({ account: who })
      }
      /** Replaces `:code`, and tells light clients in the block's digest. */
      const setCode = (code: Uint8Array): void => {
        config.raw().put(CODE_KEY, code)
        const log: DigestItem = { type: 'RuntimeEnvironmentUpdated', value: undefined }
        storage.Digest.mutate((d) => ({ logs: [...d.logs, log] }))
        emit.CodeUpdated({})
      }
      /** @throws DispatchError unless the code is of a later version of the same runtime than the code in use. */
      const checkCode = (code: Uint8Array): void => {
        const next = codeVersion(code)
        if (!next) throw errors.FailedToExtractRuntimeVersion()
        const current = codeVersion(config.raw().get(CODE_KEY) ?? EMPTY) ?? config.version
        if (next.specName !== current.specName) throw errors.InvalidSpecName()
        if (next.specVersion <= current.specVersion) throw errors.SpecVersionNeedsToIncrease()
      }
      return {
        number: (): number => storage.Number.get(),
        parentHash: (): Hash => storage.ParentHash.get(),
        blockHash: (number: number): Hash => storage.BlockHash.get(number),
        account: (who: AccountId) => storage.Account.get(who),
        exists: (who: AccountId): boolean => storage.Account.has(who),
        nonce: (who: AccountId): number => storage.Account.get(who).nonce,
        incrementNonce(who: AccountId): void {
          storage.Account.mutate(who, (a) => ({ ...a, nonce: a.nonce + 1 }))
        },
        incProviders: (who: AccountId): void => providers(who, 1),
        decProviders: (who: AccountId): void => providers(who, -1),
        incConsumers(who: AccountId): void {
          const account = storage.Account.get(who)
          if (account.providers === 0) throw failure('NoProviders')
          storage.Account.put(who, { ...account, consumers: account.consumers + 1 })
        },
        decConsumers(who: AccountId): void {
          storage.Account.mutate(who, (a) => ({ ...a, consumers: Math.max(0, a.consumers - 1) }))
        },
        setData(who: AccountId, data: AccountData): void {
          storage.Account.mutate(who, (a) => ({ ...a, data }))
        },
        digest: () => storage.Digest.get(),
        depositLog(log: DigestItem): void {
          storage.Digest.mutate((d) => ({ logs: [...d.logs, log] }))
        },
        /** Appends one encoded `RuntimeEvent`. Events of the genesis block are not kept. */
        depositEvent(event: Uint8Array): void {
          if (storage.Number.get() === 0) return
          const now = storage.ExecutionPhase.get() ?? { type: 'Finalization', value: undefined }
          const head = encode(phase, now)
          const record = new Uint8Array(head.length + event.length + 1)
          record.set(head)
          record.set(event, head.length)
          config.raw().append(storage.Events.key, record)
          storage.EventCount.put(storage.EventCount.get() + 1)
        },
        consumed: () => storage.BlockWeight.get(),
        addWeight(kind: DispatchClass, weight: Weight): void {
          const name = className[kind]
          storage.BlockWeight.mutate((w) => ({ ...w, [name]: addWeight(w[name], weight) }))
        },
        refundWeight(kind: DispatchClass, weight: Weight): void {
          const name = className[kind]
          storage.BlockWeight.mutate((w) => ({ ...w, [name]: subWeight(w[name], weight) }))
        },
        length: (): number => storage.AllExtrinsicsLen.get() ?? 0,
        setLength: (total: number): void => storage.AllExtrinsicsLen.put(total),
        extrinsicIndex(): number | undefined {
          const raw = config.raw().get(EXTRINSIC_INDEX_KEY)
          return raw && new DataView(raw.buffer, raw.byteOffset).getUint32(0, true)
        },
        setCode,
        checkCode,
        authorize(codeHash: Hash, checkVersion: boolean): void {
          storage.AuthorizedUpgrade.put({ codeHash, checkVersion })
          emit.UpgradeAuthorized({ codeHash, checkVersion })
        },
        applyAuthorized(code: Uint8Array): void {
          const authorized = storage.AuthorizedUpgrade.get()
          if (!authorized) throw errors.NothingAuthorized()
          if (toHex(blake2b256(code)) !== authorized.codeHash) throw errors.Unauthorized()
          if (authorized.checkVersion) checkCode(code)
          storage.AuthorizedUpgrade.remove()
          setCode(code)
        },
        weights: config.weights,
        blockLength: config.length,
        version: config.version,
        storage,
        emit,
      }
    },
    genesis({ storage }) {
      storage.BlockHash.put(0, `0x${'45'.repeat(32)}` as Hash)
      storage.LastRuntimeUpgrade.put({
        specVersion: config.version.specVersion,
        specName: config.version.specName,
      })
      storage.UpgradedToU32RefCount.put(true)
      storage.UpgradedToTripleRefCount.put(true)
      storage.ExtrinsicCount.remove()
    },
    runtimeApis: ({ storage }) => [
      runtimeApi('AccountNonceApi', 1, {
        account_nonce: apiMethod({
          inputs: { account: accountId32 },
          output: u32,
          docs: 'Next nonce of an account, without what waits in the pool.',
          run: ({ account }) => storage.Account.get(account).nonce,
        }),
      }),
    ],
    calls: {
      remark: {
        index: 0,
        docs: 'Puts bytes into a block.',
        args: { remark: bytes },
        weight: remarkWeight,
        run(_, origin) {
          ensureSignedOrRoot(origin)
          return undefined
        },
      },
      set_heap_pages: {
        index: 1,
        docs: 'Sets the number of pages in the Wasm environment.',
        args: { pages: u64 },
        weight: weigh(5, 0, 1),
        class: 'Operational',
        run({ api }, origin, { pages }) {
          ensureRoot(origin)
          config.raw().put(HEAP_PAGES_KEY, encode(u64, pages))
          api.depositLog({ type: 'RuntimeEnvironmentUpdated', value: undefined })
          return undefined
        },
      },
      set_code: {
        index: 2,
        docs: 'Replaces the code that light clients run.',
        args: { code: bytes },
        weight: weigh(1_000, 0, 1),
        class: 'Operational',
        run({ api }, origin, { code }) {
          ensureRoot(origin)
          api.checkCode(code)
          api.setCode(code)
          return undefined
        },
      },
      set_code_without_checks: {
        index: 3,
        docs: 'Replaces the code that light clients run, unchecked.',
        args: { code: bytes },
        weight: weigh(1_000, 0, 1),
        class: 'Operational',
        run({ api }, origin, { code }) {
          ensureRoot(origin)
          api.setCode(code)
          return undefined
        },
      },
      set_storage: {
        index: 4,
        docs: 'Sets items of storage.',
        args: { items: vec(tuple(keyBytes, bytes), 10_000) },
        weight: ({ items }) => weigh(5, 0, items.length),
        class: 'Operational',
        run(_, origin, { items }) {
          ensureRoot(origin)
          for (const [key, data] of items) config.raw().put(stateKey(key), data)
          return undefined
        },
      },
      kill_storage: {
        index: 5,
        docs: 'Removes items of storage.',
        args: { keys: vec(keyBytes, 10_000) },
        weight: ({ keys }) => weigh(5, 0, keys.length),
        class: 'Operational',
        run(_, origin, { keys }) {
          ensureRoot(origin)
          for (const key of keys) config.raw().delete(stateKey(key))
          return undefined
        },
      },
      kill_prefix: {
        index: 6,
        docs: 'Removes all storage under a prefix, `subkeys` items at most.',
        args: { prefix: keyBytes, subkeys: u32 },
        weight: ({ subkeys }) => weigh(5, subkeys, subkeys),
        class: 'Operational',
        run(_, origin, { prefix, subkeys }) {
          ensureRoot(origin)
          config.raw().clearPrefix(stateKey(prefix), subkeys)
          return undefined
        },
      },
      remark_with_event: {
        index: 7,
        docs: 'Puts bytes into a block and their hash into an event.',
        args: { remark: bytes },
        weight: remarkWeight,
        run({ emit }, origin, { remark }) {
          const sender = ensureSigned(origin)
          emit.Remarked({ sender, hash: toHex(blake2b256(remark)) as Hash })
          return undefined
        },
      },
      authorize_upgrade: {
        index: 9,
        docs: 'Lets anybody bring the code with this hash, of a later version.',
        args: { codeHash: hash256 },
        weight: weigh(5, 0, 1),
        class: 'Operational',
        run({ api }, origin, { codeHash }) {
          ensureRoot(origin)
          api.authorize(codeHash, true)
          return undefined
        },
      },
      authorize_upgrade_without_checks: {
        index: 10,
        docs: 'Lets anybody bring the code with this hash, whatever its version.',
        args: { codeHash: hash256 },
        weight: weigh(5, 0, 1),
        class: 'Operational',
        run({ api }, origin, { codeHash }) {
          ensureRoot(origin)
          api.authorize(codeHash, false)
          return undefined
        },
      },
      apply_authorized_upgrade: {
        index: 11,
        docs: 'Brings the code that was authorized. Free when it is the right one.',
        args: { code: bytes },
        weight: weigh(1_000, 1, 2),
        class: 'Operational',
        run({ api }, _origin, { code }) {
          api.applyAuthorized(code)
          return { paysFee: 'No' }
        },
      },
    },
  })

export type SystemPallet = ReturnType<typeof system>
