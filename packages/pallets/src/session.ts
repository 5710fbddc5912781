import { type AccountId, equal } from '@cess/bytes'
import {
  apiMethod,
  definePallet,
  ensureSigned,
  map,
  type Provides,
  runtimeApi,
  type SystemApi,
  twox,
  value,
  weigh,
} from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import {
  bool,
  bytes,
  decode,
  fixedBytes,
  type Infer,
  option,
  struct,
  tuple,
  u32,
  vec,
} from '@cess/scale'
import type { FindAuthor } from './authorship.ts'
import type { BabeApi } from './babe.ts'
import type { GrandpaApi } from './grandpa.ts'

/** The public keys that a validator signs with. */
export const sessionKeys = struct('cess_runtime::SessionKeys', {
  grandpa: fixedBytes(32),
  babe: fixedBytes(32),
})
export type SessionKeys = Infer<typeof sessionKeys>

export interface SessionGenesis {
  readonly validators: readonly (readonly [AccountId, SessionKeys])[]
}

const KEY_TYPES = { grandpa: 'gran', babe: 'babe' } as const
const keyType = (name: keyof SessionKeys): Uint8Array =>
  Uint8Array.from(KEY_TYPES[name], (c) => c.charCodeAt(0))
const MAX_VALIDATORS = 1000

/** Which validators sign, by session (pallet_session). The set is fixed for now; their keys may change. */
export const session = (config: {
  readonly system: Provides<SystemApi>
  readonly babe: Provides<BabeApi>
  readonly grandpa: Provides<GrandpaApi>
}) =>
  definePallet({
    name: 'Session',
    index: 12,
    crate: 'pallet_session',
    storage: {
      Validators: value(vec(accountId32, MAX_VALIDATORS), { default: [] }),
      CurrentIndex: value(u32, { default: 0 }),
      QueuedChanged: value(bool, { default: false }),
      QueuedKeys: value(vec(tuple(accountId32, sessionKeys), MAX_VALIDATORS), { default: [] }),
      DisabledValidators: value(vec(u32, MAX_VALIDATORS), { default: [] }),
      NextKeys: map([twox(accountId32)], sessionKeys),
      KeyOwner: map([twox(tuple(fixedBytes(4), bytes))], accountId32),
    },
    events: { NewSession: { sessionIndex: u32 } },
    errors: {
      InvalidProof: 'Invalid ownership proof.',
      NoAssociatedValidatorId: 'No associated validator ID for account.',
      DuplicatedKey: 'Registered duplicate key.',
      NoKeys: 'No keys are associated with this account.',
      NoAccount: 'Key setting account is not live, so it is impossible to associate keys.',
    },
    api({ storage, emit, errors, use }) {
      const babeSet = (keys: readonly (readonly [AccountId, SessionKeys])[]) =>
        keys.map(([, k]) => [k.babe, 1n] as const)
      const queue = (): readonly (readonly [AccountId, SessionKeys])[] =>
        storage.Validators.get().map((who) => [who, storage.NextKeys.get(who)!] as const)
      return {
        validators: () => storage.Validators.get(),
        findAuthor(): AccountId | undefined {
          const index = use(config.babe).preDigest()?.value.authorityIndex
          return index === undefined ? undefined : storage.Validators.get()[index]
        },
        /** Ends the session: queued keys begin to count, and the keys known now are queued. */
        rotate(): void {
          const queued = storage.QueuedKeys.get()
          const changed = storage.QueuedChanged.get()
          const index = storage.CurrentIndex.get() + 1
          storage.CurrentIndex.put(index)
          const next = queue()
          storage.QueuedChanged.put(next.some(([, k], i) => !sameKeys(k, queued[i]![1])))
          storage.QueuedKeys.put(next)
          emit.NewSession({ sessionIndex: index })
          use(config.babe).enactEpochChange(babeSet(queued), babeSet(next), index)
          if (changed) use(config.grandpa).scheduleChange(queued.map(([, k]) => k.grandpa))
          use(config.grandpa).noteSession(index)
        },
        setKeys(who: AccountId, keys: SessionKeys): void {
          const before = storage.NextKeys.get(who)
          for (const name of ['grandpa', 'babe'] as const) {
            const owner = storage.KeyOwner.get([keyType(name), keys[name]])
            if (owner !== undefined && owner !== who) throw errors.DuplicatedKey()
          }
          for (const name of ['grandpa', 'babe'] as const) {
            if (before) storage.KeyOwner.remove([keyType(name), before[name]])
            storage.KeyOwner.put([keyType(name), keys[name]], who)
          }
          storage.NextKeys.put(who, keys)
        },
        begin(validators: SessionGenesis['validators']): void {
          storage.Validators.put(validators.map(([who]) => who))
          storage.QueuedKeys.put(validators)
        },
      } satisfies FindAuthor & Record<string, unknown>
    },
    genesis({ api }, genesis: SessionGenesis) {
      for (const [who, keys] of genesis.validators) api.setKeys(who, keys)
      api.begin(genesis.validators)
      return undefined
    },
    hooks: {
      onInitialize({ api, use }, block) {
        if (!use(config.babe).shouldEndSession(block)) return weigh(2, 3)
        api.rotate()
        return weigh(200, 20, 20)
      },
    },
    runtimeApis: () => [
      runtimeApi('SessionKeys', 1, {
        decode_session_keys: apiMethod({
          inputs: { encoded: bytes },
          output: option(vec(tuple(bytes, fixedBytes(4)))),
          docs: 'Splits concatenated session keys into (key, key type).',
          run({ encoded }) {
            if (encoded.length !== 64) return undefined
            const keys = decode(sessionKeys, encoded)
            return [
              [keys.grandpa, keyType('grandpa')] as const,
              [keys.babe, keyType('babe')] as const,
            ]
          },
        }),
      }),
    ],
    calls: {
      set_keys: {
        index: 0,
        docs: 'Sets the keys that this validator signs with from the session after the next.',
        args: { keys: sessionKeys, proof: bytes },
        weight: weigh(20, 4, 4),
        run({ api, storage, errors, use }, origin, { keys }) {
          const who = ensureSigned(origin)
          if (!storage.Validators.get().includes(who)) throw errors.NoAssociatedValidatorId()
          if (!use(config.system).exists(who)) throw errors.NoAccount()
          api.setKeys(who, keys)
          return undefined
        },
      },
    },
  })

const sameKeys = (a: SessionKeys, b: SessionKeys): boolean =>
  equal(a.babe, b.babe) && equal(a.grandpa, b.grandpa)

export type SessionApi = NonNullable<ReturnType<typeof session>['provided']>
