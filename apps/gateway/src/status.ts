import { ss58Encode } from '@cess/crypto'
import type { Heads } from './chain/heads.ts'
import { placingBytes } from './config/config.ts'
import type { GatewayContext } from './context.ts'
import type { Handler } from './http/exchange.ts'
import { ok } from './http/exchange.ts'
import type { Admissions } from './ingest/admission.ts'
import type { Sessions } from './ingest/sessions.ts'
import type { Spool } from './ingest/spool.ts'
import type { Semaphore } from './limits/semaphore.ts'
import type { Cache } from './read/cache.ts'
import { freeBytes } from './store/disk.ts'
import type { Job, JobStore } from './store/jobs.ts'

export interface StatusDeps {
  readonly ctx: GatewayContext
  readonly heads: Heads
  readonly jobs: JobStore
  readonly admissions: Admissions
  readonly sessions: Sessions
  readonly spool: Spool
  readonly cache: Cache
  readonly memory: Semaphore
  readonly downloads: Semaphore
  /** Whether the gateway has registered itself and its tagging key. */
  readonly registered: () => boolean
  readonly started: number
}

/** Blocks come every few seconds; without one for so long something is wrong. */
const SILENT_MS = 120_000
const HEALTH_MS = 3_000

/** What keeps the gateway from taking uploads, if anything. */
async function trouble({ ctx, heads, registered, spool }: StatusDeps): Promise<string | undefined> {
  let health: unknown
  const late = new AbortController()
  try {
    health = await Promise.race([
      ctx.chain.rpc.request('system_health'),
      ctx.clock.sleep(HEALTH_MS, late.signal).then(() => undefined),
    ])
  } catch {
    health = undefined
  } finally {
    late.abort()
  }
  if (health === undefined) return 'The chain cannot be reached.'
  if ((health as { isSyncing?: boolean }).isSyncing) return 'The node is still synchronizing.'
  if (heads.last !== undefined && ctx.clock.now() - heads.seen > SILENT_MS)
    return `No block was finalized for ${Math.round((ctx.clock.now() - heads.seen) / 1000)} s.`
  if (!registered()) return 'The gateway is not registered on chain yet.'
  if ((await freeBytes(spool.folder)) < ctx.config.limits.diskReserve) return 'The disk is full.'
  return undefined
}

/** `GET /health`: 200 when uploads can come. */
export const healthRoute =
  (deps: StatusDeps): Handler =>
  async () => {
    const why = await trouble(deps)
    const data = {
      ready: why === undefined,
      account: ss58Encode(deps.ctx.account),
      finalized: deps.heads.last ?? null,
    }
    return why === undefined ? ok(data) : { status: 503, msg: why, data }
  }

/** Files on their way, by state. */
export const countJobs = (jobs: readonly Job[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** Jobs that the status lists one by one, those that wait longest first. */
const LISTED = 50

/** `GET /status`: what the gateway is doing. */
export const statusRoute =
  (deps: StatusDeps): Handler =>
  async () => {
    const { ctx, jobs, cache, spool, memory, sessions, admissions, downloads, heads } = deps
    const all = jobs.all()
    const why = await trouble(deps)
    return ok({
      ready: why === undefined,
      ...(why !== undefined && { trouble: why }),
      account: ss58Encode(ctx.account),
      chain: { name: ctx.chain.chainName, finalized: heads.last ?? null },
      uptime: Math.round((ctx.clock.now() - deps.started) / 1000),
      uploads: {
        active: admissions.active,
        unfinished: sessions.all().filter((s) => !s.fid).length,
      },
      downloads: { active: downloads.used, waiting: downloads.waiting },
      jobs: {
        total: all.length,
        byState: countJobs(all),
        list: all
          .filter(({ state }) => state !== 'tagged')
          .sort((a, b) => a.changed - b.changed)
          .slice(0, LISTED)
          .map(({ fid, state, size, deals, created, changed, trouble }) => ({
            fid,
            state,
            size,
            deals,
            created,
            changed,
            ...(trouble !== undefined && { trouble }),
          })),
      },
      spool: { bytes: spool.used(), limit: ctx.config.limits.spoolBytes },
      cache: {
        bytes: cache.bytes,
        limit: ctx.config.limits.cacheBytes,
        hits: cache.hits,
        misses: cache.misses,
      },
      memory: { inFlight: memory.used, limit: placingBytes(ctx.config.limits) },
    })
  }
