import { definePallet, type Provides } from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { u128 } from '@cess/scale'
import { potAccount } from './accounts.ts'
import type { BalancesApi } from './balances.ts'

/** The chain's own pot, which most of every fee goes to (pallet_treasury; spending comes with governance). */
export const treasury = (config: { readonly balances: Provides<BalancesApi> }) =>
  definePallet({
    name: 'Treasury',
    index: 17,
    crate: 'pallet_treasury',
    storage: {},
    events: { Deposit: { value: u128 }, Donated: { who: accountId32, amount: u128 } },
    errors: {},
    api: ({ use, emit }) => {
      const pot = potAccount('py/trsry')
      return {
        pot,
        /** Puts newly freed tokens (fees) into the pot. */
        receive(amount: bigint): void {
          const balances = use(config.balances)
          if (amount === 0n || balances.free(pot) + amount < balances.existentialDeposit) return
          balances.deposit(pot, amount)
          emit.Deposit({ value: amount })
        },
        balance: (): bigint => use(config.balances).free(pot),
      }
    },
    calls: {},
  })
export type TreasuryApi = NonNullable<ReturnType<typeof treasury>['provided']>
