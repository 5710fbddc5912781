import { type FragmentSpace, type GetRequest, StorageRefusal } from '@cess/network'
import type { MinerContext } from '../context.ts'
import { codeOf } from '../errors.ts'
import { blake3Id } from '../work/hash.ts'

/** Serves ranges of fragments. A whole fragment is checked on its way out, so that rot is found early. */
export function createGet(ctx: MinerContext) {
  const { fragments } = ctx.store
  let sequence = 0

  /** The bytes asked for, in `space` or in memory of their own. */
  async function read(
    { fragmentId, offset }: GetRequest,
    { bytes }: FragmentSpace,
  ): Promise<Uint8Array> {
    await fragments.readInto(fragmentId, offset, bytes)
    if (offset !== 0 || bytes.length !== fragments.record(fragmentId)?.size) return bytes
    const checked = await blake3Id(ctx.pool, bytes)
    if (checked.id === fragmentId) return checked.data
    ctx.logger.error({ fragment: fragmentId }, 'a fragment on disk is damaged; it is moved aside')
    await fragments.lose(fragmentId, 'Corrupt')
    throw new StorageRefusal('NotFound', 'This miner has lost the fragment. Ask another one.')
  }

  return async (_peer: string, request: GetRequest): Promise<FragmentSpace> => {
    const { fragmentId, length } = request
    if (!fragments.present(fragmentId))
      throw new StorageRefusal('NotFound', 'This miner does not have the fragment.')
    const name = `${ctx.name}/${sequence++}`
    ctx.outgoing.enter(name, length)
    const space = ctx.arena.take(length)
    const free = (): void => {
      space.free()
      ctx.outgoing.leave(name)
    }
    try {
      const bytes = await read(request, space)
      ctx.metrics.bytesServed.inc(length, { miner: ctx.name })
      return { bytes, free }
    } catch (error) {
      free()
      if (codeOf(error) !== 'MISSING') throw error
      await fragments.intact(fragmentId)
      throw new StorageRefusal('NotFound', 'The fragment is not here, or not that long.')
    }
  }
}
