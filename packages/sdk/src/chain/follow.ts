import type { Hash } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import { SdkError } from '../errors.ts'
import type { RpcClient } from '../rpc/socket.ts'

export interface Head {
  readonly hash: Hash
  readonly number: number
  readonly parentHash: Hash
}

export interface FollowDeps {
  readonly rpc: RpcClient
  readonly clock: Clock
  header(hash: Hash): Promise<Head>
  finalizedHead(): Promise<Head>
  blockHash(number: number): Promise<Hash | undefined>
}

const RETRY_MS = 1_000

/**
 * Every finalized block once and in order. Notifications may skip blocks (a node tells the last of several), and
 * connections break: what is between the last block told and the newest is fetched by number.
 */
export function followHeads(
  deps: FollowDeps,
  listener: (head: Head) => void | Promise<void>,
): () => void {
  let ended = false
  let unsubscribe: (() => void) | undefined
  let next: number | undefined
  let target = -1
  let working = false

  async function work(): Promise<void> {
    if (working) return
    working = true
    try {
      while (!ended && next !== undefined && next <= target) {
        const hash = await deps.blockHash(next)
        if (!hash) throw new SdkError('NOT_FOUND', `The node does not have block ${next} yet.`)
        await listener(await deps.header(hash))
        next++
      }
    } finally {
      working = false
    }
  }

  const again = (): void => {
    if (!ended) deps.clock.after(RETRY_MS, () => void start())
  }

  async function start(): Promise<void> {
    if (ended) return
    try {
      unsubscribe = await deps.rpc.subscribe({
        method: 'chain_subscribeFinalizedHeads',
        unsubscribe: 'chain_unsubscribeFinalizedHeads',
        onMessage(result) {
          target = Math.max(target, Number.parseInt((result as { number: string }).number, 16))
          next ??= target
          work().catch(() => deps.clock.after(RETRY_MS, () => void work().catch(() => undefined)))
        },
        onEnd: again,
      })
      if (ended) unsubscribe()
    } catch {
      again()
    }
  }

  void start()
  return () => {
    ended = true
    unsubscribe?.()
  }
}
