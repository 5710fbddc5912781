import {
  apiMethod,
  definePallet,
  map,
  type Provides,
  runtimeApi,
  type SystemApi,
  twox,
  value,
  weigh,
} from '@cess/frame'
import { GRANDPA_ENGINE, grandpaAuthorities, grandpaConsensusLog } from '@cess/primitives'
import { encode, kase, option, struct, tuple, u32, u64, unit, variant } from '@cess/scale'

export interface GrandpaGenesis {
  readonly authorities: readonly Uint8Array[]
}

const storedState = variant('pallet_grandpa::StoredState', {
  Live: kase(0, unit),
  PendingPause: kase(1, struct('', { scheduledAt: u32, delay: u32 })),
  Paused: kase(2, unit),
  PendingResume: kase(3, struct('', { scheduledAt: u32, delay: u32 })),
})

const storedPendingChange = struct('pallet_grandpa::StoredPendingChange', {
  scheduledAt: u32,
  delay: u32,
  nextAuthorities: grandpaAuthorities,
  forced: option(u32),
})

/** The voter set of the finality gadget and its changes (pallet_grandpa). */
export const grandpa = (config: { readonly system: Provides<SystemApi> }) =>
  definePallet({
    name: 'Grandpa',
    index: 16,
    crate: 'pallet_grandpa',
    storage: {
      State: value(storedState, { default: { type: 'Live', value: undefined } }),
      PendingChange: value(storedPendingChange),
      NextForced: value(u32),
      Stalled: value(tuple(u32, u32)),
      CurrentSetId: value(u64, { default: 0n, docs: 'Grows by one with every change.' }),
      SetIdSession: map([twox(u64)], u32),
      Authorities: value(grandpaAuthorities, { default: [], docs: 'Who votes now.' }),
    },
    events: {
      NewAuthorities: { authoritySet: grandpaAuthorities },
      Paused: {},
      Resumed: {},
    },
    errors: {
      PauseFailed: 'Attempt to signal GRANDPA pause when the authority set is not live.',
      ResumeFailed: 'Attempt to signal GRANDPA resume when the authority set is not paused.',
      ChangePending: 'Attempt to signal GRANDPA change with one already pending.',
      TooSoon: 'Cannot signal forced change so soon after last.',
    },
    api: ({ storage, errors, use }) => ({
      authorities: () => storage.Authorities.get(),
      scheduleChange(keys: readonly Uint8Array[]): void {
        if (storage.PendingChange.exists()) throw errors.ChangePending()
        storage.CurrentSetId.mutate((id) => id + 1n)
        storage.PendingChange.put({
          scheduledAt: use(config.system).number(),
          delay: 0,
          nextAuthorities: keys.map((key) => [key, 1n] as const),
          forced: undefined,
        })
      },
      noteSession: (index: number): void =>
        storage.SetIdSession.put(storage.CurrentSetId.get(), index),
    }),
    genesis({ storage }, genesis: GrandpaGenesis) {
      storage.Authorities.put(genesis.authorities.map((key) => [key, 1n] as const))
      storage.SetIdSession.put(0n, 0)
      return undefined
    },
    hooks: {
      onInitialize: () => weigh(2, 1),
      onFinalize({ storage, emit, use }, block) {
        const change = storage.PendingChange.get()
        if (!change) return undefined
        if (block === change.scheduledAt)
          use(config.system).depositLog({
            type: 'Consensus',
            value: [
              GRANDPA_ENGINE,
              encode(grandpaConsensusLog, {
                type: 'ScheduledChange',
                value: { nextAuthorities: change.nextAuthorities, delay: change.delay },
              }),
            ],
          })
        if (block === change.scheduledAt + change.delay) {
          storage.Authorities.put(change.nextAuthorities)
          emit.NewAuthorities({ authoritySet: change.nextAuthorities })
          storage.PendingChange.remove()
        }
        return undefined
      },
    },
    runtimeApis: ({ storage }) => [
      runtimeApi('GrandpaApi', 3, {
        grandpa_authorities: apiMethod({
          inputs: {},
          output: grandpaAuthorities,
          docs: 'Who votes at the state of this block.',
          run: () => storage.Authorities.get(),
        }),
        current_set_id: apiMethod({
          inputs: {},
          output: u64,
          run: () => storage.CurrentSetId.get(),
        }),
      }),
    ],
    calls: {},
  })
export type GrandpaApi = NonNullable<ReturnType<typeof grandpa>['provided']>
