import type { AccountId } from '@cess/bytes'
import { potAccount } from '../accounts.ts'
import type { BalancesApi } from '../balances.ts'
import type { SminerBase } from './storage.ts'

/** Accounts that the faucet gives to in one period. Fresh accounts are free, so this is what bounds a drain. */
const DRAWS_PER_PERIOD = 1_000

interface FaucetDeps extends SminerBase {
  readonly balances: () => BalancesApi
  /** What it gives, in balance units. 0 switches it off. */
  readonly amount: bigint
  /** Blocks between two draws of one account. */
  readonly period: number
}

/** Gives tokens of a test network away. */
export function faucetOf(deps: FaucetDeps) {
  const { storage, emit, errors } = deps
  const pot = potAccount('facuetid')
  return {
    pot,
    topUp(from: AccountId, amount: bigint): void {
      deps.balances().transfer(from, pot, amount, true)
      emit.FaucetTopUpMoney({ acc: from })
    },
    draw(to: AccountId, now: number): void {
      if (deps.amount === 0n) throw errors.NotSetWhite()
      const last = storage.FaucetRecordMap.get(to)
      if (last && now < last.lastClaimTime + deps.period) throw errors.LessThan24Hours()
      const day = Math.floor(now / deps.period)
      const held = storage.FaucetDay.get()
      const draws = held.day === day ? held.draws : 0
      if (draws >= DRAWS_PER_PERIOD) throw errors.ExceedRelease()
      storage.FaucetDay.put({ day, draws: draws + 1 })
      storage.FaucetRecordMap.put(to, { lastClaimTime: now })
      deps.balances().transfer(pot, to, deps.amount, true)
      emit.DrawFaucetMoney({})
    },
  }
}
