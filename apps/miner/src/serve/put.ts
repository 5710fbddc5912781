import { type FragmentSpace, type PutHeader, StorageRefusal } from '@cess/network'
import type { MinerContext } from '../context.ts'
import { codeOf } from '../errors.ts'
import { blake3Id } from '../work/hash.ts'
import { expectFragment } from './duty.ts'

type Report = (peer: string, change: number, reason: string) => void
const WRONG_DATA = -2_000

/** Takes fragments that the chain gives this miner, and no others. */
export function createPut(ctx: MinerContext, report: Report) {
  const { store } = ctx
  const nameOf = (peer: string, header: PutHeader): string =>
    `${ctx.name}/${peer}/${header.fragmentId}`

  return {
    async offered(peer: string, header: PutHeader): Promise<'have' | FragmentSpace> {
      const fragment = await expectFragment(ctx, header)
      if (
        (await store.fragments.intact(header.fragmentId)) &&
        (await full(() => store.fragments.link(fragment)))
      )
        return 'have'
      await full(() => store.fragments.roomFor(header.size))
      ctx.incoming.enter(nameOf(peer, header), header.size)
      return ctx.arena.take(header.size)
    },
    async put(peer: string, header: PutHeader, data: Uint8Array): Promise<void> {
      try {
        const fragment = await expectFragment(ctx, header)
        const { id, data: bytes } = await blake3Id(ctx.pool, data)
        if (id !== header.fragmentId) {
          report(peer, WRONG_DATA, 'sent a fragment that does not match its id')
          throw new StorageRefusal('Corrupt', 'The bytes do not match the id of the fragment.')
        }
        await full(() => store.fragments.add(fragment, bytes))
        ctx.metrics.fragmentsStored.inc(1, { miner: ctx.name })
        ctx.metrics.bytesStored.inc(bytes.length, { miner: ctx.name })
        ctx.logger.debug({ fragment: id, file: header.fileId }, 'fragment stored')
      } finally {
        ctx.incoming.leave(nameOf(peer, header))
      }
    },
  }
}

/** Says Full to the peer for what the store says is full. */
async function full<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (codeOf(error) === 'FULL') throw new StorageRefusal('Full', (error as Error).message)
    throw error
  }
}
