import type { AccountId } from '@cess/bytes'
import {
  arithmeticFailure,
  blake2,
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  failure,
  map,
  type Provides,
  type SystemApi,
  tokenFailure,
  value,
  weigh,
} from '@cess/frame'
import { accountId32, type MultiAddress, multiAddress } from '@cess/primitives'
import { bool, compact, enumeration, fixedBytes, struct, u32, u128, vec } from '@cess/scale'

const MAX_LOCKS = 50

const reasons = enumeration('pallet_balances::types::Reasons', ['Fee', 'Misc', 'All'])
const balanceLock = struct('pallet_balances::types::BalanceLock', {
  id: fixedBytes(8),
  amount: u128,
  reasons,
})
const reserveData = struct('pallet_balances::types::ReserveData', {
  id: fixedBytes(8),
  amount: u128,
})
const idAmount = struct('frame_support::traits::tokens::misc::IdAmount', {
  id: fixedBytes(8),
  amount: u128,
})
const balanceStatus = enumeration('frame_support::traits::tokens::misc::BalanceStatus', [
  'Free',
  'Reserved',
])
const adjustment = enumeration('pallet_balances::types::AdjustmentDirection', [
  'Increase',
  'Decrease',
])

export interface BalancesGenesis {
  readonly balances: readonly (readonly [AccountId, bigint])[]
}

/** The account that an address names. @throws DispatchError CannotLookup for forms that need an index. */
export function lookup(address: MultiAddress): AccountId {
  if (address.type === 'Id') return address.value
  throw failure('CannotLookup')
}

const who = (address: MultiAddress): AccountId => lookup(address)

/** Tokens of every account: transfers, reserves, locks and the existential deposit (pallet_balances). */
export const balances = (config: {
  readonly system: Provides<SystemApi>
  readonly existentialDeposit: bigint
}) =>
  definePallet({
    name: 'Balances',
    index: 6,
    crate: 'pallet_balances',
    constants: {
      ExistentialDeposit: constant(
        u128,
        config.existentialDeposit,
        'Smallest balance that keeps an account alive.',
      ),
      MaxLocks: constant(u32, MAX_LOCKS),
      MaxReserves: constant(u32, 50),
      MaxFreezes: constant(u32, 0),
    },
    storage: {
      TotalIssuance: value(u128, { default: 0n, docs: 'All tokens there are.' }),
      InactiveIssuance: value(u128, { default: 0n }),
      Locks: map([blake2(accountId32)], vec(balanceLock, MAX_LOCKS), { default: [] }),
      Reserves: map([blake2(accountId32)], vec(reserveData, 50), { default: [] }),
      Holds: map([blake2(accountId32)], vec(idAmount, 50), { default: [] }),
    },
    events: {
      Endowed: { account: accountId32, freeBalance: u128 },
      DustLost: { account: accountId32, amount: u128 },
      Transfer: { from: accountId32, to: accountId32, amount: u128 },
      BalanceSet: { who: accountId32, free: u128 },
      Reserved: { who: accountId32, amount: u128 },
      Unreserved: { who: accountId32, amount: u128 },
      ReserveRepatriated: {
        from: accountId32,
        to: accountId32,
        amount: u128,
        destinationStatus: balanceStatus,
      },
      Deposit: { who: accountId32, amount: u128 },
      Withdraw: { who: accountId32, amount: u128 },
      Slashed: { who: accountId32, amount: u128 },
      Minted: { who: accountId32, amount: u128 },
      Burned: { who: accountId32, amount: u128 },
      Locked: { who: accountId32, amount: u128 },
      Unlocked: { who: accountId32, amount: u128 },
      TotalIssuanceForced: { old: u128, new: u128 },
    },
    errors: {
      VestingBalance: 'Vesting balance too high to send value.',
      LiquidityRestrictions: 'Account liquidity restrictions prevent withdrawal.',
      InsufficientBalance: 'Balance too low to send value.',
      ExistentialDeposit: 'Value too low to create account due to existential deposit.',
      Expendability: 'Transfer/payment would kill account.',
      ExistingVestingSchedule: 'A vesting schedule already exists for this account.',
      DeadAccount: 'Beneficiary account must pre-exist.',
      TooManyReserves: 'Number of named reserves exceed `MaxReserves`.',
      TooManyHolds: 'Number of holds exceed `VariantCountOf<T::RuntimeHoldReason>`.',
      TooManyFreezes: 'Number of freezes exceed `MaxFreezes`.',
      IssuanceDeactivated: 'The issuance cannot be modified since it is already deactivated.',
      DeltaZero: 'The delta cannot be zero.',
    },
    api(base) {
      const { emit, errors, use, storage } = base
      const system = () => use(config.system)
      const ed = config.existentialDeposit
      const data = (account: AccountId) => system().account(account).data

      /** What may leave `free`: locks and, when the account must live, the existential deposit stay. */
      const spendable = (account: AccountId, keepAlive: boolean): bigint => {
        const { free, reserved, frozen } = data(account)
        const locked = frozen > reserved ? frozen - reserved : 0n
        const needed =
          keepAlive || system().account(account).consumers > 0 ? max(locked, ed) : locked
        return free > needed ? free - needed : 0n
      }

      const setFree = (account: AccountId, free: bigint): void => {
        const now = data(account)
        const existed = system().account(account).providers > 0
        const lives = free >= ed || now.reserved > 0n
        if (!lives) {
          if (existed) {
            if (free > 0n) {
              storage.TotalIssuance.mutate((t) => t - free)
              emit.DustLost({ account, amount: free })
            }
            system().setData(account, { ...now, free: 0n })
            storage.Locks.remove(account)
            system().decProviders(account)
          } else if (free > 0n) throw tokenFailure('BelowMinimum')
          return
        }
        system().setData(account, { ...now, free })
        if (!existed) {
          system().incProviders(account)
          emit.Endowed({ account, freeBalance: free })
        }
      }

      const api = {
        existentialDeposit: ed,
        free: (account: AccountId): bigint => data(account).free,
        reserved: (account: AccountId): bigint => data(account).reserved,
        total: (account: AccountId): bigint => data(account).free + data(account).reserved,
        issuance: (): bigint => storage.TotalIssuance.get(),
        spendable,
        transfer(from: AccountId, to: AccountId, amount: bigint, keepAlive: boolean): void {
          if (amount > spendable(from, keepAlive)) {
            const { free, frozen } = data(from)
            if (free >= amount && frozen > 0n) throw tokenFailure('Frozen')
            throw tokenFailure(free >= amount ? 'NotExpendable' : 'FundsUnavailable')
          }
          if (from !== to && amount > 0n) {
            if (data(to).free + amount < ed && system().account(to).providers === 0)
              throw tokenFailure('BelowMinimum')
            setFree(from, data(from).free - amount)
            setFree(to, data(to).free + amount)
          }
          emit.Transfer({ from, to, amount })
        },
        /** Mints. */
        deposit(account: AccountId, amount: bigint): void {
          if (amount === 0n) return
          if (system().account(account).providers === 0 && amount < ed)
            throw tokenFailure('BelowMinimum')
          storage.TotalIssuance.mutate((t) => t + amount)
          setFree(account, data(account).free + amount)
          emit.Deposit({ who: account, amount })
        },
        /** Burns. */
        withdraw(account: AccountId, amount: bigint, keepAlive: boolean): void {
          if (amount === 0n) return
          if (amount > spendable(account, keepAlive)) throw errors.InsufficientBalance()
          storage.TotalIssuance.mutate((t) => t - amount)
          setFree(account, data(account).free - amount)
          emit.Withdraw({ who: account, amount })
        },
        reserve(account: AccountId, amount: bigint): void {
          if (amount === 0n) return
          if (amount > spendable(account, true)) throw errors.InsufficientBalance()
          const now = data(account)
          system().setData(account, {
            ...now,
            free: now.free - amount,
            reserved: now.reserved + amount,
          })
          emit.Reserved({ who: account, amount })
        },
        /** Gives back up to `amount`; returns what was given back. */
        unreserve(account: AccountId, amount: bigint): bigint {
          const now = data(account)
          const actual = min(amount, now.reserved)
          if (actual === 0n) return 0n
          system().setData(account, {
            ...now,
            free: now.free + actual,
            reserved: now.reserved - actual,
          })
          emit.Unreserved({ who: account, amount: actual })
          return actual
        },
        /** Moves up to `amount` of what `from` has reserved to the free balance of `to`; returns what moved. */
        repatriate(from: AccountId, to: AccountId, amount: bigint): bigint {
          const now = data(from)
          const actual = min(amount, now.reserved)
          if (actual === 0n) return 0n
          system().setData(from, { ...now, reserved: now.reserved - actual })
          setFree(to, data(to).free + actual)
          // Its reserve may have been all that kept the account alive.
          if (from !== to) setFree(from, data(from).free)
          emit.ReserveRepatriated({ from, to, amount: actual, destinationStatus: 'Free' })
          return actual
        },
        setLock(id: Uint8Array, account: AccountId, amount: bigint): void {
          if (!system().exists(account)) throw failure('NoProviders')
          const others = storage.Locks.get(account).filter((l) => !sameId(l.id, id))
          const locks = amount > 0n ? [...others, { id, amount, reasons: 'All' as const }] : others
          if (locks.length === 0) storage.Locks.remove(account)
          else storage.Locks.put(account, locks)
          const frozen = locks.reduce((m, l) => max(m, l.amount), 0n)
          const now = data(account)
          if (frozen > now.frozen) emit.Locked({ who: account, amount: frozen - now.frozen })
          if (frozen < now.frozen) emit.Unlocked({ who: account, amount: now.frozen - frozen })
          system().setData(account, { ...now, frozen })
        },
        setFree,
      }
      return api
    },
    genesis({ api, storage }, config: BalancesGenesis) {
      for (const [account, amount] of config.balances) {
        storage.TotalIssuance.mutate((t) => t + amount)
        api.setFree(account, api.free(account) + amount)
      }
      return undefined
    },
    calls: {
      transfer_allow_death: {
        index: 0,
        docs: 'Sends tokens; the sender may end.',
        args: { dest: multiAddress, value: compact(u128) },
        weight: weigh(50, 1, 1),
        run({ api }, origin, { dest, value }) {
          api.transfer(ensureSigned(origin), who(dest), value, false)
          return undefined
        },
      },
      force_transfer: {
        index: 2,
        docs: 'Sends tokens of another account (Root).',
        args: { source: multiAddress, dest: multiAddress, value: compact(u128) },
        weight: weigh(50, 2, 2),
        run({ api }, origin, { source, dest, value }) {
          ensureRoot(origin)
          api.transfer(who(source), who(dest), value, false)
          return undefined
        },
      },
      transfer_keep_alive: {
        index: 3,
        docs: 'Sends tokens; the sender stays alive.',
        args: { dest: multiAddress, value: compact(u128) },
        weight: weigh(50, 1, 1),
        run({ api }, origin, { dest, value }) {
          api.transfer(ensureSigned(origin), who(dest), value, true)
          return undefined
        },
      },
      transfer_all: {
        index: 4,
        docs: 'Sends everything that may be sent.',
        args: { dest: multiAddress, keepAlive: bool },
        weight: weigh(50, 1, 1),
        run({ api }, origin, { dest, keepAlive }) {
          const from = ensureSigned(origin)
          api.transfer(from, who(dest), api.spendable(from, keepAlive), keepAlive)
          return undefined
        },
      },
      force_unreserve: {
        index: 5,
        docs: 'Gives back what an account has reserved (Root).',
        args: { who: multiAddress, amount: u128 },
        weight: weigh(30, 1, 1),
        run({ api }, origin, args) {
          ensureRoot(origin)
          api.unreserve(who(args.who), args.amount)
          return undefined
        },
      },
      force_set_balance: {
        index: 8,
        docs: 'Sets the free balance of an account (Root).',
        args: { who: multiAddress, newFree: compact(u128) },
        weight: weigh(30, 1, 1),
        run({ api, storage, emit }, origin, args) {
          ensureRoot(origin)
          const account = who(args.who)
          const before = api.free(account)
          // Less than the existential deposit is nothing.
          const free = args.newFree < config.existentialDeposit ? 0n : args.newFree
          storage.TotalIssuance.mutate((t) => t + free - before)
          api.setFree(account, free)
          emit.BalanceSet({ who: account, free })
          return undefined
        },
      },
      force_adjust_total_issuance: {
        index: 9,
        docs: 'Corrects the total issuance (Root).',
        args: { direction: adjustment, delta: compact(u128) },
        weight: weigh(10, 1, 1),
        run({ storage, emit, errors }, origin, { direction, delta }) {
          ensureRoot(origin)
          if (delta === 0n) throw errors.DeltaZero()
          const old = storage.TotalIssuance.get()
          if (direction === 'Decrease' && delta > old) throw arithmeticFailure('Underflow')
          const next = direction === 'Increase' ? old + delta : old - delta
          storage.TotalIssuance.put(next)
          emit.TotalIssuanceForced({ old, new: next })
          return undefined
        },
      },
      burn: {
        index: 10,
        docs: 'Destroys own tokens.',
        args: { value: compact(u128), keepAlive: bool },
        weight: weigh(30, 1, 1),
        run({ api, storage, emit }, origin, { value, keepAlive }) {
          const account = ensureSigned(origin)
          if (value > api.spendable(account, keepAlive)) throw tokenFailure('FundsUnavailable')
          storage.TotalIssuance.mutate((t) => t - value)
          api.setFree(account, api.free(account) - value)
          emit.Burned({ who: account, amount: value })
          return undefined
        },
      },
    },
  })

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const sameId = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i])

export type BalancesApi = NonNullable<ReturnType<typeof balances>['provided']>
