/**
 * The peer-to-peer layer: libp2p as Substrate speaks it (noise, yamux, notification substreams,
 * one-shot requests), reputation, and the storage protocols between gateways and miners.
 * Every byte from outside is bounded here; what it means is decided above.
 */
export type {
  Network,
  NetworkLimits,
  NetworkOptions,
  Notifications,
  NotificationsOptions,
  PeerInfo,
  RequestOptions,
  ServeOptions,
  StreamLimits,
} from './api.ts'
export { NetworkError, type NetworkErrorCode } from './errors.ts'
export type { FrameStream } from './frames.ts'
export { peerIdBytes, peerIdOf, peerIdText } from './identity.ts'
export { createNetwork } from './network.ts'
export { FATAL } from './reputation.ts'
export {
  type PutFragment,
  type PutResult,
  type StorageClient,
  storageClient,
} from './storage/client.ts'
export {
  type GetRequest,
  MAX_FRAGMENT,
  type PutHeader,
  type Receipt,
  type RefusalCode,
  StorageRefusal,
  type TagsHeader,
} from './storage/messages.ts'
export { type FragmentSpace, type StorageHandlers, storageServer } from './storage/server.ts'
export * from './substrate/gossip.ts'
export { protocolName } from './substrate/names.ts'
export * from './substrate/sync.ts'
