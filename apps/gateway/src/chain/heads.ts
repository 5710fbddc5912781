import type { ChainEvent, Head } from '@cess/sdk'
import type { GatewayContext } from '../context.ts'
import { reasonOf } from '../errors.ts'

/** A finalized block and what happened in it. */
export interface FinalBlock extends Head {
  readonly events: readonly ChainEvent[]
}

/** The finalized blocks as they come. */
export interface Heads {
  /** Number of the last one seen; undefined before the first. */
  readonly last: number | undefined
  /** Unix milliseconds at which it came. */
  readonly seen: number
  /** Resolves with the next block; rejects when the gateway stops. */
  next(): Promise<FinalBlock>
  /** Calls a listener for every block. Returns what ends it. */
  on(listener: (block: FinalBlock) => void): () => void
  close(): void
}

/** Follows the chain's finalized blocks, one subscription for all parts of the gateway. */
export function followFinal(ctx: GatewayContext): Heads {
  const listeners = new Set<(block: FinalBlock) => void>()
  let last: number | undefined
  let seen = 0
  const end = ctx.chain.follow(async (head) => {
    const events = await ctx.chain.events(head.hash)
    last = head.number
    seen = ctx.clock.now()
    for (const listener of [...listeners])
      try {
        listener({ ...head, events })
      } catch (error) {
        ctx.logger.error({ block: head.number, error }, `A listener failed: ${reasonOf(error)}`)
      }
  })
  const on = (listener: (block: FinalBlock) => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get last() {
      return last
    },
    get seen() {
      return seen
    },
    on,
    next: () =>
      new Promise((resolve, reject) => {
        const { signal } = ctx
        if (signal.aborted) return reject(signal.reason)
        const stop = (): void => {
          off()
          reject(signal.reason)
        }
        const off = on((block) => {
          off()
          signal.removeEventListener('abort', stop)
          resolve(block)
        })
        signal.addEventListener('abort', stop, { once: true })
      }),
    close() {
      end()
      listeners.clear()
    },
  }
}
