import { type AccountId, type FileId, fromUtf8, utf8 } from '@cess/bytes'
import type { Layout } from '@cess/content'
import type { BatchOp, Clock, KeyValueStore } from '@cess/ports'
import { decodeLayout, encodeLayout } from './layouts.ts'
import { allOf, jobKey, layoutKey, tagsKey } from './schema.ts'

/**
 * Where a file is on its way. `declaring`: durable here, not yet in a block; `declared` and `placing`: on its way to the
 * miners; `placed`: they all have it; `stored`: that is final; `tagging`, `tagged`: the miners have checked the tags;
 * `proven`: all of them have passed an audit since; `failed`: it is given up.
 */
export type JobState = (typeof JOB_STATES)[number]
export const JOB_STATES = [
  'declaring',
  'declared',
  'placing',
  'placed',
  'stored',
  'tagging',
  'tagged',
  'proven',
  'failed',
] as const

/** States in which all miners have the file for good. */
export const STORED: readonly JobState[] = ['stored', 'tagging', 'tagged', 'proven']

/** What users are told of a job's state. */
export const stateForUsers = (state: JobState): 'queued' | 'stored' | 'proven' | 'failed' => {
  if (state === 'failed' || state === 'proven') return state
  return STORED.includes(state) ? 'stored' : 'queued'
}

export interface Job {
  readonly fid: FileId
  readonly owner: AccountId
  readonly territory: string
  readonly bucket: string
  readonly name: string
  /** Bytes of ciphertext. */
  readonly size: number
  readonly state: JobState
  /** Unix milliseconds. */
  readonly created: number
  readonly changed: number
  /** Deals that were declared for it. */
  readonly deals: number
  /** Block in which it was complete. */
  readonly block?: number
  /** Why it failed, or what it waits for. */
  readonly trouble?: string
}

/** All files on their way, kept so that a crash loses none. */
export interface JobStore {
  get(fid: FileId): Job | undefined
  all(): readonly Job[]
  add(job: Omit<Job, 'created' | 'changed'>, layout: Layout): Promise<Job>
  change(fid: FileId, change: Partial<Omit<Job, 'fid'>>): Promise<Job | undefined>
  remove(fid: FileId): Promise<void>
  layout(job: Job): Layout
  /** Forgets files that were given up long ago. */
  prune(): Promise<void>
  /** Which fragments' tags are with their miners, as bits. */
  tags(fid: FileId): Uint8Array | undefined
  putTags(fid: FileId, bits: Uint8Array): Promise<void>
}

/** How long people can ask why a file was given up. */
const FAILED_KEPT_MS = 7 * 24 * 60 * 60_000

export async function openJobs(store: KeyValueStore, clock: Clock): Promise<JobStore> {
  const jobs = new Map<FileId, Job>()
  for await (const [, value] of store.iterate(allOf('job'))) {
    const job = JSON.parse(fromUtf8(value)) as Job
    jobs.set(job.fid, job)
  }
  async function remove(fid: FileId): Promise<void> {
    jobs.delete(fid)
    const keys = [jobKey(fid), layoutKey(fid), tagsKey(fid)]
    await store.batch(
      keys.map((key) => ({ type: 'del', key })),
      { sync: true },
    )
  }
  const put = (job: Job): BatchOp => ({
    type: 'put',
    key: jobKey(job.fid),
    value: utf8(JSON.stringify(job)),
  })
  return {
    get: (fid) => jobs.get(fid),
    all: () => [...jobs.values()],
    async add(given, layout) {
      const now = clock.now()
      const job: Job = { ...given, created: now, changed: now }
      const layoutOp = {
        type: 'put',
        key: layoutKey(job.fid),
        value: encodeLayout(layout),
      } as const
      await store.batch([put(job), layoutOp], { sync: true })
      jobs.set(job.fid, job)
      return job
    },
    async change(fid, change) {
      const before = jobs.get(fid)
      if (!before) return undefined
      const job: Job = { ...before, ...change, changed: clock.now() }
      jobs.set(fid, job)
      await store.batch([put(job)], { sync: true })
      return job
    },
    remove,
    async prune() {
      for (const { fid, state, changed } of [...jobs.values()])
        if (state === 'failed' && clock.now() - changed > FAILED_KEPT_MS) await remove(fid)
    },
    layout: (job) => decodeLayout(job.size, store.get(layoutKey(job.fid)) ?? new Uint8Array()),
    tags: (fid) => store.get(tagsKey(fid)),
    putTags: (fid, bits) => store.batch([{ type: 'put', key: tagsKey(fid), value: bits }]),
  }
}
