/**
 * Keeps the chain level with the network's: block announcements, downloads from several peers at once, blocks for
 * others, finality proofs that are missing, and the gossip of transactions.
 */
export type {
  Block,
  Finality,
  PeerStatus,
  Sync,
  SyncChain,
  SyncDeps,
  SyncStatus,
} from './api.ts'
export { createSync } from './sync.ts'
