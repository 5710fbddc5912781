import { constant, definePallet, ensureNone, type Provides, value, weigh } from '@cess/frame'
import { bool, compact, decode, u64 } from '@cess/scale'

/** Who wants to know of a block's time. */
export interface OnTimestampSet {
  onTimestampSet(milliseconds: bigint): void
}

/** A block may be at most this far ahead of the importer's clock, in milliseconds. */
const MAX_DRIFT = 30_000n

/** The time of each block, set by its author (pallet_timestamp). */
export const timestamp = (config: {
  readonly minimumPeriod: bigint
  readonly listener: Provides<OnTimestampSet>
}) =>
  definePallet({
    name: 'Timestamp',
    index: 3,
    crate: 'pallet_timestamp',
    constants: {
      MinimumPeriod: constant(u64, config.minimumPeriod, 'Least time between blocks, halved.'),
    },
    storage: {
      Now: value(u64, { default: 0n, docs: 'Unix time of this block, in milliseconds.' }),
      DidUpdate: value(bool, { default: false }),
    },
    events: {},
    errors: {},
    api: ({ storage }) => ({ now: (): bigint => storage.Now.get() }),
    hooks: {
      onInitialize: () => weigh(2, 0, 1),
      onFinalize({ storage }, block) {
        if (block > 0 && !storage.DidUpdate.get())
          throw new RangeError('a block must set its time once')
        storage.DidUpdate.remove()
        return undefined
      },
    },
    inherent: {
      identifier: 'timstap0',
      create({ storage }, data) {
        const given = decode(u64, data)
        const earliest = storage.Now.get() + config.minimumPeriod
        return { call: 'set', args: { now: given > earliest ? given : earliest } }
      },
      check({ storage }, args, data) {
        const { now } = args as { now: bigint }
        const own = decode(u64, data)
        if (now > own + MAX_DRIFT) return `the block's time ${now} is too far in the future`
        if (now < storage.Now.get() + config.minimumPeriod)
          return `the block's time ${now} is too early`
        return undefined
      },
    },
    calls: {
      set: {
        index: 0,
        docs: 'Sets the time of the block.',
        args: { now: compact(u64) },
        weight: weigh(5, 2, 2),
        class: 'Mandatory',
        run({ storage, use }, origin, { now }) {
          ensureNone(origin)
          if (storage.DidUpdate.get()) throw new RangeError('a block sets its time only once')
          const before = storage.Now.get()
          if (before !== 0n && now < before + config.minimumPeriod)
            throw new RangeError('the time of a block must be later than that of its parent')
          storage.Now.put(now)
          storage.DidUpdate.put(true)
          use(config.listener).onTimestampSet(now)
          return undefined
        },
      },
    },
  })
export type TimestampApi = NonNullable<ReturnType<typeof timestamp>['provided']>
