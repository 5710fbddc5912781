import type { AccountId } from '@cess/bytes'
import {
  addWeight,
  definePallet,
  dispatchResult,
  ensureSigned,
  ROOT,
  type RuntimeCall,
  type Slot,
  signed,
  value,
  weigh,
} from '@cess/frame'
import { accountId32, multiAddress } from '@cess/primitives'
import { option } from '@cess/scale'
import { lookup } from './balances.ts'

export interface SudoGenesis {
  readonly key?: AccountId
}

/** One account that may act as Root: for development networks only (pallet_sudo). */
export const sudo = (config: { readonly call: Slot<RuntimeCall> }) =>
  definePallet({
    name: 'Sudo',
    index: 22,
    crate: 'pallet_sudo',
    storage: { Key: value(accountId32, { docs: 'The account that may act as Root.' }) },
    events: {
      Sudid: { sudoResult: dispatchResult },
      KeyChanged: { old: option(accountId32), new: accountId32 },
      KeyRemoved: {},
      SudoAsDone: { sudoResult: dispatchResult },
    },
    errors: { RequireSudo: 'Sender must be the Sudo account.' },
    api: ({ storage, errors }) => ({
      ensureSudo(who: AccountId): void {
        if (storage.Key.get() !== who) throw errors.RequireSudo()
      },
    }),
    genesis({ storage }, config: SudoGenesis) {
      if (config.key) storage.Key.put(config.key)
      return undefined
    },
    calls: {
      sudo: {
        index: 0,
        docs: 'Runs a call as Root.',
        args: { call: config.call.codec },
        weight: ({ call }, infoOf) => addWeight(weigh(5, 1), infoOf(call).weight),
        run({ api, dispatch, emit }, origin, { call }) {
          api.ensureSudo(ensureSigned(origin))
          emit.Sudid({ sudoResult: dispatch(ROOT, call).result })
          return { paysFee: 'No' }
        },
      },
      set_key: {
        index: 2,
        docs: 'Hands the right to act as Root to another account.',
        args: { new: multiAddress },
        weight: weigh(5, 1, 1),
        run({ api, storage, emit }, origin, args) {
          api.ensureSudo(ensureSigned(origin))
          const next = lookup(args.new)
          emit.KeyChanged({ old: storage.Key.get(), new: next })
          storage.Key.put(next)
          return { paysFee: 'No' }
        },
      },
      sudo_as: {
        index: 3,
        docs: 'Runs a call as another account would.',
        args: { who: multiAddress, call: config.call.codec },
        weight: ({ call }, infoOf) => addWeight(weigh(5, 1), infoOf(call).weight),
        run({ api, dispatch, emit }, origin, { who, call }) {
          api.ensureSudo(ensureSigned(origin))
          emit.SudoAsDone({ sudoResult: dispatch(signed(lookup(who)), call).result })
          return { paysFee: 'No' }
        },
      },
      remove_key: {
        index: 4,
        docs: 'Ends sudo for good.',
        args: {},
        weight: weigh(5, 1, 1),
        run({ api, storage, emit }, origin) {
          api.ensureSudo(ensureSigned(origin))
          storage.Key.remove()
          emit.KeyRemoved({})
          return { paysFee: 'No' }
        },
      },
    },
  })
