import type { FileId } from '@cess/bytes'
import type { MinerContext } from '../context.ts'
import type { ColumnRef } from '../store/schema.ts'

const nameOf = (c: ColumnRef): string => `${c.fileId}/${c.index}`

export interface Cleaner {
  /** Compares everything that is kept with the chain. */
  sweep(): Promise<void>
  /** Looks at one file, because a finalized block said something about it. */
  changed(fileId: FileId): Promise<void>
  /** Columns that the chain counts as ours and that we know nothing of, as of the last sweep. */
  unknown(): number
}

/**
 * Removes what the chain does not give this miner any more. Data goes only when the finalized and the best state
 * both say so, and still do after a time of grace: a wrong node or a fork costs nothing.
 */
export function createCleaner(ctx: MinerContext, graceMs: number): Cleaner {
  const { fragments, tags } = ctx.store
  let unknown = 0

  async function check(column: ColumnRef): Promise<void> {
    const held = fragments.column(column)
    if (!held) return
    const [best, final] = await Promise.all([ctx.chain.best(), ctx.chain.finalized()])
    const ours =
      (await final.assigns(column, ctx.account)) || (await best.assigns(column, ctx.account))
    const now = ctx.clock.now()
    if (ours) {
      if (held.orphanSince !== undefined) await fragments.setOrphan(column, undefined)
      return
    }
    const { fileId, index } = column
    if (held.orphanSince === undefined) {
      await fragments.setOrphan(column, now)
      ctx.logger.info(
        { file: fileId, index, graceMs },
        'not ours any more; deleted after the grace',
      )
      if (graceMs > 0) return
    } else if (now < Number(held.orphanSince) + graceMs) return
    await tags.forget(await fragments.drop(column))
    ctx.cache.forget(fileId)
    ctx.logger.info({ file: fileId, index }, 'deleted')
  }

  return {
    async sweep() {
      const final = await ctx.chain.finalized()
      const assigned = new Set<string>()
      for await (const column of final.columnsOf(ctx.account)) assigned.add(nameOf(column))
      let known = 0
      for await (const { record, ...column } of fragments.columns()) {
        if (ctx.signal.aborted) return
        const mine = assigned.has(nameOf(column))
        if (mine) known++
        if (!mine || record.orphanSince !== undefined) await check(column)
      }
      if (assigned.size - known > unknown)
        ctx.logger.error(
          { columns: assigned.size - known },
          'the chain counts files as stored here that are not in this data folder: audits of them will fail',
        )
      unknown = assigned.size - known
    },
    async changed(fileId) {
      ctx.cache.forget(fileId)
      for (const column of await fragments.columnsOfFile(fileId)) await check(column)
    },
    unknown: () => unknown,
  }
}
