import type { Hash } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import type { Header } from '@cess/primitives'
import { duplicateHashes, notPinned } from './errors.ts'

/** Blocks that one subscription may keep pinned, and for how long once the chain has moved past them (Substrate's limits). */
const MAX_PINNED = 512
const MAX_PINNED_MS = 60_000

/** Blocks that a client was told of and has not released. */
export interface Pins {
  add(hash: Hash, header: Header): void
  /** @throws RpcError −32801 */
  header(hash: Hash): Header
  /** All or none. @throws RpcError −32801, −32804 */
  remove(hashes: readonly Hash[]): void
  /** From now on the chain needs this block no more. */
  expire(hash: Hash): void
  /** Whether the client keeps more, or longer, than it may. */
  isTooMuch(): boolean
}

export function createPins(clock: Clock): Pins {
  const pinned = new Map<Hash, Header>()
  const expired = new Map<Hash, number>()
  return {
    add: (hash, header) => void pinned.set(hash, header),
    header(hash) {
      const header = pinned.get(hash)
      if (!header) throw notPinned()
      return header
    },
    remove(hashes) {
      if (new Set(hashes).size !== hashes.length) throw duplicateHashes()
      if (!hashes.every((hash) => pinned.has(hash))) throw notPinned()
      for (const hash of hashes) {
        pinned.delete(hash)
        expired.delete(hash)
      }
    },
    expire(hash) {
      if (pinned.has(hash)) expired.set(hash, clock.now())
    },
    isTooMuch() {
      // In the order they expired: the first is the oldest.
      const [oldest = Number.POSITIVE_INFINITY] = expired.values()
      return pinned.size > MAX_PINNED || clock.now() - oldest > MAX_PINNED_MS
    },
  }
}
