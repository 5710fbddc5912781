import type { Network, StorageHandlers } from '@cess/network'
import { StorageRefusal, storageServer } from '@cess/network'
import type { ProxyRole } from '@cess/proxy'
import type { MinerContext } from '../context.ts'
import { reasonOf } from '../errors.ts'
import { createGet } from './get.ts'
import type { Parameters } from './parameters.ts'
import { createPut } from './put.ts'
import { createReceipt } from './receipt.ts'
import { createTags } from './tags.ts'

export interface Serving {
  /** Refuses new work and waits for what has begun, at most `ms` milliseconds. */
  drain(ms: number): Promise<void>
}

/** Answers the storage protocols of one miner. */
export function serveStorage(
  ctx: MinerContext,
  network: Network,
  parameters: Parameters,
  role?: ProxyRole,
): Serving {
  let draining = false
  const running = new Set<Promise<unknown>>()

  /** Counts refusals, logs what went wrong inside, and keeps track of what is running. */
  function guarded<A extends readonly unknown[], R>(
    what: string,
    run: (...args: A) => Promise<R>,
  ): (...args: A) => Promise<R> {
    return async (...args) => {
      try {
        if (draining) throw new StorageRefusal('Busy', 'This miner is stopping. Try again later.')
        const work = run(...args)
        running.add(work)
        try {
          return await work
        } finally {
          running.delete(work)
        }
      } catch (error) {
        if (error instanceof StorageRefusal)
          ctx.metrics.refusals.inc(1, { miner: ctx.name, code: error.code })
        else if (!ctx.signal.aborted)
          ctx.logger.error({ request: what, reason: reasonOf(error) }, 'a request failed')
        throw error
      }
    }
  }

  const { offered, put } = createPut(ctx, network.report)
  const handlers: StorageHandlers = {
    offered: guarded('offered', offered),
    put: guarded('put', put),
    receipt: guarded('receipt', createReceipt(ctx)),
    tags: guarded('tags', createTags(ctx, network.report, parameters)),
    get: guarded('get', createGet(ctx)),
    params: guarded('params', async (_peer, hash) => parameters.held(hash)),
    ...(role && { share: guarded('share', async (_peer, request) => role.share(request)) }),
  }
  storageServer(network, handlers)

  return {
    async drain(ms) {
      draining = true
      const late = Promise.withResolvers<void>()
      const timer = ctx.clock.after(ms, late.resolve)
      await Promise.race([Promise.allSettled([...running]), late.promise])
      timer.cancel()
    },
  }
}
