import {
  addWeight,
  type Base,
  DispatchError,
  type DispatchErrorValue,
  type DispatchInfo,
  type DispatchResult,
  definePallet,
  dispatchError,
  type Origin,
  type PostInfo,
  type RuntimeCall,
  type Slot,
  type Weight,
  weigh,
} from '@cess/frame'
import { type Codec, u32, vec } from '@cess/scale'

/** Calls that one batch may hold. */
const MAX_BATCH = 1000

const BASE = weigh(5)
const batchWeight = (
  { calls }: { calls: readonly RuntimeCall[] },
  infoOf: (call: RuntimeCall) => DispatchInfo,
): Weight => calls.reduce((sum, call) => addWeight(sum, infoOf(call).weight), BASE)

type Dispatch = Pick<Base<object, object, never, object>, 'dispatch' | 'dispatchInfo'>

/** Runs calls in order until `after` says to stop. Returns what they cost; those that did not run cost nothing. */
function runAll(
  { dispatch, dispatchInfo }: Dispatch,
  origin: Origin,
  calls: readonly RuntimeCall[],
  after: (result: DispatchResult, index: number) => 'go on' | 'stop',
): PostInfo {
  let actualWeight = BASE
  for (const [index, call] of calls.entries()) {
    const { result, post } = dispatch(origin, call)
    actualWeight = addWeight(actualWeight, post.actualWeight ?? dispatchInfo(call).weight)
    if (after(result, index) === 'stop') break
  }
  return { actualWeight }
}

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
        run(ctx, origin, args) {
          let interrupted = false
          const post = runAll(ctx, origin, args.calls, (result, index) => {
            if (result.type === 'Ok') {
              ctx.emit.ItemCompleted({})
              return 'go on'
            }
            interrupted = true
            ctx.emit.BatchInterrupted({ index, error: result.value })
            return 'stop'
          })
          if (!interrupted) ctx.emit.BatchCompleted({})
          return post
        },
      },
      batch_all: {
        index: 2,
        docs: 'Runs all calls or none.',
        args: { calls },
        weight: batchWeight,
        run(ctx, origin, args) {
          let failed: DispatchErrorValue | undefined
          const post = runAll(ctx, origin, args.calls, (result) => {
            if (result.type === 'Err') {
              failed = result.value
              return 'stop'
            }
            ctx.emit.ItemCompleted({})
            return 'go on'
          })
          if (failed) throw new DispatchError(failed, 'a batched call failed', post)
          ctx.emit.BatchCompleted({})
          return post
        },
      },
      force_batch: {
        index: 4,
        docs: 'Runs all calls, whatever fails.',
        args: { calls },
        weight: batchWeight,
        run(ctx, origin, args) {
          let failed = false
          const post = runAll(ctx, origin, args.calls, (result) => {
            if (result.type === 'Err') {
              failed = true
              ctx.emit.ItemFailed({ error: result.value })
            } else ctx.emit.ItemCompleted({})
            return 'go on'
          })
          if (failed) ctx.emit.BatchCompletedWithErrors({})
          else ctx.emit.BatchCompleted({})
          return post
        },
      },
    },
  })
}
