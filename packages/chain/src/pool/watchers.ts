import type { Hash } from '@cess/bytes'
import type { Logger } from '@cess/ports'
import type { TxStatus } from './api.ts'

/** Blocks after inclusion until a watch gives up on finality (sc_transaction_pool's MAX_FINALITY_WATCHERS). */
const FINALITY_TIMEOUT = 512

const ENDS: ReadonlySet<TxStatus['type']> = new Set([
  'finalityTimeout',
  'finalized',
  'usurped',
  'dropped',
  'invalid',
])

/** Who follows which transaction, from the pool through a block to finality. */
export interface Watchers {
  /** Transactions watched. */
  readonly size: number
  /** Returns the end of this watch. */
  add(hash: Hash, listener: (status: TxStatus) => void): () => void
  emit(hash: Hash, status: TxStatus): void
  /** A block of the best chain holds these transactions. */
  included(block: Hash, number: number, transactions: readonly Hash[]): void
  retracted(block: Hash): void
  finalized(block: Hash): void
  /** Ends watches of what was included too long before best block `number`. */
  expire(number: number): void
  clear(): void
}

export function createWatchers(logger: Logger): Watchers {
  const watching = new Map<Hash, Set<(status: TxStatus) => void>>()
  const blocks = new Map<Hash, { number: number; transactions: Map<Hash, number> }>()

  function emit(hash: Hash, status: TxStatus): void {
    const listeners = watching.get(hash)
    if (!listeners) return
    if (ENDS.has(status.type)) watching.delete(hash)
    for (const listener of [...listeners])
      try {
        listener(status)
      } catch (error) {
        logger.error({ error }, 'a transaction watcher threw; this is a bug in it')
      }
  }

  return {
    get size() {
      return watching.size
    },
    add(hash, listener) {
      const entry = (status: TxStatus): void => listener(status)
      const listeners = watching.get(hash) ?? new Set()
      watching.set(hash, listeners.add(entry))
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0 && watching.get(hash) === listeners) watching.delete(hash)
      }
    },
    emit,
    included(block, number, transactions) {
      const found = new Map<Hash, number>()
      for (const [index, hash] of transactions.entries()) {
        if (!watching.has(hash)) continue
        found.set(hash, index)
        emit(hash, { type: 'inBlock', block, index })
      }
      if (found.size > 0) blocks.set(block, { number, transactions: found })
    },
    retracted(block) {
      const record = blocks.get(block)
      blocks.delete(block)
      for (const hash of record?.transactions.keys() ?? []) emit(hash, { type: 'retracted', block })
    },
    finalized(block) {
      const record = blocks.get(block)
      blocks.delete(block)
      for (const [hash, index] of record?.transactions ?? [])
        emit(hash, { type: 'finalized', block, index })
    },
    expire(number) {
      for (const [block, record] of [...blocks]) {
        if (record.number + FINALITY_TIMEOUT > number) continue
        blocks.delete(block)
        for (const hash of record.transactions.keys())
          emit(hash, { type: 'finalityTimeout', block })
      }
    },
    clear() {
      watching.clear()
      blocks.clear()
    },
  }
}
