import type { AccountId } from '@cess/bytes'
import { arePoints } from '@cess/reencryption'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { positionsOf } from '../positions.ts'
import type { ReencryptionBase } from './storage.ts'
import type { ProxyInfo } from './types.ts'

/** Audits in a row that a proxy may miss before it loses its place and is not drawn any more. */
const MAX_MISSED = 3

export interface ProxiesDeps extends ReencryptionBase {
  readonly balances: () => BalancesApi
  readonly treasury: () => CessTreasuryApi
  /** Whose machine a miner or gateway is; undefined for anybody else. */
  readonly operatorOf: (account: AccountId) => AccountId | undefined
  readonly bond: bigint
  /** Blocks that the bond stays after the last place is left. */
  readonly keptBlocks: number
}

/** Who can be drawn, with what at stake. */
export function proxiesOf(deps: ProxiesDeps) {
  const { storage, emit, errors, balances, now } = deps
  const drawable = positionsOf({
    at: storage.ProxyAt,
    of: storage.PositionOf,
    count: storage.ProxyCount,
  })
  const info = (who: AccountId): ProxyInfo => {
    const found = storage.Proxies.get(who)
    if (!found) throw errors.NotProxy()
    return found
  }
  /** Takes a proxy out of the draws; what it serves it goes on to serve. */
  const pause = (who: AccountId): void => {
    if (drawable.remove(who)) emit.ProxyPaused({ proxy: who })
  }
  /** Whether a proxy still is whose machine it was, and has its bond. Others are neither drawn nor kept. */
  const isFit = (who: AccountId): boolean => {
    const { operator, bond } = info(who)
    return bond === deps.bond && deps.operatorOf(who) === operator
  }

  return {
    info,
    pause,
    isFit,
    drawable,
    find: (who: AccountId): ProxyInfo | undefined => storage.Proxies.get(who),
    register(who: AccountId, sealKey: Uint8Array): void {
      if (storage.Proxies.has(who)) throw errors.AlreadyProxy()
      const operator = deps.operatorOf(who)
      if (operator === undefined) throw errors.NotEligible()
      if (!arePoints(sealKey)) throw errors.BadKey()
      balances().reserve(who, deps.bond)
      storage.Proxies.put(who, {
        ...{ operator, sealKey, bond: deps.bond },
        ...{ missed: 0, locked: 0, places: 0 },
      })
      drawable.add(who)
      emit.ProxyRegistered({ proxy: who, operator })
    },
    /** Fragments are sealed to another key from now on: the old one is lost, or should not be used any more. */
    changeKey(who: AccountId, sealKey: Uint8Array): void {
      if (!arePoints(sealKey)) throw errors.BadKey()
      storage.Proxies.put(who, { ...info(who), sealKey })
    },
    /** Puts a paused proxy into the draws again. */
    resume(who: AccountId): void {
      const proxy = info(who)
      if (drawable.has(who)) throw errors.NotPaused()
      if (!isFit(who)) throw errors.NotEligible()
      storage.Proxies.put(who, { ...proxy, missed: 0 })
      drawable.add(who)
      emit.ProxyResumed({ proxy: who })
    },
    /** Gives the bond back to a paused proxy that has no grants left, once nothing can be shown of it any more. */
    withdraw(who: AccountId): void {
      const proxy = info(who)
      if (drawable.has(who)) throw errors.NotPaused()
      if (proxy.places > 0) throw errors.HasPlaces()
      if (now() < proxy.locked) throw errors.BondLocked()
      balances().unreserve(who, proxy.bond)
      storage.Proxies.remove(who)
      emit.ProxyWithdrawn({ proxy: who })
    },
    takePlace: (who: AccountId, grant: number): void => {
      const proxy = info(who)
      storage.PlacesOf.put(who, grant, undefined)
      storage.Proxies.put(who, { ...proxy, places: proxy.places + 1 })
    },
    leavePlace: (who: AccountId, grant: number): void => {
      const proxy = info(who)
      storage.PlacesOf.remove(who, grant)
      const locked = now() + deps.keptBlocks
      storage.Proxies.put(who, { ...proxy, places: proxy.places - 1, locked })
    },
    answered: (who: AccountId): void => storage.Proxies.put(who, { ...info(who), missed: 0 }),
    /** Notes that a proxy was not there when it should have been. Returns whether that was once too often. */
    missed(who: AccountId): boolean {
      const proxy = info(who)
      const missed = proxy.missed + 1
      storage.Proxies.put(who, { ...proxy, missed })
      if (missed < MAX_MISSED) return false
      pause(who)
      return true
    },
    /** Takes the whole bond: half of it goes to who showed the fraud. */
    slash(who: AccountId, reporter: AccountId): void {
      const proxy = info(who)
      const reward = proxy.bond / 2n
      balances().repatriate(who, reporter, reward)
      deps.treasury().takePenalty(who, proxy.bond - reward)
      storage.Proxies.put(who, { ...proxy, bond: 0n })
      pause(who)
      emit.ProxySlashed({ proxy: who, amount: proxy.bond, reporter })
    },
  }
}
export type Proxies = ReturnType<typeof proxiesOf>
