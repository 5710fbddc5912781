import type { AccountId } from '@cess/bytes'
import {
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
import { tuple, u32, u128 } from '@cess/scale'
import { potAccount } from './accounts.ts'
import type { BalancesApi } from './balances.ts'

export interface CessTreasuryGenesis {
  /** Tokens set aside for rewards, minted into the reward pot. */
  readonly rewardPot: bigint
}

/** Eras that a reward can be claimed for. */
export const REWARD_ERAS = 84

/** The pots of the storage network: rewards, penalties and what territories cost (CESS pallet CessTreasury). */
export const cessTreasury = (config: {
  readonly system: Provides<SystemApi>
  readonly balances: Provides<BalancesApi>
  /** Blocks in a reward era. */
  readonly eraBlocks: number
  /** Most that one era pays out, in balance units. */
  readonly eraReward: bigint
}) =>
  definePallet({
    name: 'CessTreasury',
    index: 100,
    crate: 'pallet_cess_treasury',
    constants: {
      EraBlocks: constant(u32, config.eraBlocks, 'Blocks in a reward era.'),
      EraRewardLimit: constant(u128, config.eraReward, 'Most that one era pays to miners.'),
    },
    storage: {
      CurrencyReward: value(u128, { default: 0n, docs: 'Paid into rewards so far.' }),
      EraReward: value(u128, { default: 0n, docs: 'What the last era shared out.' }),
      ReserveReward: value(u128, { default: 0n, docs: 'Shared out and not yet claimed.' }),
      RoundReward: map([twox(u32)], tuple(u128, u128), {
        default: [0n, 0n],
        docs: 'Per era: what miners share, and what they have claimed of it.',
      }),
    },
    events: { Deposit: { balance: u128 } },
    errors: { Overflow: 'A sum is too large.', Unexpected: 'A pot holds less than it should.' },
    api({ storage, emit, use, errors }) {
      const pots = {
        reward: potAccount('rewardpt'),
        punish: potAccount('punisdpt'),
      }
      const balances = () => use(config.balances)
      return {
        pots,
        era: (): number => Math.floor(use(config.system).number() / config.eraBlocks),
        /** Takes the price of a territory; it goes to the miners who store. */
        payForSpace(who: AccountId, amount: bigint): void {
          balances().transfer(who, pots.reward, amount, true)
          storage.CurrencyReward.mutate((sum) => sum + amount)
          emit.Deposit({ balance: amount })
        },
        /** Slashed collateral. */
        takePenalty(from: AccountId, amount: bigint): bigint {
          return balances().repatriate(from, pots.punish, amount)
        },
        /** Sets apart what the era that has just ended shares out. */
        closeEra(era: number, anyPower: boolean): void {
          // What nobody claimed in time goes back to the pot.
          if (era >= REWARD_ERAS) {
            const [total, issued] = storage.RoundReward.take(era - REWARD_ERAS)
            storage.ReserveReward.mutate((sum) => sum - (total - issued))
          }
          if (!anyPower) return
          const held = balances().free(pots.reward) - balances().existentialDeposit
          const free = held - storage.ReserveReward.get()
          if (free <= 0n) return
          const share = free < config.eraReward ? free : config.eraReward
          storage.EraReward.put(share)
          storage.ReserveReward.mutate((sum) => sum + share)
          storage.RoundReward.put(era, [share, 0n])
        },
        /** Takes a miner's part of an era, `power` of `total`, out of what is set apart. Returns how much it is. */
        takeShare(era: number, power: bigint, total: bigint): bigint {
          const [share, issued] = storage.RoundReward.get(era)
          if (total === 0n || share === 0n) return 0n
          const amount = (share * power) / total
          if (issued + amount > share) throw errors.Unexpected()
          storage.RoundReward.put(era, [share, issued + amount])
          storage.ReserveReward.mutate((sum) => sum - amount)
          return amount
        },
        /** Pays what was taken with `takeShare`. */
        payReward(to: AccountId, amount: bigint): void {
          if (amount > 0n) balances().transfer(pots.reward, to, amount, true)
        },
        /** Counts what was taken with `takeShare` towards the penalties that a miner owes. */
        payDebt: (amount: bigint): void =>
          balances().transfer(pots.reward, pots.punish, amount, true),
      }
    },
    genesis({ api, storage, use }, genesis: CessTreasuryGenesis) {
      const balances = use(config.balances)
      const ed = balances.existentialDeposit
      for (const pot of Object.values(api.pots)) balances.deposit(pot, ed)
      if (genesis.rewardPot > 0n) balances.deposit(api.pots.reward, genesis.rewardPot)
      storage.CurrencyReward.put(genesis.rewardPot)
      return undefined
    },
    calls: {
      send_funds_to_pid: {
        index: 0,
        docs: 'Gives tokens to the penalty pot.',
        args: { funds: u128 },
        weight: weigh(60, 2, 2),
        run({ api, use }, origin, { funds }) {
          use(config.balances).transfer(ensureSigned(origin), api.pots.punish, funds, true)
          return undefined
        },
      },
      send_funds_to_sid: {
        index: 1,
        docs: 'Gives tokens to the reward pot.',
        args: { funds: u128 },
        weight: weigh(60, 2, 2),
        run({ api }, origin, { funds }) {
          api.payForSpace(ensureSigned(origin), funds)
          return undefined
        },
      },
      pid_send_funds: {
        index: 4,
        docs: 'Pays out of the penalty pot (Root).',
        args: { acc: accountId32, funds: u128 },
        weight: weigh(60, 2, 2),
        run({ api, use }, origin, { acc, funds }) {
          ensureRoot(origin)
          use(config.balances).transfer(api.pots.punish, acc, funds, true)
          return undefined
        },
      },
    },
  })
export type CessTreasuryApi = NonNullable<ReturnType<typeof cessTreasury>['provided']>
