import type { AccountId } from '@cess/bytes'
import {
  blake2,
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  map,
  type Provides,
  type SystemApi,
  twox,
  value,
  weigh,
} from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { boundedBytes, compact, fixedBytes, u32, u128 } from '@cess/scale'
import type { BalancesApi } from '../balances.ts'
import { type CessTreasuryApi, REWARD_ERAS } from '../cess-treasury.ts'
import { type MinerInfo, minerInfo, reward, TIB } from './types.ts'

/** Longest multiaddress list of a miner. */
const ENDPOINT_LIMIT = 256
const MAX_TIB = 1 << 20
const MAX_MINERS = 200_000

/** Storage miners: collateral, space, rewards and penalties (CESS pallet Sminer). */
export const sminer = (config: {
  readonly system: Provides<SystemApi>
  readonly balances: Provides<BalancesApi>
  readonly treasury: Provides<CessTreasuryApi>
  /** Collateral for each declared TiB, in balance units. */
  readonly collateralPerTib: bigint
  /** Blocks that a leaving miner waits for its collateral. */
  readonly exitLockBlocks: number
  /** What the faucet gives, and how often (blocks). 0 switches it off. */
  readonly faucetAmount: bigint
  readonly faucetPeriod: number
}) =>
  definePallet({
    name: 'Sminer',
    index: 105,
    crate: 'pallet_sminer',
    constants: {
      ItemLimit: constant(u32, MAX_MINERS, 'Most miners.'),
      CollateralPerTib: constant(u128, config.collateralPerTib, 'Collateral for a declared TiB.'),
      StakingLockBlock: constant(u32, config.exitLockBlocks),
    },
    storage: {
      MinerItems: map([blake2(accountId32)], minerInfo, { docs: 'Every registered miner.' }),
      CounterForMinerItems: value(u32, { default: 0 }),
      MinerAt: map([twox(u32)], accountId32, { docs: 'Miners by position, for random draws.' }),
      PositionOf: map([blake2(accountId32)], u32),
      Endpoint: map([blake2(accountId32)], boundedBytes(ENDPOINT_LIMIT), {
        docs: 'Where a miner answers: a multiaddress.',
      }),
      RewardMap: map([blake2(accountId32)], reward, {
        default: { totalReward: 0n, rewardIssued: 0n, orderList: [] },
      }),
      EraPower: map([blake2(accountId32), twox(u32)], u128, {
        docs: 'Bytes that a miner has proven in an era.',
      }),
      EraTotalPower: map([twox(u32)], u128, { default: 0n }),
      MinerLock: map([blake2(accountId32)], u32, { docs: 'When a leaving miner may withdraw.' }),
      FaucetRecordMap: map([blake2(accountId32)], u32),
      ClosedEra: value(u32, { default: 0 }),
    },
    events: {
      Registered: { acc: accountId32 },
      DrawFaucetMoney: {},
      FaucetTopUpMoney: { acc: accountId32 },
      LessThan24Hours: { last: u32, now: u32 },
      AlreadyFrozen: { acc: accountId32 },
      IncreaseCollateral: { acc: accountId32, balance: u128 },
      Deposit: { balance: u128 },
      UpdateBeneficiary: { acc: accountId32, new: accountId32 },
      UpdatePeerId: { acc: accountId32, old: fixedBytes(38), new: fixedBytes(38) },
      Receive: { acc: accountId32, reward: u128 },
      MinerExitPrep: { miner: accountId32 },
      Withdraw: { acc: accountId32 },
      IncreaseDeclarationSpace: { miner: accountId32, space: u128 },
      DecreaseDeclarationSpace: { miner: accountId32, space: u128 },
      Punished: { miner: accountId32, amount: u128, debt: u128 },
      EndpointSet: { miner: accountId32 },
    },
    errors: {
      NotMiner: 'This account is not a miner.',
      AlreadyRegistered: 'This account is a miner already.',
      Overflow: 'A number is too large.',
      LessThan24Hours: 'The faucet gives to an account only once a day.',
      NotpositiveState: 'The miner is not in state positive.',
      StorageLimitReached: 'There are as many miners as there can be.',
      CollateralNotUp: 'The collateral is too small.',
      NotStakingAcc: 'Only the staking account may do this.',
      StateError: 'The miner is not in the state for this.',
      InsufficientStakingPeriod: 'The lock time is not over.',
      CountError: 'Space is declared in whole TiB, at least one.',
      UnableReduceDeclaration: 'That much space is in use.',
      NotEmpty: 'The miner still holds data; it can leave when that is gone.',
      InsufficientSpace: 'The miner has less free space.',
    },
    api({ storage, emit, errors, use }) {
      const info = (who: AccountId): MinerInfo => {
        const found = storage.MinerItems.get(who)
        if (!found) throw errors.NotMiner()
        return found
      }
      const required = (m: MinerInfo): bigint =>
        (m.declarationSpace / TIB) * config.collateralPerTib
      const remove = (who: AccountId): void => {
        const last = storage.CounterForMinerItems.get() - 1
        const at = storage.PositionOf.take(who)
        if (at === undefined) return
        const moved = storage.MinerAt.take(last)!
        if (moved !== who) {
          storage.MinerAt.put(at, moved)
          storage.PositionOf.put(moved, at)
        }
        storage.CounterForMinerItems.put(last)
      }
      return {
        info,
        find: (who: AccountId): MinerInfo | undefined => storage.MinerItems.get(who),
        count: (): number => storage.CounterForMinerItems.get(),
        at: (position: number): AccountId => storage.MinerAt.get(position)!,
        /** Exchanges two miners in the order of draws. */
        swap(a: number, b: number): void {
          if (a === b) return
          const [first, second] = [storage.MinerAt.get(a)!, storage.MinerAt.get(b)!]
          storage.MinerAt.put(a, second)
          storage.MinerAt.put(b, first)
          storage.PositionOf.put(second, a)
          storage.PositionOf.put(first, b)
        },
        register(
          who: AccountId,
          staking: AccountId,
          args: {
            beneficiary: AccountId
            peerId: Uint8Array
            collateral: bigint
            tib: number
            state: 'positive' | 'frozen'
          },
        ): void {
          if (storage.MinerItems.has(who)) throw errors.AlreadyRegistered()
          if (args.tib < 1 || args.tib > MAX_TIB) throw errors.CountError()
          const position = storage.CounterForMinerItems.get()
          if (position >= MAX_MINERS) throw errors.StorageLimitReached()
          const space = BigInt(args.tib) * TIB
          if (
            args.state === 'positive' &&
            args.collateral < BigInt(args.tib) * config.collateralPerTib
          )
            throw errors.CollateralNotUp()
          use(config.balances).reserve(staking, args.collateral)
          storage.MinerItems.put(who, {
            beneficiary: args.beneficiary,
            stakingAccount: staking,
            peerId: args.peerId,
            collaterals: args.collateral,
            debt: 0n,
            state: args.state,
            declarationSpace: space,
            idleSpace: space,
            serviceSpace: 0n,
            lockSpace: 0n,
          })
          storage.MinerAt.put(position, who)
          storage.PositionOf.put(who, position)
          storage.CounterForMinerItems.put(position + 1)
          emit.Registered({ acc: who })
        },
        addCollateral(who: AccountId, amount: bigint): void {
          const m = info(who)
          use(config.balances).reserve(m.stakingAccount, amount)
          const pays = amount < m.debt ? amount : m.debt
          if (pays > 0n) use(config.treasury).takePenalty(m.stakingAccount, pays)
          const next = { ...m, debt: m.debt - pays, collaterals: m.collaterals + amount - pays }
          const solvent = next.debt === 0n && next.collaterals >= required(next)
          const state = m.state === 'frozen' && solvent ? ('positive' as const) : m.state
          storage.MinerItems.put(who, { ...next, state })
          emit.IncreaseCollateral({ acc: who, balance: next.collaterals })
        },
        /** Takes `percent` of the required collateral; what is missing becomes debt, and the miner is frozen. */
        punish(who: AccountId, percent: bigint): bigint {
          const m = info(who)
          const due = (required(m) * percent) / 100n
          const taken = use(config.treasury).takePenalty(
            m.stakingAccount,
            due < m.collaterals ? due : m.collaterals,
          )
          const next = { ...m, collaterals: m.collaterals - taken, debt: m.debt + due - taken }
          const frozen = next.collaterals < required(next) && m.state === 'positive'
          storage.MinerItems.put(who, frozen ? { ...next, state: 'frozen' as const } : next)
          emit.Punished({ miner: who, amount: taken, debt: next.debt })
          return taken
        },
        canTake: (who: AccountId, bytes: bigint): boolean => {
          const m = storage.MinerItems.get(who)
          return m !== undefined && m.state === 'positive' && m.idleSpace >= bytes
        },
        /** idle → lock, when a deal is given to the miner. */
        lock(who: AccountId, bytes: bigint): void {
          const m = info(who)
          if (m.idleSpace < bytes) throw errors.InsufficientSpace()
          storage.MinerItems.put(who, {
            ...m,
            idleSpace: m.idleSpace - bytes,
            lockSpace: m.lockSpace + bytes,
          })
        },
        /** lock → idle, when a deal fails. */
        unlock(who: AccountId, bytes: bigint): void {
          const m = info(who)
          storage.MinerItems.put(who, {
            ...m,
            idleSpace: m.idleSpace + bytes,
            lockSpace: m.lockSpace - bytes,
          })
        },
        /** lock → service, when a deal is done. */
        serve(who: AccountId, bytes: bigint): void {
          const m = info(who)
          storage.MinerItems.put(who, {
            ...m,
            lockSpace: m.lockSpace - bytes,
            serviceSpace: m.serviceSpace + bytes,
          })
        },
        /** service → idle, when data is deleted. */
        release(who: AccountId, bytes: bigint): void {
          const m = info(who)
          storage.MinerItems.put(who, {
            ...m,
            serviceSpace: m.serviceSpace - bytes,
            idleSpace: m.idleSpace + bytes,
          })
        },
        /** Counts bytes that a passed audit has proven towards this era's reward. */
        addPower(who: AccountId, bytes: bigint): void {
          if (bytes === 0n) return
          const era = use(config.treasury).era()
          storage.EraPower.mutate(who, era, (sum) => (sum ?? 0n) + bytes)
          storage.EraTotalPower.mutate(era, (sum) => sum + bytes)
        },
        setState(who: AccountId, state: MinerInfo['state']): void {
          storage.MinerItems.put(who, { ...info(who), state })
          if (state === 'offline' || state === 'lock') remove(who)
        },
        remove,
        required,
      }
    },
    hooks: {
      onInitialize({ storage, use }) {
        const treasury = use(config.treasury)
        const era = treasury.era()
        const closed = storage.ClosedEra.get()
        if (era === closed) return weigh(5, 1)
        const ended = era - 1
        treasury.closeEra(ended, storage.EraTotalPower.get(ended) > 0n)
        if (ended >= REWARD_ERAS) storage.EraTotalPower.remove(ended - REWARD_ERAS)
        storage.ClosedEra.put(era)
        return weigh(50, 6, 5)
      },
    },
    calls: {
      regnstk: {
        index: 0,
        docs: 'Registers the sender as a storage miner and reserves its collateral.',
        args: {
          beneficiary: accountId32,
          peerId: fixedBytes(38),
          stakingVal: u128,
          tibCount: u32,
        },
        weight: weigh(60, 3, 5),
        run({ api }, origin, { beneficiary, peerId, stakingVal, tibCount }) {
          const who = ensureSigned(origin)
          api.register(who, who, {
            beneficiary,
            peerId,
            collateral: stakingVal,
            tib: tibCount,
            state: 'positive',
          })
          return undefined
        },
      },
      increase_collateral: {
        index: 1,
        docs: 'Adds collateral and pays debt.',
        args: { miner: accountId32, collaterals: compact(u128) },
        weight: weigh(60, 3, 3),
        run({ api, errors }, origin, { miner, collaterals }) {
          const who = ensureSigned(origin)
          if (api.info(miner).stakingAccount !== who) throw errors.NotStakingAcc()
          api.addCollateral(miner, collaterals)
          return undefined
        },
      },
      update_beneficiary: {
        index: 2,
        docs: 'Changes who gets the rewards.',
        args: { beneficiary: accountId32 },
        weight: weigh(20, 1, 1),
        run({ api, storage, emit }, origin, { beneficiary }) {
          const acc = ensureSigned(origin)
          storage.MinerItems.put(acc, { ...api.info(acc), beneficiary })
          emit.UpdateBeneficiary({ acc, new: beneficiary })
          return undefined
        },
      },
      update_peer_id: {
        index: 3,
        docs: 'Changes the peer id that the miner answers under.',
        args: { peerId: fixedBytes(38) },
        weight: weigh(20, 1, 1),
        run({ api, storage, emit }, origin, { peerId }) {
          const acc = ensureSigned(origin)
          const before = api.info(acc)
          storage.MinerItems.put(acc, { ...before, peerId })
          emit.UpdatePeerId({ acc, old: before.peerId, new: peerId })
          return undefined
        },
      },
      decrease_declaration_space: {
        index: 4,
        docs: 'Offers less space; only free space can be taken back.',
        args: { tibCount: u32 },
        weight: weigh(20, 1, 1),
        run({ api, storage, emit, errors }, origin, { tibCount }) {
          const who = ensureSigned(origin)
          const m = api.info(who)
          const space = BigInt(tibCount) * TIB
          if (space === 0n || space > m.idleSpace || m.declarationSpace - space < TIB)
            throw errors.UnableReduceDeclaration()
          storage.MinerItems.put(who, {
            ...m,
            declarationSpace: m.declarationSpace - space,
            idleSpace: m.idleSpace - space,
          })
          emit.DecreaseDeclarationSpace({ miner: who, space })
          return undefined
        },
      },
      receive_reward: {
        index: 6,
        docs: 'Claims the rewards of all eras that have ended.',
        args: {},
        weight: weigh(500, REWARD_ERAS, REWARD_ERAS),
        run({ api, storage, emit, use }, origin) {
          const who = ensureSigned(origin)
          const m = api.info(who)
          const treasury = use(config.treasury)
          const now = treasury.era()
          let sum = 0n
          const mine = [...storage.EraPower.entries(who)].filter(([[, era]]) => era < now)
          for (const [[, era], power] of mine) {
            storage.EraPower.remove(who, era)
            sum += treasury.payReward(era, m.beneficiary, power, storage.EraTotalPower.get(era))
          }
          storage.RewardMap.mutate(who, (r) => ({
            ...r,
            totalReward: r.totalReward + sum,
            rewardIssued: r.rewardIssued + sum,
          }))
          emit.Receive({ acc: who, reward: sum })
          return { actualWeight: weigh(50, 5 + mine.length * 3, 3 + mine.length * 2) }
        },
      },
      miner_exit_prep: {
        index: 7,
        docs: 'Leaves: a miner without data is locked, and its collateral comes free after the lock.',
        args: { miner: accountId32 },
        weight: weigh(40, 3, 4),
        run({ api, storage, emit, errors, use }, origin, { miner }) {
          const who = ensureSigned(origin)
          const m = api.info(miner)
          if (who !== miner && who !== m.stakingAccount) throw errors.NotStakingAcc()
          if (m.state !== 'positive' && m.state !== 'frozen') throw errors.StateError()
          if (m.serviceSpace > 0n || m.lockSpace > 0n) throw errors.NotEmpty()
          api.setState(miner, 'lock')
          storage.MinerLock.put(miner, use(config.system).number() + config.exitLockBlocks)
          emit.MinerExitPrep({ miner })
          return undefined
        },
      },
      miner_withdraw: {
        index: 9,
        docs: 'Takes the collateral back after the lock and ends the registration.',
        args: {},
        weight: weigh(40, 3, 4),
        run({ api, storage, emit, errors, use }, origin) {
          const who = ensureSigned(origin)
          const m = api.info(who)
          const until = storage.MinerLock.get(who)
          if (m.state !== 'lock' || until === undefined) throw errors.StateError()
          if (use(config.system).number() < until) throw errors.InsufficientStakingPeriod()
          const pays = m.debt < m.collaterals ? m.debt : m.collaterals
          use(config.treasury).takePenalty(m.stakingAccount, pays)
          use(config.balances).unreserve(m.stakingAccount, m.collaterals - pays)
          storage.MinerItems.remove(who)
          storage.MinerLock.remove(who)
          storage.Endpoint.remove(who)
          emit.Withdraw({ acc: who })
          return undefined
        },
      },
      faucet_top_up: {
        index: 13,
        docs: 'Gives tokens to the faucet.',
        args: { award: u128 },
        weight: weigh(60, 2, 2),
        run({ emit, use }, origin, { award }) {
          const acc = ensureSigned(origin)
          use(config.balances).transfer(acc, use(config.treasury).pots.space, award, true)
          emit.FaucetTopUpMoney({ acc })
          return undefined
        },
      },
      faucet: {
        index: 14,
        docs: 'Draws a few tokens from the faucet, once a day and account.',
        args: { to: accountId32 },
        weight: weigh(60, 3, 3),
        run({ storage, emit, errors, use }, origin, { to }) {
          ensureSigned(origin)
          const now = use(config.system).number()
          const last = storage.FaucetRecordMap.get(to)
          if (config.faucetAmount === 0n) throw errors.StateError()
          if (last !== undefined && now < last + config.faucetPeriod) throw errors.LessThan24Hours()
          storage.FaucetRecordMap.put(to, now)
          use(config.balances).transfer(
            use(config.treasury).pots.space,
            to,
            config.faucetAmount,
            true,
          )
          emit.DrawFaucetMoney({})
          return undefined
        },
      },
      regnstk_assign_staking: {
        index: 17,
        docs: 'Registers the sender as a miner whose collateral another account will pay by increase_collateral.',
        args: {
          beneficiary: accountId32,
          peerId: fixedBytes(38),
          stakingAccount: accountId32,
          tibCount: u32,
        },
        weight: weigh(60, 3, 5),
        run({ api }, origin, { beneficiary, peerId, stakingAccount, tibCount }) {
          const who = ensureSigned(origin)
          // Nobody's tokens are reserved without a signature of theirs: the miner waits, frozen.
          api.register(who, stakingAccount, {
            beneficiary,
            peerId,
            collateral: 0n,
            tib: tibCount,
            state: 'frozen',
          })
          return undefined
        },
      },
      increase_declaration_space: {
        index: 18,
        docs: 'Offers more space; the collateral must cover it.',
        args: { tibCount: u32 },
        weight: weigh(20, 1, 1),
        run({ api, storage, emit, errors }, origin, { tibCount }) {
          const who = ensureSigned(origin)
          const m = api.info(who)
          if (m.state !== 'positive') throw errors.NotpositiveState()
          const space = BigInt(tibCount) * TIB
          const next = {
            ...m,
            declarationSpace: m.declarationSpace + space,
            idleSpace: m.idleSpace + space,
          }
          if (tibCount < 1 || next.declarationSpace > BigInt(MAX_TIB) * TIB)
            throw errors.CountError()
          if (next.collaterals < api.required(next)) throw errors.CollateralNotUp()
          storage.MinerItems.put(who, next)
          emit.IncreaseDeclarationSpace({ miner: who, space })
          return undefined
        },
      },
      set_endpoint: {
        index: 30,
        docs: 'Says where the miner answers: one multiaddress.',
        args: { endpoint: boundedBytes(ENDPOINT_LIMIT) },
        weight: weigh(10, 1, 1),
        run({ api, storage, emit }, origin, { endpoint }) {
          const who = ensureSigned(origin)
          api.info(who)
          storage.Endpoint.put(who, endpoint)
          emit.EndpointSet({ miner: who })
          return undefined
        },
      },
      force_exit: {
        index: 31,
        docs: 'Takes a miner out of service (Root).',
        args: { miner: accountId32 },
        weight: weigh(40, 3, 4),
        run({ api }, origin, { miner }) {
          ensureRoot(origin)
          api.setState(miner, 'offline')
          return undefined
        },
      },
    },
  })
export type SminerApi = NonNullable<ReturnType<typeof sminer>['provided']>
