import { nearness } from '@cess/pallets'
import { chainErrorOf } from '../chain/errors.ts'
import type { GatewayContext } from '../context.ts'
import { reasonOf } from '../errors.ts'
import type { CodesIndex } from './codes-index.ts'

/** Earlier works that are looked at for one claim. */
const LOOKED = 50

/**
 * Challenges claims that are near earlier ones, with the gateway's account: the chain compares the codes itself, and pays
 * for it when nobody objects. Returns what looks at a work, which resolves with the dispute's earlier work if there is one.
 */
export function createWatcher(ctx: GatewayContext, index: CodesIndex) {
  return async (id: number): Promise<number | undefined> => {
    const { query } = await ctx.chain.finalized()
    const work = await query.Mdrc.Works(id)
    if (work?.status !== 'Claimed' || work.fingerprint.type !== 'Public') return undefined
    const codes = work.fingerprint.value
    for (const { work: other, tier } of index.search(codes, LOOKED)) {
      if (other === id || tier !== 'near') continue
      const prior = await query.Mdrc.Works(other)
      if (prior?.fingerprint.type !== 'Public' || prior.creator === work.creator) continue
      const earlier =
        prior.committed < work.committed || (prior.committed === work.committed && other < id)
      const licensed = work.parents.some((parent) => parent.work === other)
      if (!earlier || licensed || nearness(codes, prior.fingerprint.value) === undefined) continue
      try {
        await ctx.chain.submit(ctx.pair, ctx.chain.tx.Mdrc.challenge({ work: id, prior: other }))
        ctx.logger.info(
          { work: id, prior: other },
          'A claim that is near an earlier one is challenged',
        )
        return other
      } catch (error) {
        // Somebody else was faster: as good.
        if (chainErrorOf(error) === 'Mdrc.WrongState') return other
        ctx.logger.warn({ work: id, prior: other, error }, `No challenge: ${reasonOf(error)}`)
        return undefined
      }
    }
    return undefined
  }
}
