import { type GetRequest, StorageRefusal } from '@cess/network'
import type { MinerContext } from '../context.ts'
import { codeOf } from '../errors.ts'
import { blake3Id } from '../work/hash.ts'

/** Serves ranges of fragments. A whole fragment is checked on its way out, so that rot is found early. */
export function createGet(ctx: MinerContext) {
  const { fragments } = ctx.store
  let sequence = 0

  async function read({ fragmentId, offset, length }: GetRequest): Promise<Uint8Array> {
    const data = await fragments.read(fragmentId, offset, length)
    if (offset !== 0 || length !== fragments.record(fragmentId)?.size) return data
    const checked = await blake3Id(ctx.pool, data)
    if (checked.id === fragmentId) return checked.data
    ctx.logger.error({ fragment: fragmentId }, 'a fragment on disk is damaged; it is moved aside')
    await fragments.lose(fragmentId, 'Corrupt')
    throw new StorageRefusal('NotFound', 'This miner has lost the fragment. Ask another one.')
  }

  return async (_peer: string, request: GetRequest): Promise<Uint8Array> => {
    if (!fragments.present(request.fragmentId))
      throw new StorageRefusal('NotFound', 'This miner does not have the fragment.')
    const name = `${ctx.name}/${sequence++}`
    ctx.outgoing.enter(name, request.length)
    try {
      const data = await read(request)
      ctx.metrics.bytesServed.inc(data.length, { miner: ctx.name })
      return data
    } catch (error) {
      if (codeOf(error) !== 'MISSING') throw error
      await fragments.intact(request.fragmentId)
      throw new StorageRefusal('NotFound', 'The fragment is not here, or not that long.')
    } finally {
      ctx.outgoing.leave(name)
    }
  }
}
