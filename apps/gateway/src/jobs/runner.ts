import type { FileId } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { declareFile } from '../chain/calls.ts'
import { chainErrorOf } from '../chain/errors.ts'
import type { Heads } from '../chain/heads.ts'
import { reasonOf } from '../errors.ts'
import type { Spool } from '../ingest/spool.ts'
import { createSemaphore } from '../limits/semaphore.ts'
import { lengthOf } from '../store/disk.ts'
import type { Job, JobState, JobStore } from '../store/jobs.ts'
import type { ColumnDeps } from './column.ts'
import { locate } from './locate.ts'
import { placeDeal } from './place.ts'
import type { Proofs } from './proofs.ts'
import type { Tagging } from './tagging.ts'
import { backoff, deadline } from './wait.ts'

/** Takes every accepted file to the end of its way, over restarts, outages and lost miners. */
export interface Runner {
  /** Goes on with a file of the job store. Harmless when it is under way. */
  start(fid: FileId): void
  /** Resolves with the job once it is in a state of `states` or failed, or after `ms`. */
  wait(fid: FileId, states: readonly JobState[], ms: number): Promise<Job | undefined>
  /** Resolves when all work has stopped, after the gateway's signal was aborted. */
  settled(): Promise<void>
}

export interface RunnerDeps extends ColumnDeps {
  readonly jobs: JobStore
  readonly spool: Spool
  readonly heads: Heads
  readonly tagging: Tagging
  readonly proofs: Proofs
  /** Takes a ciphertext that the spool does not need any more. */
  readonly release: (job: Job) => Promise<void>
}

const ON_THE_WAY: readonly JobState[] = ['declaring', 'declared', 'placing']
/** Deals that are declared for one file before it is given up. */
const MAX_DEALS = 6
const RETRY_DEAL_MS = 15_000
/** Refusals of a declaration that time alone does not mend. */
const HOPELESS =
  /^(FileBank\.(NoPermission|DigestError|SpecError|LessMinLength|LengthExceedsLimit)|StorageHandler\.)/

export function createRunner(deps: RunnerDeps): Runner {
  const { ctx, jobs, spool, heads } = deps
  const running = new Map<FileId, Promise<void>>()
  const watchers = new Set<(job: Job) => void>()
  const places = createSemaphore(ctx.config.limits.maxJobs)

  async function change(fid: FileId, to: Partial<Omit<Job, 'fid'>>): Promise<void> {
    const job = await jobs.change(fid, to)
    if (!job) return
    if (to.state) ctx.logger.info({ fid, state: job.state }, 'A file moved on')
    for (const watcher of [...watchers]) watcher(job)
  }
  const fail = async (job: Job, trouble: string): Promise<void> => {
    ctx.logger.error({ fid: job.fid, owner: ss58Encode(job.owner), trouble }, 'A file is given up')
    await spool.drop(job.fid)
    await change(job.fid, { state: 'failed', trouble })
  }

  async function declareAgain(job: Job): Promise<void> {
    if (job.deals >= MAX_DEALS)
      return fail(
        job,
        `It could not be placed in ${MAX_DEALS} attempts (${job.trouble ?? 'the time of each deal was over before all miners had their part'}). Upload it again.`,
      )
    const pause = RETRY_DEAL_MS * Math.max(0, job.deals - 1)
    if (pause > 0) await ctx.clock.sleep(pause, ctx.signal)
    await change(job.fid, { deals: job.deals + 1 })
    try {
      await declareFile(ctx, jobs.layout(job), job)
      await change(job.fid, { state: 'declared' })
    } catch (error) {
      const name = chainErrorOf(error)
      if (name !== undefined && HOPELESS.test(name)) return fail(job, reasonOf(error))
      if (name === undefined) throw error
      await change(job.fid, { trouble: reasonOf(error) })
    }
  }

  /** One step towards all miners having the file. */
  async function place(job: Job): Promise<void> {
    const now = await locate(ctx, job.fid)
    if (now.at === 'file') return change(job.fid, { state: 'placed' })
    const path = spool.file(job.fid)
    if ((await lengthOf(path)) !== job.size)
      return fail(job, 'Its bytes are gone from this gateway’s disk. Upload it again.')
    if (now.at === 'nowhere') return declareAgain(job)
    if (now.operator !== ctx.account)
      return fail(job, 'Another gateway is storing it, so this one stopped.')
    await change(job.fid, { state: 'placing' })
    const begun = ctx.clock.now()
    await placeDeal(deps, jobs.layout(job), path, now)
    if ((await locate(ctx, job.fid)).at === 'file')
      ctx.metrics.placeSeconds.observe((ctx.clock.now() - begun) / 1000)
  }

  /** Waits until the block with the file is final; back to the start when a fork has lost it. */
  async function settle(job: Job): Promise<void> {
    for (;;) {
      const { query } = await ctx.chain.finalized()
      if ((await query.FileBank.Operator(job.fid)) !== undefined) {
        const file = await query.FileBank.File(job.fid)
        return change(job.fid, { state: 'stored', ...(file && { block: file.completion }) })
      }
      if ((await locate(ctx, job.fid)).at !== 'file') return change(job.fid, { state: 'declared' })
      await heads.next()
    }
  }

  async function step(job: Job): Promise<void> {
    switch (job.state) {
      case 'declaring':
      case 'declared':
      case 'placing':
        return place(job)
      case 'placed':
        return settle(job)
      case 'stored':
        return change(job.fid, { state: 'tagging' })
      case 'tagging':
        if ((await deps.tagging.run(job)) === 'gone') return forget(job)
        return change(job.fid, { state: 'tagged' })
      case 'tagged':
        await deps.release(job)
        await deps.proofs.wait(job)
        return change(job.fid, { state: 'proven' })
      case 'proven':
        await deps.release(job)
        return forget(job)
      case 'failed':
        return
    }
  }
  /** Whatever there is to know about it is on chain. */
  async function forget(job: Job): Promise<void> {
    await spool.drop(job.fid)
    await jobs.remove(job.fid)
  }

  async function drive(fid: FileId): Promise<void> {
    const slot = await places.take(1, ctx.signal)
    let held = true
    try {
      for (let failures = 0; ; ) {
        const job = jobs.get(fid)
        if (!job || job.state === 'failed') return
        // From here on it waits for others most of the time, and tagging has limits of its own.
        if (held && !ON_THE_WAY.includes(job.state)) {
          slot.free()
          held = false
        }
        try {
          await step(job)
          failures = 0
        } catch (error) {
          ctx.signal.throwIfAborted()
          failures++
          ctx.logger.warn({ fid, state: job.state, error }, 'A step failed and is tried again')
          await ctx.clock.sleep(backoff(failures - 1), ctx.signal)
        }
      }
    } finally {
      slot.free()
    }
  }

  return {
    start(fid) {
      if (running.has(fid)) return
      const work = drive(fid)
        .catch((error: unknown) => {
          if (!ctx.signal.aborted) ctx.logger.error({ fid, error }, 'A file cannot go on')
        })
        .finally(() => running.delete(fid))
      running.set(fid, work)
    },
    async wait(fid, states, ms) {
      const reached = (job: Job | undefined): boolean =>
        !job || job.state === 'failed' || states.includes(job.state)
      if (reached(jobs.get(fid))) return jobs.get(fid)
      const limit = deadline(ctx.clock, ms, () => new Error('waited long enough'), ctx.signal)
      try {
        return await new Promise<Job | undefined>((resolve) => {
          const watcher = (job: Job): void => {
            if (job.fid === fid && reached(job)) end(job)
          }
          const end = (job: Job | undefined): void => {
            watchers.delete(watcher)
            resolve(job)
          }
          watchers.add(watcher)
          limit.signal.addEventListener('abort', () => end(jobs.get(fid)), { once: true })
        })
      } finally {
        limit.end()
      }
    },
    settled: async () => void (await Promise.allSettled(running.values())),
  }
}
