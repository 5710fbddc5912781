import type { AccountId, FileId } from '@cess/bytes'
import type { Layout } from '@cess/content'
import type { StorageClient } from '@cess/network'
import { FRAGMENTS, fragmentSize, SEGMENT_SIZE, segmentLengths } from '@cess/primitives'
import type { Heads } from '../chain/heads.ts'
import type { GatewayContext } from '../context.ts'
import { reasonOf } from '../errors.ts'
import type { Spool } from '../ingest/spool.ts'
import { createSemaphore, type Semaphore } from '../limits/semaphore.ts'
import type { Miners } from '../miners/miners.ts'
import { lengthOf } from '../store/disk.ts'
import type { Job, JobStore } from '../store/jobs.ts'
import type { TagFiles } from '../store/tag-files.ts'
import type { Encoder } from '../work/encoder.ts'
import type { TaggerKey } from './tagger.ts'
import { backoff } from './wait.ts'

/** Makes the tags of stored files and brings them to the miners. */
export interface Tagging {
  /** Resolves `done` when all 12 miners have confirmed them on chain (or some do not come back for a day), `gone` when the file is deleted. */
  run(job: Job): Promise<'done' | 'gone'>
}

export interface TaggingDeps {
  readonly ctx: GatewayContext
  readonly jobs: JobStore
  readonly spool: Spool
  readonly files: TagFiles
  readonly heads: Heads
  readonly miners: Miners
  readonly client: StorageClient
  readonly encoder: Encoder
  readonly memory: Semaphore
  /** There once the key is registered. */
  readonly tagger: Promise<TaggerKey>
  /** Waits a little while users need the processors. */
  readonly yieldToUsers: () => Promise<void>
  /** Brings a ciphertext back into the spool from the miners. */
  readonly restore: (job: Job) => Promise<void>
}

/** Files that are tagged at the same time. */
const FILES = 2
/** Then the columns whose miners have not come back stay without tags: audits look at their bytes directly. */
const LONGEST_MS = 24 * 60 * 60_000
const NEWS: readonly string[] = ['FileBank.CalculateReport', 'FileBank.DeleteFile']
/** Final blocks that miners have to confirm tags before they get them again. */
const CONFIRM_BLOCKS = 60

interface Fragment {
  readonly segment: number
  /** From 0. */
  readonly index: number
  readonly miner: AccountId
}

export function createTagging(deps: TaggingDeps): Tagging {
  const { ctx, jobs, heads } = deps
  const passes = createSemaphore(FILES)
  /** News that the chain has told of each file that is being tagged. */
  const told = new Map<FileId, number>()
  heads.on(({ events }) => {
    for (const { name, data } of events) {
      const fid = data['fileHash'] as FileId
      if (NEWS.includes(name) && told.has(fid)) told.set(fid, told.get(fid)! + 1)
    }
  })

  /** What the chain knows of the columns; undefined when the file is gone. */
  async function columnsOf({ fid }: Job) {
    const { query } = await ctx.chain.finalized()
    const columns = await Promise.all(
      Array.from({ length: FRAGMENTS }, (_, i) => query.FileBank.Column(fid, i)),
    )
    return columns.some((column) => !column)
      ? undefined
      : columns.map((column) => ({ miner: column!.miner, confirmed: column!.tagger !== undefined }))
  }

  async function makeTags(job: Job, layout: Layout, { segment, index }: Fragment) {
    const held = await deps.files.get(job.fid, segment, index)
    if (held) return held
    await deps.yieldToUsers()
    const length = segmentLengths(job.size)[segment]!
    const slot = await deps.memory.take(fragmentSize(length), ctx.signal)
    try {
      const place = { path: deps.spool.file(job.fid), offset: segment * SEGMENT_SIZE, length }
      const bytes = await deps.encoder.fragment(place, index, false)
      const id = Uint8Array.fromHex(layout.segments[segment]!.fragmentList[index]!)
      const { pool } = await deps.tagger
      const tags = await pool.tag(id, bytes)
      deps.encoder.recycle(bytes)
      await deps.files.put(job.fid, segment, index, tags)
      return tags
    } finally {
      slot.free()
    }
  }

  async function tagOne(job: Job, layout: Layout, fragment: Fragment): Promise<void> {
    const tags = await makeTags(job, layout, fragment)
    const fragmentId = layout.segments[fragment.segment]!.fragmentList[fragment.index]!
    const header = { fragmentId, params: (await deps.tagger).parametersHash }
    await deps.miners.exchange(fragment.miner, 'tags', (peer) =>
      deps.client.tags(peer, header, tags, ctx.signal),
    )
    ctx.metrics.tagged.inc()
  }

  /** Tags all of these once; returns how many could not be brought to their miners. */
  async function pass(job: Job, todo: readonly Fragment[], bits: Uint8Array): Promise<number> {
    const layout = jobs.layout(job)
    const rest = todo.values()
    let failures = 0
    async function work(): Promise<void> {
      for (const fragment of rest) {
        ctx.signal.throwIfAborted()
        try {
          await tagOne(job, layout, fragment)
          const bit = fragment.segment * FRAGMENTS + fragment.index
          bits[bit >> 3]! |= 1 << (bit & 7)
          await jobs.putTags(job.fid, bits)
        } catch (error) {
          ctx.signal.throwIfAborted()
          failures++
          const { segment, index, miner } = fragment
          const told = { fid: job.fid, segment, index, miner, reason: reasonOf(error) }
          ctx.logger.info(told, 'Tags could not be brought to their miner')
        }
      }
    }
    await Promise.all(Array.from({ length: ctx.config.tagThreads + 1 }, work))
    return failures
  }

  /** Waits for news later than `mark`; false when there are none for too long. */
  async function news({ fid }: Job, mark: number): Promise<boolean> {
    for (let block = 0; block < CONFIRM_BLOCKS; block++) {
      if ((told.get(fid) ?? 0) > mark) return true
      await heads.next()
    }
    return false
  }

  const bitsOf = (job: Job): Uint8Array => {
    const size = Math.ceil((segmentLengths(job.size).length * FRAGMENTS) / 8)
    const held = jobs.tags(job.fid)
    return held?.length === size ? held.slice() : new Uint8Array(size)
  }

  async function ready(job: Job): Promise<void> {
    if ((await lengthOf(deps.spool.file(job.fid))) !== job.size) await deps.restore(job)
  }

  /** Fragments whose miners have neither confirmed their column nor been sent the tags. */
  function outstanding(
    job: Job,
    columns: readonly { miner: AccountId; confirmed: boolean }[],
    bits: Uint8Array,
  ): Fragment[] {
    return segmentLengths(job.size).flatMap((_, segment) =>
      columns.flatMap(({ miner, confirmed }, index) => {
        const bit = segment * FRAGMENTS + index
        const sent = (bits[bit >> 3]! & (1 << (bit & 7))) !== 0
        return confirmed || sent ? [] : { segment, index, miner }
      }),
    )
  }

  return {
    async run(job) {
      const bits = bitsOf(job)
      told.set(job.fid, 0)
      for (let failures = 0; ; ) {
        const mark = told.get(job.fid) ?? 0
        const columns = await columnsOf(job)
        const late = ctx.clock.now() - job.changed > LONGEST_MS
        if (late || !columns || columns.every(({ confirmed }) => confirmed)) {
          if (late) ctx.logger.warn({ fid: job.fid }, 'Some miners never confirmed the tags')
          await deps.files.drop(job.fid)
          told.delete(job.fid)
          return columns ? 'done' : 'gone'
        }
        const todo = outstanding(job, columns, bits)
        if (todo.length > 0) {
          await deps.tagger
          await ready(job)
          const slot = await passes.take(1, ctx.signal)
          const failed = await pass(job, todo, bits).finally(() => slot.free())
          failures = failed > 0 ? failures + 1 : 0
          if (failed > 0) await ctx.clock.sleep(backoff(failures, 5_000, 600_000), ctx.signal)
          continue
        }
        // A miner that lost its tags before it confirmed them gets them once more.
        if (!(await news(job, mark))) bits.fill(0)
      }
    },
  }
}
