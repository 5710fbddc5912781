import { type Work, workFrom } from '@cess/sdk'
import { askChain } from '../chain/errors.ts'
import type { FinalBlock, Heads } from '../chain/heads.ts'
import type { GatewayContext } from '../context.ts'
import { GatewayError, reasonOf } from '../errors.ts'
import { type CodesIndex, createCodesIndex, type Match, type Wanted } from './codes-index.ts'

export interface FoundWork extends Omit<Match, 'work'> {
  readonly work: Work
}

/** Finds works by what they are like. */
export interface RightsIndexer {
  /** Works that it knows. @throws GatewayError BUSY until all of them are read */
  search(wanted: Wanted, limit: number): Promise<FoundWork[]>
  readonly index: CodesIndex
  /** Resolves when all works are read, and the chain is followed from there. */
  readonly ready: Promise<void>
}

/** Numbers of works whose state changed in a block. */
export function changedIn({ events }: Pick<FinalBlock, 'events'>): number[] {
  const ids = events.flatMap(({ name, data }) =>
    name.startsWith('Mdrc.') && typeof data['work'] === 'number' ? [data['work']] : [],
  )
  return [...new Set(ids)]
}

/**
 * Reads all works of the chain and follows it. `onChanged` is told of works that may be challenged, and of those that
 * change, once the others are known: what is near one has been read by then.
 */
export function createIndexer(
  ctx: GatewayContext,
  heads: Heads,
  onChanged: (work: number) => void = () => undefined,
): RightsIndexer {
  const index = createCodesIndex()
  let known = false

  async function look(ids: readonly number[]): Promise<void> {
    const { query } = await ctx.chain.finalized()
    for (const id of ids) {
      const info = await query.Mdrc.Works(id)
      if (info) index.put(id, info)
      if (known) onChanged(id)
    }
  }
  async function load(): Promise<void> {
    const { query } = await ctx.chain.finalized()
    const open: number[] = []
    for await (const [[id], info] of query.Mdrc.Works.entries()) {
      index.put(id, info)
      if (info.status === 'Claimed') open.push(id)
    }
    known = true
    for (const id of open) onChanged(id)
  }
  /** One block after the other, so that none overtakes another. */
  let turn = load()
  const ready = turn
  const failed = (error: unknown): void => {
    if (!ctx.signal.aborted)
      ctx.logger.warn({ error }, `Works could not be read: ${reasonOf(error)}`)
  }
  ready.catch(failed)
  heads.on((block) => {
    const ids = changedIn(block)
    if (ids.length > 0) turn = turn.then(() => look(ids)).catch(failed)
  })

  return {
    index,
    ready,
    async search(wanted, limit) {
      if (!known)
        throw new GatewayError(
          'BUSY',
          'The gateway still reads the works on chain. Try again soon.',
          {
            retryAfter: 5,
          },
        )
      const matches = index.search(wanted, limit)
      const { query } = await ctx.chain.finalized()
      const works = await askChain(() =>
        Promise.all(matches.map(({ work }) => query.Mdrc.Works(work))),
      )
      return matches.flatMap(({ work, ...match }, i) => {
        const info = works[i]
        return info ? [{ ...match, work: workFrom(work, info) }] : []
      })
    },
  }
}
