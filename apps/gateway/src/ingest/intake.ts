import type { FileId } from '@cess/bytes'
import type { Layout } from '@cess/content'
import { type Brief, declareFile } from '../chain/calls.ts'
import { askChain, chainErrorOf } from '../chain/errors.ts'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import { locate } from '../jobs/locate.ts'
import type { Job, JobState, JobStore } from '../store/jobs.ts'
import type { Spool } from './spool.ts'

/** What became of an upload. */
export interface Accepted {
  readonly fid: FileId
  readonly size: number
  readonly state: JobState
  readonly block: number | undefined
}

/** Takes responsibility for received ciphertexts. */
export interface Intake {
  /**
   * Makes a job of a part in the spool that is on disk, and declares it. Once it returns nothing but the owner's own
   * doing can lose it. The same bytes of the same owner again are answered with what became of them.
   * @throws GatewayError; the part is where it was then
   */
  accept(part: string, layout: Layout, brief: Brief): Promise<Accepted>
  /** What became of an upload that was accepted a while ago. */
  known(fid: FileId, size: number): Accepted
}

export function createIntake(
  ctx: GatewayContext,
  spool: Spool,
  jobs: JobStore,
  start: (fid: FileId) => void,
): Intake {
  /** The same file twice at the same time is declared once. */
  const declaring = new Map<FileId, Promise<Accepted>>()

  const taken = (): GatewayError =>
    new GatewayError(
      'ALREADY_STORED',
      'A file with exactly these bytes belongs to another account. Encrypted files are never equal: encrypt it with a key of your own.',
    )
  const accepted = (job: Job): Accepted => ({
    fid: job.fid,
    size: job.size,
    state: job.state,
    block: job.block,
  })

  /** What the chain has of it already, if it has. */
  async function onChain({ fileId, fileSize }: Layout, brief: Brief) {
    const now = await locate(ctx, fileId)
    if (now.at === 'nowhere') return undefined
    const { query } = await ctx.chain.best()
    const file = now.at === 'file' ? await query.FileBank.File(fileId) : undefined
    const owners = now.at === 'deal' ? [now.owner] : (file?.owner.map(({ user }) => user) ?? [])
    if (!owners.includes(brief.owner)) throw taken()
    const state: JobState = now.at === 'deal' ? 'declared' : 'stored'
    const ours = now.at === 'deal' && now.operator === ctx.account
    return { ours, accepted: { fid: fileId, size: fileSize, state, block: file?.completion } }
  }

  async function declare(part: string, layout: Layout, brief: Brief): Promise<Accepted> {
    const { fileId: fid, fileSize: size } = layout
    const before = await askChain(() => onChain(layout, brief))
    if (before && !before.ours) return before.accepted
    await spool.keep(part, fid)
    const state = before ? 'declared' : 'declaring'
    const job = await jobs.add({ fid, size, ...brief, state, deals: before ? 1 : 0 }, layout)
    if (before) {
      start(fid)
      return accepted(job)
    }
    try {
      await declareFile(ctx, layout, brief)
    } catch (error) {
      // In a block after all, perhaps: then the deal is ours and goes on.
      const now = chainErrorOf(error) ? undefined : await locate(ctx, fid).catch(() => undefined)
      if (now?.at !== 'deal' || now.operator !== ctx.account) {
        await jobs.remove(fid)
        await spool.giveBack(part, fid)
        return askChain(() => Promise.reject(error))
      }
    }
    const declared = await jobs.change(fid, { state: 'declared', deals: 1 })
    start(fid)
    return accepted(declared ?? job)
  }

  async function accept(part: string, layout: Layout, brief: Brief): Promise<Accepted> {
    const { fileId: fid } = layout
    const running = declaring.get(fid)
    if (running) {
      await running.catch(() => undefined)
      return accept(part, layout, brief)
    }
    const job = jobs.get(fid)
    if (job && job.owner !== brief.owner) throw taken()
    if (job && job.state !== 'failed') return accepted(job)
    const mine = declare(part, layout, brief).finally(() => declaring.delete(fid))
    declaring.set(fid, mine)
    return mine
  }
  return {
    accept,
    known(fid, size) {
      const job = jobs.get(fid)
      // A job is forgotten when all has happened.
      return job ? accepted(job) : { fid, size, state: 'proven', block: undefined }
    },
  }
}
