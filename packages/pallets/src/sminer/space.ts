import type { AccountId } from '@cess/bytes'
import { MAX_TIB, type Registry } from './registry.ts'
import type { SminerBase } from './storage.ts'
import { type MinerInfo, TIB } from './types.ts'

/** The bytes of miners: `idle + lock + service = declared` after every one of these. */
export function minerSpaceOf({ storage, emit, errors }: SminerBase, registry: Registry) {
  const change = (
    who: AccountId,
    m: MinerInfo,
    by: { readonly locked?: bigint; readonly service?: bigint },
  ): void => {
    const { locked = 0n, service = 0n } = by
    storage.MinerItems.put(who, {
      ...m,
      lockSpace: m.lockSpace + locked,
      serviceSpace: m.serviceSpace + service,
      idleSpace: m.idleSpace - locked - service,
    })
  }
  return {
    canTake(who: AccountId, bytes: bigint): boolean {
      const m = registry.find(who)
      return m !== undefined && m.state === 'positive' && m.idleSpace >= bytes
    },
    /** idle → lock, when a deal is given to the miner. */
    lock(who: AccountId, bytes: bigint): void {
      const m = registry.info(who)
      if (m.idleSpace < bytes) throw errors.InsufficientSpace()
      change(who, m, { locked: bytes })
    },
    /** lock → idle, when a deal fails. */
    unlock: (who: AccountId, bytes: bigint): void =>
      change(who, registry.info(who), { locked: -bytes }),
    /** lock → service, when a deal is done. */
    serve: (who: AccountId, bytes: bigint): void =>
      change(who, registry.info(who), { locked: -bytes, service: bytes }),
    /** service → idle, when data is deleted or lost. */
    release: (who: AccountId, bytes: bigint): void =>
      change(who, registry.info(who), { service: -bytes }),
    /** Offers more; the collateral must cover it. */
    declareMore(who: AccountId, tib: number): void {
      const m = registry.info(who)
      if (m.state !== 'positive') throw errors.NotpositiveState()
      const space = BigInt(tib) * TIB
      const next = {
        ...m,
        declarationSpace: m.declarationSpace + space,
        idleSpace: m.idleSpace + space,
      }
      if (tib < 1 || next.declarationSpace > BigInt(MAX_TIB) * TIB) throw errors.CountError()
      if (next.collaterals < registry.required(next)) throw errors.CollateralNotUp()
      storage.MinerItems.put(who, next)
      emit.IncreaseDeclarationSpace({ miner: who, space })
    },
    /** Offers less; only free space can be taken back. */
    declareLess(who: AccountId, tib: number): void {
      const m = registry.info(who)
      if (m.state !== 'positive' && m.state !== 'frozen') throw errors.StateError()
      const space = BigInt(tib) * TIB
      if (space === 0n || space > m.idleSpace || m.declarationSpace - space < TIB)
        throw errors.UnableReduceDeclaration()
      registry.save(who, {
        ...m,
        declarationSpace: m.declarationSpace - space,
        idleSpace: m.idleSpace - space,
      })
      emit.DecreaseDeclarationSpace({ miner: who, space })
    },
  }
}
