import type { AccountId } from '@cess/bytes'
import type { StorageHandlerBase } from './storage.ts'
import type { TerritoryInfo } from './types.ts'

/** The bytes of territories: `used + locked + remaining = total` after every one of these. */
export function spaceOf({ storage, errors, now }: StorageHandlerBase) {
  const get = (owner: AccountId, name: Uint8Array): TerritoryInfo => {
    const found = storage.Territory.get(owner, name)
    if (!found) throw errors.NotHaveTerritory()
    return found
  }
  const active = (owner: AccountId, name: Uint8Array): TerritoryInfo => {
    const t = get(owner, name)
    if (t.state === 'OnConsignment') throw errors.OnConsignment()
    if (t.state !== 'Active') throw errors.NotActive()
    return t
  }
  /** A territory that takes this many bytes more. */
  const roomFor = (owner: AccountId, name: Uint8Array, bytes: bigint): TerritoryInfo => {
    const t = active(owner, name)
    if (t.deadline <= now()) throw errors.InsufficientLease()
    if (t.remainingSpace < bytes) throw errors.InsufficientStorage()
    return t
  }
  const change = (
    owner: AccountId,
    name: Uint8Array,
    t: TerritoryInfo,
    by: { readonly used?: bigint; readonly locked?: bigint },
  ): void => {
    const { used = 0n, locked = 0n } = by
    storage.Territory.put(owner, name, {
      ...t,
      usedSpace: t.usedSpace + used,
      lockedSpace: t.lockedSpace + locked,
      remainingSpace: t.remainingSpace - used - locked,
    })
  }
  return {
    get,
    active,
    empty: (t: TerritoryInfo): boolean => t.usedSpace === 0n && t.lockedSpace === 0n,
    /** remaining → locked, when a deal begins. @throws when the territory can't take it. */
    lock(owner: AccountId, name: Uint8Array, bytes: bigint): void {
      change(owner, name, roomFor(owner, name, bytes), { locked: bytes })
    },
    /** locked → remaining, when a deal fails. */
    unlock(owner: AccountId, name: Uint8Array, bytes: bigint): void {
      change(owner, name, get(owner, name), { locked: -bytes })
    },
    /** Whether a deal that was begun here may still become a file: not once the files of the territory go. */
    keeps: (owner: AccountId, name: Uint8Array): boolean =>
      (storage.Territory.get(owner, name)?.state ?? 'Expired') !== 'Expired',
    /** locked → used, when a deal is done. */
    use(owner: AccountId, name: Uint8Array, bytes: bigint): void {
      change(owner, name, get(owner, name), { locked: -bytes, used: bytes })
    },
    /** remaining → used, for a file that is stored already. @throws when the territory can't take it. */
    take(owner: AccountId, name: Uint8Array, bytes: bigint): void {
      change(owner, name, roomFor(owner, name, bytes), { used: bytes })
    },
    /** used → remaining, when a file goes. */
    free(owner: AccountId, name: Uint8Array, bytes: bigint): void {
      change(owner, name, get(owner, name), { used: -bytes })
    },
    /** Moves used space from one territory of an owner to another. */
    shift(owner: AccountId, from: Uint8Array, to: Uint8Array, bytes: bigint): void {
      const target = roomFor(owner, to, bytes)
      const source = get(owner, from)
      if (source.token === target.token) throw errors.ParamError()
      change(owner, from, source, { used: -bytes })
      change(owner, to, target, { used: bytes })
    },
    /** Counts bytes that miners store for users, whoever owns them. */
    serve: (bytes: bigint): bigint => storage.TotalServiceSpace.mutate((sum) => sum + bytes),
  }
}
export type Space = ReturnType<typeof spaceOf>
