import type { MinerContext } from '../context.ts'
import { tokens } from '../tokens.ts'

/** Claims what ended eras owe this miner. One call is one look; false when there was nothing. */
export async function claimRewards(
  ctx: Pick<MinerContext, 'account' | 'chain' | 'pair' | 'logger'>,
): Promise<bigint | undefined> {
  const state = await ctx.chain.finalized()
  if (!(await state.claimable(ctx.account))) return undefined
  const { events } = await ctx.chain.submit(ctx.pair, { type: 'claim' })
  const received = events.find((e) => e.name === 'Sminer.Receive')?.data['reward']
  const amount = typeof received === 'bigint' ? received : 0n
  ctx.logger.info({ tokens: tokens(amount) }, 'rewards claimed')
  return amount
}
