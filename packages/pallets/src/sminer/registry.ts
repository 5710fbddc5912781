import type { AccountId } from '@cess/bytes'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import type { SminerBase } from './storage.ts'
import { type MinerInfo, TIB } from './types.ts'

export const MAX_TIB = 1 << 20
export const MAX_MINERS = 200_000

interface RegistryDeps extends SminerBase {
  readonly balances: () => BalancesApi
  readonly treasury: () => CessTreasuryApi
  readonly collateralPerTib: bigint
}

export interface Registration {
  readonly staking: AccountId
  readonly beneficiary: AccountId
  readonly peerId: Uint8Array
  readonly collateral: bigint
  readonly tib: number
}

/**
 * Who is a miner, in which state, with what collateral. A miner gets a position, and with it draws and audits, when
 * its collateral is complete for the first time: registrations without one must not crowd the draws.
 */
export function registryOf(deps: RegistryDeps) {
  const { storage, emit, errors } = deps
  const info = (who: AccountId): MinerInfo => {
    const found = storage.MinerItems.get(who)
    if (!found) throw errors.NotMiner()
    return found
  }
  const required = (m: MinerInfo): bigint => (m.declarationSpace / TIB) * deps.collateralPerTib
  const place = (position: number, who: AccountId): void => {
    storage.MinerAt.put(position, who)
    storage.PositionOf.put(who, position)
  }
  const enter = (who: AccountId): void => {
    if (storage.PositionOf.has(who)) return
    const position = storage.InService.get()
    if (position >= MAX_MINERS) throw errors.StorageLimitReached()
    place(position, who)
    storage.InService.put(position + 1)
  }
  /** Takes the position away. Others move up so that those drawn in this round stay the first ones. */
  const leave = (who: AccountId): void => {
    let hole = storage.PositionOf.get(who)
    if (hole === undefined) return
    const drawn = storage.Drawn.get()
    if (hole < drawn) {
      place(hole, storage.MinerAt.get(drawn - 1)!)
      storage.Drawn.put(drawn - 1)
      hole = drawn - 1
    }
    const last = storage.InService.get() - 1
    if (hole !== last) place(hole, storage.MinerAt.get(last)!)
    storage.MinerAt.remove(last)
    storage.PositionOf.remove(who)
    storage.InService.put(last)
  }
  /** Keeps what is known of a miner; a frozen one that owes nothing any more is back in service. */
  const save = (who: AccountId, m: MinerInfo): void => {
    const back = m.state === 'frozen' && m.debt === 0n && m.collaterals >= required(m)
    storage.MinerItems.put(who, back ? { ...m, state: 'positive' } : m)
    if (back) enter(who)
  }
  /** Takes a miner out of service for good. Its data is written off bit by bit. */
  const retire = (who: AccountId): void => {
    const m = info(who)
    if (m.state !== 'positive' && m.state !== 'frozen') throw errors.StateError()
    storage.MinerItems.put(who, { ...m, state: 'offline' })
    leave(who)
    storage.Leaving.put(who, undefined)
    emit.OutOfService({ miner: who })
  }
  return {
    info,
    required,
    save,
    retire,
    find: (who: AccountId): MinerInfo | undefined => storage.MinerItems.get(who),
    /** Miners in service, by position. */
    count: (): number => storage.InService.get(),
    at: (position: number): AccountId => storage.MinerAt.get(position)!,
    inService: (who: AccountId): boolean => storage.PositionOf.has(who),
    /** Begins a round, in which every miner in service is drawn once. */
    beginRound: (): void => storage.Drawn.put(0),
    /** Miners that the round has not drawn yet. */
    undrawn: (): number => storage.InService.get() - storage.Drawn.get(),
    /** Draws one of them; `chance` is a number below how many there are. (Fisher–Yates, as it goes.) */
    draw(chance: number): AccountId {
      const drawn = storage.Drawn.get()
      const chosen = storage.MinerAt.get(drawn + chance)!
      const other = storage.MinerAt.get(drawn)!
      place(drawn + chance, other)
      place(drawn, chosen)
      storage.Drawn.put(drawn + 1)
      return chosen
    },
    /** A miner out of service whose data is to be written off. */
    leaving: (): AccountId | undefined => storage.Leaving.entries().next().value?.[0][0],
    left: (who: AccountId): void => storage.Leaving.remove(who),
    /** Registers; without the whole collateral the miner waits, frozen, for somebody to pay it. */
    register(who: AccountId, { staking, collateral, tib, ...rest }: Registration): void {
      if (storage.MinerItems.has(who)) throw errors.AlreadyRegistered()
      if (tib < 1 || tib > MAX_TIB) throw errors.CountError()
      const space = BigInt(tib) * TIB
      deps.balances().reserve(staking, collateral)
      save(who, {
        ...rest,
        stakingAccount: staking,
        collaterals: collateral,
        debt: 0n,
        state: 'frozen',
        declarationSpace: space,
        idleSpace: space,
        serviceSpace: 0n,
        lockSpace: 0n,
      })
      storage.CounterForMinerItems.mutate((n) => n + 1)
      emit.Registered({ acc: who })
    },
    addCollateral(who: AccountId, amount: bigint): void {
      const m = info(who)
      deps.balances().reserve(m.stakingAccount, amount)
      const pays = amount < m.debt ? amount : m.debt
      deps.treasury().takePenalty(m.stakingAccount, pays)
      const next = { ...m, debt: m.debt - pays, collaterals: m.collaterals + amount - pays }
      save(who, next)
      emit.IncreaseCollateral({ acc: who, balance: next.collaterals })
    },
    /**
     * Takes `percent` of the required collateral. What is missing becomes debt, and the miner is frozen; one that has
     * nothing left to lose is taken out of service.
     */
    punish(who: AccountId, percent: bigint): void {
      const m = info(who)
      const due = (required(m) * percent) / 100n
      const taken = due < m.collaterals ? due : m.collaterals
      deps.treasury().takePenalty(m.stakingAccount, taken)
      const next = { ...m, collaterals: m.collaterals - taken, debt: m.debt + due - taken }
      const frozen = m.state === 'positive' && next.collaterals < required(next)
      storage.MinerItems.put(who, frozen ? { ...next, state: 'frozen' } : next)
      emit.Punished({ miner: who, amount: taken, debt: next.debt })
      if (next.collaterals === 0n) retire(who)
    },
    /** Begins to leave: no draws, no data, and the collateral after the lock. */
    prepareExit(who: AccountId, until: number): void {
      const m = info(who)
      if (m.state === 'lock' || m.state === 'exit') throw errors.StateError()
      if (m.serviceSpace > 0n || m.lockSpace > 0n) throw errors.NotEmpty()
      storage.MinerItems.put(who, { ...m, state: 'lock' })
      storage.MinerLock.put(who, until)
      leave(who)
      emit.MinerExitPrep({ miner: who })
    },
    /** Gives the collateral back, less debt, and forgets the miner. */
    withdraw(who: AccountId, now: number): void {
      const m = info(who)
      const until = storage.MinerLock.get(who)
      if (m.state !== 'lock' || until === undefined) throw errors.StateError()
      if (now < until) throw errors.InsufficientStakingPeriod()
      const pays = m.debt < m.collaterals ? m.debt : m.collaterals
      deps.treasury().takePenalty(m.stakingAccount, pays)
      deps.balances().unreserve(m.stakingAccount, m.collaterals - pays)
      storage.MinerItems.remove(who)
      storage.CounterForMinerItems.mutate((n) => n - 1)
      storage.MinerLock.remove(who)
      storage.Endpoint.remove(who)
      storage.RewardMap.remove(who)
      storage.Leaving.remove(who)
      emit.Withdraw({ acc: who })
    },
  }
}
export type Registry = ReturnType<typeof registryOf>
