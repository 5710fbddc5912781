import type { AccountId } from '@cess/bytes'
import { arePoints } from '@cess/reencryption'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import type { ReencryptionBase } from './storage.ts'
import type { ProxyInfo } from './types.ts'

/** Audits in a row that a proxy may miss before it is not drawn any more. */
const MAX_MISSED = 3

export interface ProxiesDeps extends ReencryptionBase {
  readonly balances: () => BalancesApi
  readonly treasury: () => CessTreasuryApi
  /** Whose machine a miner or gateway is; undefined for anybody else. */
  readonly operatorOf: (account: AccountId) => AccountId | undefined
  readonly bond: bigint
}

/** Who can be drawn, with what at stake. */
export function proxiesOf(deps: ProxiesDeps) {
  const { storage, emit, errors, balances } = deps
  const info = (who: AccountId): ProxyInfo => {
    const found = storage.Proxies.get(who)
    if (!found) throw errors.NotProxy()
    return found
  }
  const enter = (who: AccountId): void => {
    const position = storage.ProxyCount.get()
    storage.ProxyAt.put(position, who)
    storage.PositionOf.put(who, position)
    storage.ProxyCount.put(position + 1)
  }
  /** Takes a proxy out of the draws; what it serves it goes on to serve. */
  const pause = (who: AccountId): void => {
    const hole = storage.PositionOf.get(who)
    if (hole === undefined) return
    const last = storage.ProxyCount.get() - 1
    const moved = storage.ProxyAt.get(last)!
    storage.ProxyAt.put(hole, moved)
    storage.PositionOf.put(moved, hole)
    storage.ProxyAt.remove(last)
    storage.PositionOf.remove(who)
    storage.ProxyCount.put(last)
    emit.ProxyPaused({ proxy: who })
  }

  return {
    info,
    pause,
    count: (): number => storage.ProxyCount.get(),
    at: (position: number): AccountId => storage.ProxyAt.get(position)!,
    find: (who: AccountId): ProxyInfo | undefined => storage.Proxies.get(who),
    register(who: AccountId, sealKey: Uint8Array): void {
      if (storage.Proxies.has(who)) throw errors.AlreadyProxy()
      const operator = deps.operatorOf(who)
      if (operator === undefined) throw errors.NotEligible()
      if (!arePoints(sealKey)) throw errors.BadKey()
      balances().reserve(who, deps.bond)
      storage.Proxies.put(who, { operator, sealKey, bond: deps.bond, missed: 0, places: 0 })
      enter(who)
      emit.ProxyRegistered({ proxy: who, operator })
    },
    /** Fragments are sealed to another key from now on: the old one is lost, or should not be used any more. */
    changeKey(who: AccountId, sealKey: Uint8Array): void {
      if (!arePoints(sealKey)) throw errors.BadKey()
      storage.Proxies.put(who, { ...info(who), sealKey })
    },
    /** Gives the bond back to a paused proxy that has no grants left. */
    withdraw(who: AccountId): void {
      const proxy = info(who)
      if (storage.PositionOf.has(who)) throw errors.NotPaused()
      if (proxy.places > 0) throw errors.HasPlaces()
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
      storage.Proxies.put(who, { ...proxy, places: proxy.places - 1 })
    },
    answered: (who: AccountId): void => storage.Proxies.put(who, { ...info(who), missed: 0 }),
    missed: (who: AccountId): void => {
      const proxy = info(who)
      const missed = proxy.missed + 1
      storage.Proxies.put(who, { ...proxy, missed })
      if (missed >= MAX_MISSED) pause(who)
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
