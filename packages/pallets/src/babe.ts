import { concat, type Hash, u64le } from '@cess/bytes'
import { blake2b256, Transcript, vrfAttach, vrfBytes } from '@cess/crypto'
import {
  apiMethod,
  constant,
  definePallet,
  ensureRoot,
  map,
  type Provides,
  runtimeApi,
  type SystemApi,
  twox,
  value,
  weigh,
} from '@cess/frame'
import {
  type AllowedSlots,
  allowedSlots,
  BABE_ENGINE,
  type BabePreDigest,
  babeAuthorities,
  babeConfiguration,
  babeConsensusLog,
  babeEpoch,
  babePreDigest,
  engineLogs,
  nextConfigDescriptor,
} from '@cess/primitives'
import {
  decode,
  encode,
  fixedBytes,
  type Infer,
  option,
  struct,
  tuple,
  u32,
  u64,
  vec,
} from '@cess/scale'
import type { OnTimestampSet } from './timestamp.ts'

export type BabeAuthorities = Infer<typeof babeAuthorities>

export interface BabeGenesis {
  readonly authorities: BabeAuthorities
  readonly c: readonly [bigint, bigint]
  readonly allowedSlots: AllowedSlots
}

/** VRF outputs that one segment of the randomness under construction holds. */
const SEGMENT_LENGTH = 256
const NO_RANDOMNESS = new Uint8Array(32)
const epochConfig = struct('sp_consensus_babe::BabeEpochConfiguration', {
  c: tuple(u64, u64),
  allowedSlots,
})

/** Slots, epochs and on-chain randomness of BABE (pallet_babe). */
export const babe = (config: {
  readonly system: Provides<SystemApi>
  /** Slots in an epoch, and milliseconds in a slot. */
  readonly epochDuration: bigint
  readonly slotDuration: bigint
  readonly maxAuthorities: number
}) =>
  definePallet({
    name: 'Babe',
    index: 2,
    crate: 'pallet_babe',
    constants: {
      EpochDuration: constant(u64, config.epochDuration, 'Slots in an epoch.'),
      ExpectedBlockTime: constant(u64, config.slotDuration, 'Milliseconds from block to block.'),
      MaxAuthorities: constant(u32, config.maxAuthorities),
      MaxNominators: constant(u32, 0),
    },
    storage: {
      EpochIndex: value(u64, { default: 0n }),
      Authorities: value(babeAuthorities, { default: [] }),
      GenesisSlot: value(u64, { default: 0n, docs: 'Slot of block 1, which begins epoch 0.' }),
      CurrentSlot: value(u64, { default: 0n }),
      Randomness: value(fixedBytes(32), { default: NO_RANDOMNESS, docs: 'Of the current epoch.' }),
      PendingEpochConfigChange: value(nextConfigDescriptor),
      NextRandomness: value(fixedBytes(32), { default: NO_RANDOMNESS }),
      NextAuthorities: value(babeAuthorities, { default: [] }),
      SegmentIndex: value(u32, { default: 0 }),
      UnderConstruction: map([twox(u32)], vec(fixedBytes(32), SEGMENT_LENGTH), { default: [] }),
      AuthorVrfRandomness: value(option(fixedBytes(32)), { default: undefined }),
      EpochStart: value(tuple(u32, u32), { default: [0, 0] }),
      Lateness: value(u32, { default: 0 }),
      EpochConfig: value(epochConfig),
      NextEpochConfig: value(epochConfig),
      SkippedEpochs: value(vec(tuple(u64, u32), 100), { default: [] }),
    },
    events: {},
    errors: {
      InvalidEquivocationProof: 'An equivocation proof provided as part of a report is invalid.',
      InvalidKeyOwnershipProof: 'A key ownership proof provided as part of a report is invalid.',
      DuplicateOffenceReport: 'A given equivocation report is valid but already reported.',
      InvalidConfiguration: 'Submitted configuration is invalid.',
    },
    api({ storage, use }) {
      const epochStart = (index: bigint): bigint =>
        storage.GenesisSlot.get() + index * config.epochDuration
      const log = (entry: Infer<typeof babeConsensusLog>): void =>
        use(config.system).depositLog({
          type: 'Consensus',
          value: [BABE_ENGINE, encode(babeConsensusLog, entry)],
        })
      const preDigest = (): BabePreDigest | undefined => {
        const [found] = engineLogs(use(config.system).digest().logs, 'PreRuntime', BABE_ENGINE)
        return found && decode(babePreDigest, found)
      }
      /** The author's VRF output of this block as 32 bytes that nobody else knew before. */
      const authorVrf = (digest: BabePreDigest | undefined): Uint8Array | undefined => {
        if (!digest || digest.type === 'SecondaryPlain') return undefined
        const authority = storage.Authorities.get()[digest.value.authorityIndex]
        if (!authority) return undefined
        const transcript = new Transcript('BABE')
        transcript.append('slot number', u64le(digest.value.slot))
        transcript.append('current epoch', u64le(storage.EpochIndex.get()))
        transcript.append('chain randomness', storage.Randomness.get())
        const inOut = vrfAttach(authority[0], transcript, digest.value.vrfOutput)
        return inOut && vrfBytes(inOut, 'BabeVRFInOutContext', 32)
      }
      let held: { parent: Hash; claim: string; bytes: Uint8Array } | undefined

      return {
        preDigest,
        authorVrf,
        epochStart,
        currentSlot: (): bigint => storage.CurrentSlot.get(),
        authorities: () => storage.Authorities.get(),
        /**
         * Randomness of this block for other pallets, bound to `subject`. Its author alone knew it beforehand;
         * whoever sent a transaction into the block did not.
         */
        random(subject: Uint8Array): Uint8Array {
          const system = use(config.system)
          const digest = preDigest()
          const parent = system.parentHash()
          // Two authors may claim one slot on one parent: only the whole claim tells their blocks apart.
          const claim = digest ? encode(babePreDigest, digest).toHex() : ''
          // The Elligator maps behind a VRF output cost a millisecond, and many pallets ask in one block.
          if (held?.parent !== parent || held.claim !== claim || system.number() === 0)
            held = { parent, claim, bytes: authorVrf(digest) ?? storage.Randomness.get() }
          const epoch = storage.Randomness.get()
          return blake2b256(concat(held.bytes, epoch, Uint8Array.fromHex(parent.slice(2)), subject))
        },
        /** Whether this block begins a new epoch. */
        shouldEndSession: (block: number): boolean =>
          block > 1 &&
          storage.CurrentSlot.get() >= epochStart(storage.EpochIndex.get()) + config.epochDuration,
        enactEpochChange(
          authorities: BabeAuthorities,
          nextAuthorities: BabeAuthorities,
          session: number,
        ): void {
          const slot = storage.CurrentSlot.get()
          const expected = storage.EpochIndex.get() + 1n
          const actual = (slot - storage.GenesisSlot.get()) / config.epochDuration
          // Whole epochs without a block: the index follows the slot (RFC: skipped epochs).
          const index = actual > expected ? actual : expected
          if (index > expected)
            storage.SkippedEpochs.mutate((s) => [...s.slice(-99), [index, session] as const])
          storage.EpochIndex.put(index)
          storage.Authorities.put(authorities)
          const randomness = storage.NextRandomness.get()
          const segments = storage.SegmentIndex.get()
          storage.SegmentIndex.put(0)
          // All segments, also the last one, which pallet_babe leaves for later. An epoch with fewer primary slots than
          // a segment holds would otherwise add nothing: its successors' randomness would be known in advance, and
          // a validator could pick session keys that win slots in them.
          const rho: Uint8Array[] = []
          for (let i = 0; i <= segments; i++) rho.push(...storage.UnderConstruction.take(i))
          const next = blake2b256(concat(randomness, u64le(index + 1n), ...rho))
          storage.NextRandomness.put(next)
          storage.Randomness.put(randomness)
          storage.NextAuthorities.put(nextAuthorities)
          const now = use(config.system).number()
          storage.EpochStart.mutate(([, last]) => [last, now] as const)
          log({
            type: 'NextEpochData',
            value: { authorities: nextAuthorities, randomness: next },
          })
          const planned = storage.NextEpochConfig.get()
          if (planned) storage.EpochConfig.put(planned)
          const change = storage.PendingEpochConfigChange.get()
          if (change) {
            storage.PendingEpochConfigChange.remove()
            log({ type: 'NextConfigData', value: change })
            storage.NextEpochConfig.put(change.value)
          }
        },
        begin(digest: BabePreDigest): void {
          if (storage.GenesisSlot.get() === 0n) {
            storage.GenesisSlot.put(digest.value.slot)
            log({
              type: 'NextEpochData',
              value: {
                authorities: storage.Authorities.get(),
                randomness: storage.Randomness.get(),
              },
            })
          }
          storage.CurrentSlot.put(digest.value.slot)
        },
        epoch(which: 'current' | 'next') {
          const index = storage.EpochIndex.get() + (which === 'next' ? 1n : 0n)
          const now = storage.EpochConfig.get()!
          return {
            epochIndex: index,
            startSlot: epochStart(index),
            duration: config.epochDuration,
            authorities:
              which === 'next' ? storage.NextAuthorities.get() : storage.Authorities.get(),
            randomness: which === 'next' ? storage.NextRandomness.get() : storage.Randomness.get(),
            config: which === 'next' ? (storage.NextEpochConfig.get() ?? now) : now,
          }
        },
        onTimestampSet(now: bigint): void {
          if (now / config.slotDuration !== storage.CurrentSlot.get())
            throw new RangeError('the time of a block must lie in its slot')
        },
      } satisfies OnTimestampSet & Record<string, unknown>
    },
    genesis({ storage }, genesis: BabeGenesis) {
      storage.Authorities.put(genesis.authorities)
      storage.NextAuthorities.put(genesis.authorities)
      storage.EpochConfig.put({ c: genesis.c, allowedSlots: genesis.allowedSlots })
      storage.SegmentIndex.put(0)
      return undefined
    },
    hooks: {
      onInitialize({ api }) {
        const digest = api.preDigest()
        if (digest) api.begin(digest)
        return weigh(20, 5, 3)
      },
      onFinalize({ api, storage }) {
        const digest = api.preDigest()
        const randomness = api.authorVrf(digest)
        if (digest?.type === 'Primary' && randomness) {
          const at = storage.SegmentIndex.get()
          const segment = storage.UnderConstruction.get(at)
          if (segment.length < SEGMENT_LENGTH)
            storage.UnderConstruction.put(at, [...segment, randomness])
          else {
            storage.UnderConstruction.put(at + 1, [randomness])
            storage.SegmentIndex.put(at + 1)
          }
        }
        storage.AuthorVrfRandomness.put(randomness)
        return undefined
      },
    },
    runtimeApis: ({ api, storage }) => [
      runtimeApi('BabeApi', 2, {
        configuration: apiMethod({
          inputs: {},
          output: babeConfiguration,
          run: () => ({
            slotDuration: config.slotDuration,
            epochLength: config.epochDuration,
            ...storage.EpochConfig.get()!,
            authorities: storage.Authorities.get(),
            randomness: storage.Randomness.get(),
          }),
        }),
        current_epoch_start: apiMethod({
          inputs: {},
          output: u64,
          run: () => api.epochStart(storage.EpochIndex.get()),
        }),
        current_epoch: apiMethod({
          inputs: {},
          output: babeEpoch,
          run: () => api.epoch('current'),
        }),
        next_epoch: apiMethod({ inputs: {}, output: babeEpoch, run: () => api.epoch('next') }),
      }),
    ],
    calls: {
      plan_config_change: {
        index: 2,
        docs: 'Changes the share of primary slots from the epoch after the next (Root).',
        args: { config: nextConfigDescriptor },
        weight: weigh(5, 0, 1),
        run({ storage, errors }, origin, args) {
          ensureRoot(origin)
          const [numerator, denominator] = args.config.value.c
          if (numerator === 0n || numerator > denominator) throw errors.InvalidConfiguration()
          storage.PendingEpochConfigChange.put(args.config)
          return undefined
        },
      },
    },
  })
export type BabeApi = NonNullable<ReturnType<typeof babe>['provided']>
