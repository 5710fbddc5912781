import type { Hash } from '@cess/bytes'
import { noMetrics, silentLogger } from '@cess/ports'
import { createListeners } from '../listeners.ts'
import { jobQueue } from '../queue.ts'
import type { PoolOptions, PoolStatus, PoolTransaction, TransactionPool } from './api.ts'
import { toPoolTransaction } from './entry.ts'
import { createFollower } from './follow.ts'
import { createGraph } from './graph.ts'
import { createIntake } from './intake.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { createMaintenance } from './maintain.ts'
import { inOrder } from './order.ts'
import { createBans, evict, type PoolState } from './state.ts'
import { createWatchers } from './watchers.ts'

/** A pool on this chain. Close it before the chain. */
export function createTransactionPool(options: PoolOptions): TransactionPool {
  const { chain, clock } = options
  const logger = options.logger ?? silentLogger
  const metrics = options.metrics ?? noMetrics
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const watchers = createWatchers(logger)
  const listeners = createListeners<PoolTransaction>(logger)
  const counted = metrics.gauge('cess_pool_transactions', 'Transactions in the pool', ['state'])
  const sized = metrics.gauge('cess_pool_bytes', 'Bytes of the transactions in the pool', ['state'])

  const graph = createGraph(limits, {
    ready(entry) {
      watchers.emit(entry.hash, { type: 'ready' })
      if (entry.propagate) listeners.emit(toPoolTransaction(entry))
    },
    future: (entry) => watchers.emit(entry.hash, { type: 'future' }),
    usurped: (entry, by) => watchers.emit(entry.hash, { type: 'usurped', by }),
    dropped: (entry) => watchers.emit(entry.hash, { type: 'dropped' }),
  })
  const state: PoolState = {
    chain,
    limits,
    graph,
    watchers,
    bans: createBans(clock, limits.banMs),
    queue: jobQueue(),
    nextAge: 0,
  }
  const intake = createIntake(state)
  const follow = createFollower(state, createMaintenance(state, logger))
  const unsubscribe = chain.subscribe((event) => {
    follow(event)
    report()
  })

  const status = (): PoolStatus => ({
    ready: graph.ready.size,
    readyBytes: graph.ready.bytes,
    future: graph.future.size,
    futureBytes: graph.future.bytes,
  })
  function report(): void {
    const { ready, readyBytes, future, futureBytes } = status()
    counted.set(ready, { state: 'ready' })
    counted.set(future, { state: 'future' })
    sized.set(readyBytes, { state: 'ready' })
    sized.set(futureBytes, { state: 'future' })
  }

  function* ready(): Generator<PoolTransaction> {
    for (const entry of inOrder(graph)) yield toPoolTransaction(entry)
  }

  return {
    submit: (extrinsic, source) => intake.submit(extrinsic, source),
    async watch(extrinsic, source, listener) {
      let cancel = (): void => undefined
      const hash = await intake.submit(extrinsic, source, (entering) => {
        cancel = watchers.add(entering, listener)
        return cancel
      })
      return { hash, cancel: () => cancel() }
    },
    ready,
    pending: () => Array.from(ready(), (transaction) => transaction.extrinsic),
    has: (hash) => graph.get(hash) !== undefined,
    get(hash) {
      const entry = graph.get(hash)
      return entry && toPoolTransaction(entry)
    },
    status,
    remove(hashes) {
      const removed: Hash[] = []
      for (const hash of hashes) {
        const entry = graph.get(hash)
        if (!entry) continue
        evict(state, entry)
        removed.push(hash)
      }
      return removed
    },
    broadcasted: (hash, peers) => watchers.emit(hash, { type: 'broadcast', peers }),
    onImported: (listener) => listeners.add(listener),
    settled: () => state.queue.idle(),
    close() {
      unsubscribe()
      intake.close()
      listeners.clear()
      watchers.clear()
    },
  }
}
