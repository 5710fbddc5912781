import type { AccountId } from '@cess/bytes'
import {
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  type Provides,
  type SystemApi,
  weigh,
} from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { compact, fixedBytes, u32, u128 } from '@cess/scale'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { sminerErrors } from './errors.ts'
import { faucetOf } from './faucet.ts'
import { MAX_MINERS, registryOf } from './registry.ts'
import { CLAIM_ERAS, rewardsOf } from './rewards.ts'
import { minerSpaceOf } from './space.ts'
import { endpoint, sminerEvents, sminerStorage } from './storage.ts'

export interface SminerGenesis {
  /** Tokens that the faucet begins with. */
  readonly faucet: bigint
}

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
  /** What other pallets forget of a miner that has withdrawn. */
  readonly forget: (miner: AccountId) => void
}) =>
  definePallet({
    name: 'Sminer',
    index: 105,
    crate: 'pallet_sminer',
    constants: {
      ItemLimit: constant(u32, MAX_MINERS, 'Most miners in service.'),
      CollateralPerTib: constant(u128, config.collateralPerTib, 'Collateral for a declared TiB.'),
      StakingLockBlock: constant(u32, config.exitLockBlocks),
    },
    storage: sminerStorage,
    events: sminerEvents,
    errors: sminerErrors,
    api({ storage, emit, errors, use }) {
      const base = { storage, emit, errors }
      const balances = () => use(config.balances)
      const treasury = () => use(config.treasury)
      const { collateralPerTib, faucetAmount: amount, faucetPeriod: period } = config
      const registry = registryOf({ ...base, balances, treasury, collateralPerTib })
      return {
        registry,
        space: minerSpaceOf(base, registry),
        rewards: rewardsOf(base, registry, treasury),
        faucet: faucetOf({ ...base, balances, amount, period }),
        now: (): number => use(config.system).number(),
      }
    },
    genesis({ api, use }, genesis: SminerGenesis | undefined) {
      if (genesis && genesis.faucet > 0n)
        use(config.balances).deposit(api.faucet.pot, genesis.faucet)
      return undefined
    },
    hooks: {
      onInitialize: ({ api }) => (api.rewards.closeEra() ? weigh(50, 6, 5) : weigh(5, 1)),
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
        weight: weigh(60, 6, 7),
        run({ api, errors }, origin, { beneficiary, peerId, stakingVal, tibCount: tib }) {
          const staking = ensureSigned(origin)
          const collateral = stakingVal
          api.registry.register(staking, { staking, beneficiary, peerId, collateral, tib })
          if (!api.registry.inService(staking)) throw errors.CollateralNotUp()
          return undefined
        },
      },
      increase_collateral: {
        index: 1,
        docs: 'Adds collateral and pays debt.',
        args: { miner: accountId32, collaterals: compact(u128) },
        weight: weigh(60, 6, 6),
        run({ api, errors }, origin, { miner, collaterals }) {
          const who = ensureSigned(origin)
          if (api.registry.info(miner).stakingAccount !== who) throw errors.NotStakingAcc()
          api.registry.addCollateral(miner, collaterals)
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
          storage.MinerItems.put(acc, { ...api.registry.info(acc), beneficiary })
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
          const before = api.registry.info(acc)
          storage.MinerItems.put(acc, { ...before, peerId })
          emit.UpdatePeerId({ acc, old: before.peerId, new: peerId })
          return undefined
        },
      },
      decrease_declaration_space: {
        index: 4,
        docs: 'Offers less space; only free space can be taken back.',
        args: { tibCount: u32 },
        weight: weigh(20, 3, 4),
        run({ api }, origin, { tibCount }) {
          api.space.declareLess(ensureSigned(origin), tibCount)
          return undefined
        },
      },
      receive_reward: {
        index: 6,
        docs: 'Claims the rewards of all eras that have ended, less what the miner owes.',
        args: {},
        weight: weigh(100 + CLAIM_ERAS * 15, 6 + CLAIM_ERAS * 3, 6 + CLAIM_ERAS * 2),
        run({ api }, origin) {
          const eras = api.rewards.claim(ensureSigned(origin))
          return { actualWeight: weigh(100 + eras * 15, 6 + eras * 3, 6 + eras * 2) }
        },
      },
      miner_exit_prep: {
        index: 7,
        docs: 'Leaves: a miner without data is locked, and its collateral comes free after the lock.',
        args: { miner: accountId32 },
        weight: weigh(40, 5, 6),
        run({ api, errors }, origin, { miner }) {
          const who = ensureSigned(origin)
          if (who !== miner && who !== api.registry.info(miner).stakingAccount)
            throw errors.NotStakingAcc()
          api.registry.prepareExit(miner, api.now() + config.exitLockBlocks)
          return undefined
        },
      },
      miner_withdraw: {
        index: 9,
        docs: 'Claims the last rewards, takes the collateral back after the lock, and ends the registration.',
        args: {},
        weight: weigh(200 + CLAIM_ERAS * 15, 12 + CLAIM_ERAS * 3, 20 + CLAIM_ERAS * 2),
        run({ api, storage }, origin) {
          const who = ensureSigned(origin)
          api.rewards.claim(who)
          api.registry.withdraw(who, api.now())
          storage.EraPower.clear(CLAIM_ERAS, who)
          config.forget(who)
          return undefined
        },
      },
      faucet_top_up: {
        index: 13,
        docs: 'Gives tokens to the faucet.',
        args: { award: u128 },
        weight: weigh(60, 2, 2),
        run({ api }, origin, { award }) {
          api.faucet.topUp(ensureSigned(origin), award)
          return undefined
        },
      },
      faucet: {
        index: 14,
        docs: 'Draws a few tokens from the faucet, once a day and account.',
        args: { to: accountId32 },
        weight: weigh(60, 4, 4),
        run({ api }, origin, { to }) {
          ensureSigned(origin)
          api.faucet.draw(to, api.now())
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
        weight: weigh(60, 4, 4),
        run({ api }, origin, { beneficiary, peerId, stakingAccount: staking, tibCount: tib }) {
          // Nobody's tokens are reserved without a signature of theirs: the miner waits, frozen.
          const registration = { staking, beneficiary, peerId, collateral: 0n, tib }
          api.registry.register(ensureSigned(origin), registration)
          return undefined
        },
      },
      increase_declaration_space: {
        index: 18,
        docs: 'Offers more space; the collateral must cover it.',
        args: { tibCount: u32 },
        weight: weigh(20, 1, 1),
        run({ api }, origin, { tibCount }) {
          api.space.declareMore(ensureSigned(origin), tibCount)
          return undefined
        },
      },
      set_endpoint: {
        index: 30,
        docs: 'Says where the miner answers: one multiaddress.',
        args: { endpoint },
        weight: weigh(10, 1, 1),
        run({ api, storage, emit }, origin, args) {
          const who = ensureSigned(origin)
          api.registry.info(who)
          storage.Endpoint.put(who, args.endpoint)
          emit.EndpointSet({ miner: who })
          return undefined
        },
      },
      force_exit: {
        index: 31,
        docs: 'Takes a miner out of service (Root).',
        args: { miner: accountId32 },
        weight: weigh(40, 5, 6),
        run({ api }, origin, { miner }) {
          ensureRoot(origin)
          api.registry.retire(miner)
          return undefined
        },
      },
    },
  })
export type SminerApi = NonNullable<ReturnType<typeof sminer>['provided']>
