import { type AccountId, utf8 } from '@cess/bytes'
import { storedBytes } from '@cess/primitives'
import { askChain } from '../chain/errors.ts'
import { sizeText } from '../config/sizes.ts'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import { createRateLimit } from '../limits/rate.ts'
import { freeBytes } from '../store/disk.ts'
import type { Spool } from './spool.ts'

export interface Wish {
  readonly owner: AccountId
  readonly territory: string
  /** Ciphertext bytes that will come, or the least of them when it is not known exactly. */
  readonly bytes: number
}

/** A place for one upload. */
export interface Admission {
  /** Tells how many bytes it really is. @throws GatewayError NO_ROOM, TOO_LARGE … */
  resize(bytes: number): Promise<void>
  /** Gives the place back. */
  leave(): void
}

/** Decides before a body is read whether it can be stored. */
export interface Admissions {
  /** @throws GatewayError saying what is in the way. `fresh` counts against the rate of uploads. */
  admit(wish: Wish, fresh?: boolean): Promise<Admission>
  readonly active: number
}

/** Declared, but not yet locked on chain: bytes by owner and territory. */
type Promised = Map<string, number>

const REFUSED: Readonly<Record<string, string>> = {
  Frozen: 'Its lease is over. Renew it with `cess space renew` before its files are deleted.',
  Expired: 'Its lease is over. Lease it again with `cess space renew`.',
  OnConsignment: 'It is for sale. Take the offer back, or name another one.',
}

export function createAdmissions(ctx: GatewayContext, spool: Spool): Admissions {
  const { limits } = ctx.config
  const rate = createRateLimit(ctx.clock, limits.accountPerMinute / 60, limits.accountPerMinute / 4)
  const promised: Promised = new Map()
  const byOwner = new Map<AccountId, number>()
  let active = 0

  async function checkOwner({ owner, territory, bytes }: Wish, already: number): Promise<void> {
    const { query } = await askChain(() => ctx.chain.best())
    const [found, operators] = await askChain(() =>
      Promise.all([
        query.StorageHandler.Territory(owner, utf8(territory)),
        query.Oss.AuthorityList(owner),
      ]),
    )
    if (owner !== ctx.account && !operators.includes(ctx.account))
      throw new GatewayError(
        'NOT_AUTHORISED',
        'Your account has not authorised this gateway to store files for it. Run `cess authorize` (Oss.authorize on chain) once, then upload again.',
      )
    if (!found)
      throw new GatewayError(
        'NO_TERRITORY',
        `Your account has no territory "${territory}". Buy space with \`cess space buy\`, or name another territory.`,
      )
    if (found.state !== 'Active')
      throw new GatewayError(
        'TERRITORY_NOT_ACTIVE',
        `The territory "${territory}" is ${found.state.toLowerCase()}. ${REFUSED[found.state] ?? ''}`,
      )
    const needed = storedBytes(bytes)
    const free = Number(found.remainingSpace) - already
    if (needed > free)
      throw new GatewayError(
        'NO_ROOM',
        `The territory "${territory}" has ${sizeText(Math.max(0, free))} left, and the file takes ${sizeText(needed)} with its redundancy (three times its size). Expand it with \`cess space expand\`, or delete something.`,
        { needed, free: Math.max(0, free) },
      )
  }

  async function checkDisk(bytes: number): Promise<void> {
    if (bytes > limits.maxFile)
      throw new GatewayError(
        'TOO_LARGE',
        `A file may have ${sizeText(limits.maxFile)} here, and this one has ${sizeText(bytes)}. Split it and store the parts.`,
        { limit: limits.maxFile },
      )
    const room = Math.min(
      limits.spoolBytes - spool.used(),
      (await freeBytes(spool.folder)) - limits.diskReserve,
    )
    if (bytes > room)
      throw new GatewayError(
        'DISK_FULL',
        `This gateway has no room for ${sizeText(bytes)} until other files have reached their miners. Try again later, or use another gateway.`,
        { retryAfter: 30 },
      )
  }

  function enter(owner: AccountId, fresh: boolean): void {
    if ((byOwner.get(owner) ?? 0) >= limits.accountUploads)
      throw new GatewayError(
        'TOO_MANY',
        `Your account has ${limits.accountUploads} uploads under way here, which is the limit. Wait for one to end.`,
        { retryAfter: 5 },
      )
    if (active >= limits.maxUploads)
      throw new GatewayError(
        'BUSY',
        `This gateway takes ${limits.maxUploads} uploads at a time, and they are all under way. Try again in some seconds, or use another gateway.`,
        { retryAfter: 5 },
      )
    const wait = fresh ? rate.take(owner) : 0
    if (wait > 0)
      throw new GatewayError(
        'TOO_MANY',
        `Your account may begin ${limits.accountPerMinute} uploads a minute here. Wait ${Math.ceil(wait / 1000)} s.`,
        { retryAfter: Math.ceil(wait / 1000) },
      )
    active++
    byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1)
    ctx.metrics.uploads.set(active)
  }

  return {
    get active() {
      return active
    },
    async admit(wish, fresh = true) {
      const { owner, territory } = wish
      const place = `${owner}/${territory}`
      enter(owner, fresh)
      let held = 0
      const promise = (bytes: number): void => {
        const rest = (promised.get(place) ?? 0) + bytes - held
        if (rest > 0) promised.set(place, rest)
        else promised.delete(place)
        held = bytes
      }
      let here = true
      const leave = (): void => {
        if (!here) return
        here = false
        active--
        const others = (byOwner.get(owner) ?? 1) - 1
        if (others > 0) byOwner.set(owner, others)
        else byOwner.delete(owner)
        promise(0)
        ctx.metrics.uploads.set(active)
      }
      async function resize(bytes: number): Promise<void> {
        const before = held
        // Promised first, so that two uploads at the same time are not both let into the same room.
        promise(storedBytes(bytes))
        try {
          await checkDisk(bytes)
          await checkOwner({ ...wish, bytes }, (promised.get(place) ?? 0) - held)
        } catch (error) {
          promise(before)
          throw error
        }
      }
      try {
        await resize(wish.bytes)
      } catch (error) {
        leave()
        throw error
      }
      return { resize, leave }
    },
  }
}
