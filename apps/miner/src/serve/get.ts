import { type GetRequest, StorageRefusal } from '@cess/network'
import type { MinerContext } from '../context.ts'
import { codeOf } from '../errors.ts'
import { blake3Id } from '../work/hash.ts'

/** Fragments that are read at the same time: each may be 8 MiB in memory. */
const MAX_READS = 24

/** Serves ranges of fragments. A whole fragment is checked on its way out, so that rot is found early. */
export function createGet(ctx: MinerContext) {
  const { fragments } = ctx.store
  let reading = 0

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
    if (reading >= MAX_READS)
      throw new StorageRefusal(
        'Busy',
        'This miner is serving enough at the moment. Try again soon.',
      )
    reading++
    try {
      const data = await read(request)
      ctx.metrics.bytesServed.inc(data.length, { miner: ctx.name })
      return data
    } catch (error) {
      if (codeOf(error) !== 'MISSING') throw error
      await fragments.intact(request.fragmentId)
      throw new StorageRefusal('NotFound', 'The fragment is not here, or not that long.')
    } finally {
      reading--
    }
  }
}
