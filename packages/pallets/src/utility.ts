import {
  addWeight,
  DispatchError,
  type DispatchInfo,
  definePallet,
  dispatchError,
  type RuntimeCall,
  type Slot,
  type Weight,
  weigh,
} from '@cess/frame'
import { type Codec, u32, vec } from '@cess/scale'

/** Calls that one batch may hold. */
const MAX_BATCH = 1000

const batchWeight = (
  { calls }: { calls: readonly RuntimeCall[] },
  infoOf: (call: RuntimeCall) => DispatchInfo,
): Weight => calls.reduce((sum, call) => addWeight(sum, infoOf(call).weight), weigh(5))

/** Many calls in one transaction (pallet_utility). */
export const utility = (config: { readonly call: Slot<RuntimeCall> }) => {
  const calls: Codec<readonly RuntimeCall[]> = vec(config.call.codec, MAX_BATCH)
  return definePallet({
    name: 'Utility',
    index: 1,
    crate: 'pallet_utility',
    storage: {},
    events: {
      BatchInterrupted: { index: u32, error: dispatchError },
      BatchCompleted: {},
      BatchCompletedWithErrors: {},
      ItemCompleted: {},
      ItemFailed: { error: dispatchError },
    },
    errors: { TooManyCalls: 'Too many calls batched.' },
    api: () => ({}),
    calls: {
      batch: {
        index: 0,
        docs: 'Runs calls one by one and stops at the first that fails; what came before stays.',
        args: { calls },
        weight: batchWeight,
        run({ dispatch, emit }, origin, args) {
          for (const [index, call] of args.calls.entries()) {
            const { result } = dispatch(origin, call)
            if (result.type === 'Err') {
              emit.BatchInterrupted({ index, error: result.value })
              return undefined
            }
            emit.ItemCompleted({})
          }
          emit.BatchCompleted({})
          return undefined
        },
      },
      batch_all: {
        index: 2,
        docs: 'Runs all calls or none.',
        args: { calls },
        weight: batchWeight,
        run({ dispatch, emit }, origin, args) {
          for (const call of args.calls) {
            const { result } = dispatch(origin, call)
            if (result.type === 'Err')
              throw new DispatchError(result.value, 'a batched call failed')
            emit.ItemCompleted({})
          }
          emit.BatchCompleted({})
          return undefined
        },
      },
      force_batch: {
        index: 4,
        docs: 'Runs all calls, whatever fails.',
        args: { calls },
        weight: batchWeight,
        run({ dispatch, emit }, origin, args) {
          let failed = false
          for (const call of args.calls) {
            const { result } = dispatch(origin, call)
            if (result.type === 'Err') {
              failed = true
              emit.ItemFailed({ error: result.value })
            } else emit.ItemCompleted({})
          }
          if (failed) emit.BatchCompletedWithErrors({})
          else emit.BatchCompleted({})
          return undefined
        },
      },
    },
  })
}
