import { type AccountId, type Hash, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { accountId32, hash256 } from '@cess/primitives'
import { bytes, compact, decode, encode, str, u8, u32, u64, u128, vec } from '@cess/scale'
import {
  blake2,
  constant,
  DispatchError,
  type DispatchInfo,
  definePallet,
  dispatchError,
  ensureNone,
  ensureRoot,
  ensureSigned,
  identity,
  invalid,
  map,
  type Provides,
  type RuntimeCall,
  type Slot,
  type SystemApi,
  twox,
  value,
  type Weight,
  weigh,
} from '../../src/index.ts'

/** A pallet with one storage item of each kind and one call for each way to end. */
export const toy = (config: { readonly system: Provides<SystemApi> }) =>
  definePallet({
    name: 'Toy',
    index: 7,
    crate: 'pallet_toy',
    docs: 'A pallet to test with.',
    constants: { Limit: constant(u32, 42, 'The most there can be.') },
    storage: {
      Counter: value(u32, { default: 0, docs: 'Counts.\nUp.' }),
      Name: value(str),
      Blake128: map([{ codec: u32, hasher: 'Blake2_128' }], u32),
      Blake256: map([{ codec: u32, hasher: 'Blake2_256' }], u32),
      Blake128Concat: map([blake2(accountId32)], u128, { default: 5n }),
      Twox128: map([{ codec: u32, hasher: 'Twox128' }], u32),
      Twox256: map([{ codec: u32, hasher: 'Twox256' }], u32),
      Twox64Concat: map([twox(u32)], str),
      Identity: map([identity(hash256)], u8),
      Pair: map([blake2(accountId32), twox(u32)], u64, { default: 0n }),
      Triple: map([twox(u8), blake2(str), identity(u32)], bytes),
      Log: value(vec(u32), { default: [] }),
      Short: value(vec(u8, 2)),
      FeesPaid: value(u128, { default: 0n }),
      Hooks: value(vec(str), { default: [] }),
    },
    events: {
      Counted: { who: accountId32, newCount: u32 },
      Quiet: {},
    },
    errors: { TooMany: 'The counter is full.', Never: 'This does not happen.' },
    api({ storage, errors, emit, constants }) {
      return {
        storage,
        count(who: AccountId, by: number): void {
          const next = storage.Counter.get() + by
          if (next > constants.Limit) throw errors.TooMany()
          storage.Counter.put(next)
          emit.Counted({ who, newCount: next })
        },
      }
    },
    genesis({ storage, use }, accounts: readonly AccountId[] = []) {
      for (const who of accounts) use(config.system).incProviders(who)
      storage.Name.put('genesis')
    },
    hooks: {
      onRuntimeUpgrade({ storage }) {
        storage.Hooks.mutate((h) => [...h, 'upgrade'])
        return weigh(10)
      },
      onInitialize({ storage }, block) {
        storage.Hooks.mutate((h) => [...h, `init ${block}`])
        return weigh(100)
      },
      onIdle({ storage }, block, left) {
        storage.Hooks.mutate((h) => [...h, `idle ${block} ${left.refTime > 0n}`])
        return weigh(7)
      },
      onFinalize({ storage }, block) {
        storage.Hooks.mutate((h) => [...h, `final ${block}`].slice(-8))
        return undefined
      },
    },
    calls: {
      count: {
        index: 0,
        docs: 'Counts up.',
        args: { by: u32 },
        weight: weigh(50, 1, 1),
        run({ api }, origin, { by }) {
          api.count(ensureSigned(origin), by)
          return undefined
        },
      },
      /** Changes everything it can and fails then. */
      spoil: {
        index: 1,
        args: { key: u32 },
        weight: weigh(1_000, 2, 2),
        run({ storage, emit, errors }, origin, { key }) {
          const who = ensureSigned(origin)
          storage.Counter.put(41)
          storage.Name.remove()
          storage.Twox64Concat.put(key, 'spoiled')
          storage.Pair.put(who, key, 9n)
          storage.Triple.clear(10)
          emit.Quiet({})
          throw errors.TooMany()
        },
      },
      set_pair: {
        index: 2,
        args: { owner: accountId32, slotNumber: u32, amount: compact(u64) },
        weight: weigh(50),
        run({ storage }, origin, { owner, slotNumber, amount }) {
          ensureRoot(origin)
          storage.Pair.put(owner, slotNumber, amount)
          return undefined
        },
      },
      /** Costs less than it says: a tenth, and no fee with `free`. */
      cheap: {
        index: 3,
        args: { free: u8 },
        weight: weigh(1_000),
        run: (_, _origin, { free }) => ({
          actualWeight: weigh(100),
          ...(free > 0 && { paysFee: 'No' as const }),
        }),
      },
      greedy: {
        index: 4,
        docs: 'Says later that it cost more than announced.',
        args: {},
        weight: weigh(10),
        run: () => ({ actualWeight: weigh(1_000_000) }),
      },
      /** As heavy as one says. */
      heavy: {
        index: 5,
        args: { micros: u32, padding: bytes },
        weight: ({ micros }) => weigh(micros),
        run: () => undefined,
      },
      urgent: {
        index: 6,
        args: { micros: u32 },
        weight: ({ micros }) => weigh(micros),
        class: 'Operational',
        run: () => undefined,
      },
      /** A bug: what a runtime must not do. */
      crash: {
        index: 7,
        args: {},
        weight: weigh(1),
        run({ storage }) {
          storage.Counter.put(40)
          throw new TypeError('a bug in the call')
        },
      },
      /** Stores what no u32 holds, or more than the list may have. */
      overflow: {
        index: 9,
        args: { long: u8 },
        weight: weigh(10),
        run({ storage }, _origin, { long }) {
          storage.Name.put('changed')
          if (long > 0) storage.Short.put([1, 2, 3])
          else storage.Counter.put(2 ** 32)
          return undefined
        },
      },
      cheap_failure: {
        index: 8,
        args: {},
        weight: weigh(1_000),
        run() {
          throw new DispatchError({ type: 'Exhausted', value: undefined }, 'nothing left', {
            actualWeight: weigh(5),
          })
        },
      },
    },
  })
export type ToyApi = NonNullable<ReturnType<typeof toy>['provided']>

/** Calls within a call. */
export const nest = (config: { readonly call: Slot<RuntimeCall> }) => {
  const calls = vec(config.call.codec, 100)
  const sum = (
    args: { calls: readonly RuntimeCall[] },
    infoOf: (call: RuntimeCall) => DispatchInfo,
  ): Weight => ({
    refTime: args.calls.reduce((total, c) => total + infoOf(c).weight.refTime, 1n),
    proofSize: 0n,
  })
  return definePallet({
    name: 'Nest',
    index: 8,
    crate: 'pallet_nest',
    storage: {},
    events: { Failed: { error: dispatchError } },
    errors: {},
    api: () => ({}),
    calls: {
      /** Runs all, whatever fails. */
      each: {
        index: 0,
        args: { calls },
        weight: sum,
        run({ dispatch, emit }, origin, args) {
          for (const call of args.calls) {
            const { result } = dispatch(origin, call)
            if (result.type === 'Err') emit.Failed({ error: result.value })
          }
          return undefined
        },
      },
      /** Runs all or none. */
      all: {
        index: 1,
        args: { calls },
        weight: sum,
        run({ dispatch }, origin, args) {
          for (const call of args.calls) {
            const { result } = dispatch(origin, call)
            if (result.type === 'Err') throw new DispatchError(result.value, 'a part failed')
          }
          return undefined
        },
      },
    },
  })
}

/** An inherent: a number from the author that must grow. */
export const clock = () =>
  definePallet({
    name: 'Clock',
    index: 3,
    crate: 'pallet_clock',
    storage: { Now: value(u64, { default: 0n }) },
    events: {},
    errors: { Backwards: 'Time does not go back.' },
    api: ({ storage }) => ({ now: (): bigint => storage.Now.get() }),
    inherent: {
      identifier: 'timstap0',
      create: (_, data) => ({ call: 'set', args: { now: decode(u64, data) } }),
      check: (_, args, data) =>
        (args as { now: bigint }).now > decode(u64, data) + 1_000n
          ? 'the block is from the future'
          : undefined,
    },
    calls: {
      set: {
        index: 0,
        args: { now: compact(u64) },
        weight: weigh(5),
        class: 'Mandatory',
        run({ storage, errors }, origin, { now }) {
          ensureNone(origin)
          if (now <= storage.Now.get()) throw errors.Backwards()
          storage.Now.put(now)
          return undefined
        },
      },
    },
  })

/** A claim that nobody signs: it carries its own proof, the preimage of a hash. */
export const claims = () =>
  definePallet({
    name: 'Claims',
    index: 9,
    crate: 'pallet_claims',
    storage: { Claimed: map([identity(hash256)], u32) },
    events: {},
    errors: { Again: 'It was claimed before.' },
    api: ({ storage }) => ({ storage }),
    unsigned: {
      validate({ storage }, call) {
        const { proof } = call.value as { proof: Uint8Array }
        if (proof[0] !== 7) throw invalid('BadProof')
        const id = toHex(blake2b256(proof)) as Hash
        if (storage.Claimed.has(id)) throw invalid('Stale')
        return { priority: 100n, longevity: 5n, provides: [encode(hash256, id)] }
      },
    },
    calls: {
      claim: {
        index: 0,
        args: { proof: bytes, fails: u8 },
        weight: weigh(20),
        run({ storage, errors }, origin, { proof, fails }) {
          ensureNone(origin)
          storage.Claimed.put(toHex(blake2b256(proof)) as Hash, 1)
          if (fails > 0) throw errors.Again()
          return undefined
        },
      },
    },
  })
