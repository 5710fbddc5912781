import type { AccountId } from '@cess/bytes'
import { type CessTreasuryApi, REWARD_ERAS } from '../cess-treasury.ts'
import type { Registry } from './registry.ts'
import type { SminerBase } from './storage.ts'

/** Eras that one claim settles. */
export const CLAIM_ERAS = REWARD_ERAS

/** What miners earn: shares of what each era pays out, by the bytes that they have proven in it. */
export function rewardsOf(
  { storage, emit }: SminerBase,
  registry: Registry,
  treasury: () => CessTreasuryApi,
) {
  return {
    /** Counts bytes that a passed audit has proven towards this era. */
    addPower(who: AccountId, bytes: bigint): void {
      if (bytes === 0n) return
      const era = treasury().era()
      storage.EraPower.mutate(who, era, (sum) => (sum ?? 0n) + bytes)
      storage.EraTotalPower.mutate(era, (sum) => sum + bytes)
    },
    /** Pays what ended eras owe, debt first. Returns how many eras that were. */
    claim(who: AccountId): number {
      const m = registry.info(who)
      const now = treasury().era()
      let sum = 0n
      let eras = 0
      for (const [[, era], power] of storage.EraPower.entries(who)) {
        if (era >= now) continue
        if (eras++ >= CLAIM_ERAS) break
        storage.EraPower.remove(who, era)
        sum += treasury().takeShare(era, power, storage.EraTotalPower.get(era))
      }
      const pays = sum < m.debt ? sum : m.debt
      treasury().payReward(m.beneficiary, sum - pays)
      if (pays > 0n) {
        treasury().payDebt(pays)
        const debt = m.debt - pays
        registry.save(who, { ...m, debt })
        emit.DebtPaid({ miner: who, amount: pays, debt })
      }
      storage.RewardMap.mutate(who, (r) => ({
        ...r,
        totalReward: r.totalReward + sum,
        rewardIssued: r.rewardIssued + sum - pays,
      }))
      emit.Receive({ acc: who, reward: sum - pays })
      return eras
    },
    /** Closes the era before this one, once. True when there was one to close. */
    closeEra(): boolean {
      const era = treasury().era()
      if (era === storage.ClosedEra.get()) return false
      const ended = era - 1
      treasury().closeEra(ended, storage.EraTotalPower.get(ended) > 0n)
      if (ended >= REWARD_ERAS) storage.EraTotalPower.remove(ended - REWARD_ERAS)
      storage.ClosedEra.put(era)
      return true
    },
  }
}
