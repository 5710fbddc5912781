import { type AccountId, concat, type FileId, u32le, utf8 } from '@cess/bytes'
import { arePoints, contextOf, type Delegation } from '@cess/reencryption'
import { agendaOf, bring } from '../agenda.ts'
import type { BalancesApi } from '../balances.ts'
import { drawMiners } from '../file-bank/draw.ts'
import { positionsOf } from '../positions.ts'
import type { Proxies } from './proxies.ts'
import type { ReencryptionBase } from './storage.ts'
import {
  type GrantInfo,
  MAX_FILES,
  MAX_PROXIES,
  type Place,
  type ProxyPart,
  type SharedFile,
} from './types.ts'

/** Grants that end in one block. */
const ENDS_PER_BLOCK = 8
/** Least blocks of a grant, so that its proxies have the time to begin. */
const SHORTEST = 20
const NO_KEY = new Uint8Array(32)

export interface GrantsDeps extends ReencryptionBase {
  readonly balances: () => BalancesApi
  readonly random: (subject: Uint8Array) => Uint8Array
  readonly owns: (user: AccountId, file: FileId) => boolean
  readonly genesis: () => Uint8Array
  /** Blocks that owner and proxies have until they are late. */
  readonly readyBlocks: number
  /** Blocks that a grant is kept after its end, so that late shares can be shown. */
  readonly keptBlocks: number
  /** Most blocks of a grant. */
  readonly longest: number
  /** Least that a proxy gets for a block. */
  readonly minRate: bigint
  /** Whether somebody has paid for a grant, so that its owner can't take it back. */
  readonly isSold: (grant: number) => boolean
  /** Told when enough proxies serve. */
  readonly activated: (grant: number) => void
}

export interface GrantRequest {
  readonly files: readonly FileId[]
  readonly grantee: Uint8Array
  readonly threshold: number
  readonly proxies: number
  readonly expiry: number
  readonly uses: number | undefined
  readonly fee: bigint
}

/** Places that count: those that were not given to somebody else. */
const standing = (grant: GrantInfo): Place[] => grant.places.filter(({ state }) => state !== 'Gone')
/** Proxies that have to serve before a grant is active: one more than the threshold, if there is one. */
const needed = ({ threshold, proxies }: GrantInfo): number => Math.min(threshold + 1, proxies)

/** Grants from their request to their end. */
export function grantsOf(deps: GrantsDeps, proxies: Proxies) {
  const { storage, emit, errors, now, balances } = deps
  const agenda = agendaOf({ entries: storage.Agenda, counts: storage.AgendaCount }, ENDS_PER_BLOCK)
  const active = positionsOf({
    at: storage.ActiveAt,
    of: storage.ActivePosition,
    count: storage.ActiveCount,
  })
  const get = (id: number): GrantInfo => {
    const found = storage.Grants.get(id)
    if (!found) throw errors.NoGrant()
    return found
  }
  const mine = (owner: AccountId, id: number): GrantInfo => {
    const grant = get(id)
    if (grant.owner !== owner) throw errors.NotOwner()
    return grant
  }
  const full = (): never => {
    throw errors.AgendaFull()
  }
  const open = ({ status }: GrantInfo): boolean => status === 'Pending' || status === 'Active'

  /** Draws proxies of operators that have no place yet; neither owner nor grantee, and nobody who had one before. */
  function draw(id: number, grant: GrantInfo, wanted: number): Place[] {
    const taken = new Set<AccountId>(
      standing(grant).map(({ proxy }) => proxies.info(proxy).operator),
    )
    const grantee = `0x${grant.grantee.toHex()}` as AccountId
    const excluded = [grant.owner, grantee, ...grant.places.map(({ proxy }) => proxy)]
    const fits = (who: AccountId): boolean => {
      const { operator } = proxies.info(who)
      const related = operator === grant.owner || operator === grantee || taken.has(operator)
      if (related || !proxies.isFit(who)) return false
      taken.add(operator)
      return true
    }
    const seed = deps.random(
      concat(utf8('cess/reencryption/draw'), u32le(id), u32le(grant.places.length)),
    )
    const { miners: drawn } = drawMiners({ ...proxies.drawable, fits }, seed, wanted, excluded)
    if (drawn.length < wanted) throw errors.TooFewProxies()
    for (const proxy of drawn) {
      proxies.takePlace(proxy, id)
      emit.ProxyDrawn({ grant: id, proxy })
    }
    return drawn.map((proxy) => ({ proxy, state: 'Drawn', paid: now() }))
  }

  /** Pays a proxy for the blocks that it has served. */
  function pay(id: number, grant: GrantInfo, place: Place): [GrantInfo, Place] {
    const until = Math.min(now(), grant.expiry)
    if (place.state !== 'Serving' || until <= place.paid) return [grant, place]
    const due = grant.rate * BigInt(until - place.paid)
    const amount = due < grant.escrow ? due : grant.escrow
    balances().repatriate(grant.owner, place.proxy, amount)
    emit.Paid({ grant: id, proxy: place.proxy, amount })
    return [
      { ...grant, escrow: grant.escrow - amount },
      { ...place, paid: until },
    ]
  }

  /** Takes a place away. */
  function remove(id: number, grant: GrantInfo, proxy: AccountId): GrantInfo {
    let after = grant
    const places: Place[] = []
    for (const place of grant.places) {
      if (place.proxy !== proxy || place.state === 'Gone') {
        places.push(place)
        continue
      }
      const [paid, last] = pay(id, after, place)
      after = paid
      places.push({ ...last, state: 'Gone' })
      proxies.leavePlace(proxy, id)
      storage.Sealed.remove(id, proxy)
      emit.PlaceChanged({ grant: id, proxy, state: 'Gone' })
    }
    const next = { ...after, places }
    storage.Grants.put(id, next)
    return next
  }

  /** Ends a grant: pays, gives the rest of the fee back, and keeps what shows late shares for a while. */
  function finish(id: number, status: 'Revoked' | 'Ended', payer?: AccountId): void {
    let grant = get(id)
    const places: Place[] = []
    for (const place of grant.places) {
      const [paid, last] = pay(id, grant, place)
      grant = paid
      places.push(last)
      if (last.state !== 'Gone') proxies.leavePlace(last.proxy, id)
      storage.Sealed.remove(id, place.proxy)
    }
    if (payer === undefined) balances().unreserve(grant.owner, grant.escrow)
    else balances().repatriate(grant.owner, payer, grant.escrow)
    active.remove(id)
    // Without room in the agenda it is forgotten when its time would have been over.
    const forgotten = agenda.add(now() + deps.keptBlocks, id)
    if (forgotten !== undefined) agenda.remove(grant.due, id)
    const due = forgotten ?? grant.due
    storage.Grants.put(id, { ...grant, places, escrow: 0n, status, over: now(), due })
    if (status === 'Revoked') emit.GrantRevoked({ grant: id })
    else emit.GrantEnded({ grant: id })
  }

  function forget(id: number, grant: GrantInfo): void {
    for (const { proxy } of grant.places) storage.Commitments.remove(id, proxy)
    storage.GrantsOf.remove(grant.owner, id)
    storage.SharedWith.remove(grant.grantee, id)
    storage.Grants.remove(id)
  }

  function endOrForget(id: number, block: number): void {
    const grant = storage.Grants.get(id)
    if (!grant) return
    if (open(grant)) finish(id, 'Ended')
    // One that is over has been kept for long enough, or has no room in the agenda.
    if (get(id).due <= block) forget(id, get(id))
  }

  return {
    get,
    remove,
    /** Active grants, for audits. */
    active,
    /** What the proofs of a file's shares are bound to. */
    delegationOf(id: number, grant: GrantInfo, { file, epoch, delegator, precursor }: SharedFile) {
      const terms = { genesis: deps.genesis(), grant: id, epoch, threshold: grant.threshold }
      const context = contextOf({ ...terms, file: Uint8Array.fromHex(file) })
      return { context, delegator, grantee: grant.grantee, precursor } satisfies Delegation
    },
    request(owner: AccountId, request: GrantRequest): number {
      const { files, grantee, threshold, expiry, uses, fee } = request
      const count = request.proxies
      if (threshold < 1 || threshold > count || count > MAX_PROXIES) throw errors.BadThreshold()
      const distinct = new Set(files).size === files.length
      if (files.length < 1 || files.length > MAX_FILES || !distinct) throw errors.NoFiles()
      const blocks = expiry - now()
      if (blocks < SHORTEST || blocks > deps.longest) throw errors.BadTime()
      if (!files.every((file) => deps.owns(owner, file))) throw errors.NotOwner()
      if (!arePoints(grantee)) throw errors.BadKey()
      const rate = fee / BigInt(count * blocks)
      if (rate < deps.minRate) throw errors.FeeTooLow()
      balances().reserve(owner, fee)
      const id = storage.NextGrant.get()
      storage.NextGrant.put(id + 1)
      const grant: GrantInfo = {
        owner,
        grantee,
        files: files.map((file) => ({
          file,
          epoch: storage.FileEpoch.get(owner, file),
          delegator: NO_KEY,
          precursor: NO_KEY,
        })),
        threshold,
        proxies: count,
        places: [],
        status: 'Pending',
        deadline: now() + deps.readyBlocks,
        expiry,
        due: agenda.add(expiry, id) ?? full(),
        over: undefined,
        uses,
        rate,
        escrow: fee,
      }
      emit.GrantRequested({ grant: id, owner, grantee })
      storage.Grants.put(id, { ...grant, places: draw(id, grant, count) })
      storage.GrantsOf.put(owner, id, undefined)
      storage.SharedWith.put(grantee, id, undefined)
      return id
    },
    /** Takes the owner's keys and fragments for proxies that wait for them. */
    commit(
      owner: AccountId,
      id: number,
      keys: readonly Pick<SharedFile, 'delegator' | 'precursor'>[],
      parts: readonly ProxyPart[],
    ): void {
      const grant = mine(owner, id)
      if (!open(grant)) throw errors.WrongState()
      if (keys.length !== grant.files.length || parts.length === 0) throw errors.WrongParts()
      const first = grant.files.every(({ delegator }) => delegator.every((byte) => byte === 0))
      const files = grant.files.map((file, i) => ({ ...file, ...keys[i]! }))
      if (first && !arePoints(...keys.flatMap((key) => [key.delegator, key.precursor])))
        throw errors.BadKey()
      const same = files.every(
        (file, i) =>
          file.delegator.toHex() === grant.files[i]!.delegator.toHex() &&
          file.precursor.toHex() === grant.files[i]!.precursor.toHex(),
      )
      // Proxies that serve have fragments under the first keys: others would not fit together with them.
      if (!first && !same) throw errors.WrongParts()
      const places = grant.places.map((place): Place => {
        const part = parts.find(({ proxy }) => proxy === place.proxy)
        if (!part) return place
        if (place.state !== 'Drawn') throw errors.WrongState()
        return { ...place, state: 'Committed' }
      })
      if (new Set(parts.map(({ proxy }) => proxy)).size !== parts.length) throw errors.WrongParts()
      for (const { proxy, commitments, sealed } of parts) {
        if (!grant.places.some((place) => place.proxy === proxy)) throw errors.WrongParts()
        if (commitments.length !== files.length) throw errors.WrongParts()
        if (!arePoints(...commitments.map((one) => one.commitment))) throw errors.BadKey()
        storage.Commitments.put(id, proxy, [...commitments])
        storage.Sealed.put(id, proxy, sealed)
      }
      storage.Grants.put(id, { ...grant, files, places, deadline: now() + deps.readyBlocks })
      emit.GrantCommitted({ grant: id })
    },
    acknowledge(proxy: AccountId, id: number): void {
      const grant = get(id)
      if (!open(grant)) throw errors.WrongState()
      const mineIs = (place: Place): boolean => place.proxy === proxy && place.state === 'Committed'
      if (!grant.places.some(mineIs)) throw errors.WrongState()
      const places = grant.places.map(
        (place): Place => (mineIs(place) ? { proxy, state: 'Serving', paid: now() } : place),
      )
      storage.Sealed.remove(id, proxy)
      emit.Acknowledged({ grant: id, proxy })
      const serving = places.filter(({ state }) => state === 'Serving').length
      const begins = grant.status === 'Pending' && serving >= needed(grant)
      storage.Grants.put(id, { ...grant, places, status: begins ? 'Active' : grant.status })
      if (!begins) return
      active.add(id)
      emit.GrantActive({ grant: id })
      deps.activated(id)
    },
    /** Draws others for proxies that are late or not fit any more, and for places that were taken away. */
    redraw(owner: AccountId, id: number): void {
      let grant = mine(owner, id)
      if (!open(grant)) throw errors.WrongState()
      for (const { proxy, state } of standing(grant)) {
        const late = state === 'Committed' && now() > grant.deadline
        if (late) proxies.missed(proxy)
        if (late || !proxies.isFit(proxy)) grant = remove(id, grant, proxy)
      }
      const wanted = grant.proxies - standing(grant).length
      if (wanted === 0) throw errors.NothingToRedraw()
      if (grant.places.length + wanted > 2 * MAX_PROXIES) throw errors.TooFewProxies()
      const places = [...grant.places, ...draw(id, grant, wanted)]
      storage.Grants.put(id, { ...grant, places, deadline: now() + deps.readyBlocks })
    },
    revoke(owner: AccountId, id: number): void {
      if (!open(mine(owner, id))) throw errors.WrongState()
      if (deps.isSold(id)) throw errors.Sold()
      finish(id, 'Revoked')
    },
    /** Ends a grant that did not begin in time; what is left of its fee goes to who paid it. */
    cancel(id: number, payer: AccountId): void {
      const grant = storage.Grants.get(id)
      if (grant && open(grant)) finish(id, 'Revoked', payer)
    },
    isOpen: (id: number): boolean => {
      const grant = storage.Grants.get(id)
      return grant !== undefined && open(grant) && now() < grant.expiry
    },
    /** Starts a new epoch of a file: no grant of an earlier one holds any more. */
    rotate(owner: AccountId, file: FileId): void {
      if (!deps.owns(owner, file)) throw errors.NotOwner()
      const epoch = storage.FileEpoch.get(owner, file) + 1
      storage.FileEpoch.put(owner, file, epoch)
      emit.FileRotated({ owner, file, epoch })
    },
    /** Pays a proxy what it has earned so far. */
    claim(proxy: AccountId, id: number): void {
      let grant = get(id)
      const serves = grant.places.some((one) => one.proxy === proxy && one.state === 'Serving')
      if (!open(grant) || !serves) throw errors.WrongState()
      const places = grant.places.map((place) => {
        if (place.proxy !== proxy) return place
        const [paid, after] = pay(id, grant, place)
        grant = paid
        return after
      })
      storage.Grants.put(id, { ...grant, places })
    },
    /**
     * Brings what is due, as far as `limit` grants go: nothing hangs on the block in which that happens, since nobody is
     * paid or answers beyond an end. Returns how many grants that were, and over how many blocks.
     */
    bring: (limit: number) =>
      bring(agenda, storage.Brought, { now: now(), limit, perBlock: ENDS_PER_BLOCK }, endOrForget),
  }
}
export type Grants = ReturnType<typeof grantsOf>
