import { ChainRefusal } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import type { ColumnRef } from '../store/schema.ts'
import type { ReadyColumn } from '../store/tags.ts'

/** Columns of one `confirm_tags`, as the chain limits them. */
const BATCH = 100
/** Waiting columns that one round looks at. */
const ROUND = 2_000

const nameOf = (c: ColumnRef): string => `${c.fileId}/${c.index}`

/** Tells the chain which columns have checked tags, until it knows for good. One call is one round. */
export function createConfirmer(ctx: MinerContext): () => Promise<void> {
  const { store, chain } = ctx
  /** Columns that were in a batch that failed: one of them is to blame, so they go alone. */
  const alone = new Set<string>()

  /** Columns that the chain knows as ours and untagged; what it knows already is taken off the list. */
  async function unconfirmed(): Promise<ReadyColumn[]> {
    const ready = await store.tags.ready(ROUND)
    if (ready.length === 0) return []
    const [best, final] = await Promise.all([chain.best(), chain.finalized()])
    const open: ReadyColumn[] = []
    for (const column of ready) {
      const found = await best.column(column)
      // Not stored yet, or not ours any more: then the cleaning takes it away.
      if (found?.miner !== ctx.account) continue
      if (found.tagger === undefined) {
        open.push(column)
        continue
      }
      const known = await final.column(column)
      if (known?.tagger !== undefined) {
        await store.tags.settle(column, known.tagger)
        alone.delete(nameOf(column))
      }
    }
    return open
  }

  async function send(tagger: number, columns: readonly ReadyColumn[]): Promise<void> {
    try {
      await chain.submit(ctx.pair, { type: 'confirmTags', tagger, columns })
      ctx.logger.info({ columns: columns.length, tagger }, 'tags confirmed')
    } catch (error) {
      if (!(error instanceof ChainRefusal)) throw error
      for (const column of columns) alone.add(nameOf(column))
      ctx.logger.warn({ reason: error.message, columns: columns.length }, 'tags were not confirmed')
    }
  }

  return async () => {
    const byTagger = Map.groupBy(await unconfirmed(), (c) => c.tagger)
    for (const [tagger, columns] of byTagger) {
      const together = columns.filter((c) => !alone.has(nameOf(c)))
      for (let at = 0; at < together.length; at += BATCH)
        await send(tagger, together.slice(at, at + BATCH))
      for (const column of columns.filter((c) => alone.has(nameOf(c)))) await send(tagger, [column])
    }
  }
}
