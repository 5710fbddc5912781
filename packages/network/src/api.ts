import type { Clock, Logger, Metrics } from '@cess/ports'
import type { FrameStream } from './frames.ts'
import type { ReputationLimits } from './reputation.ts'

export interface NetworkLimits extends ReputationLimits {
  readonly maxConnections: number
  /** A stream that waits longer than this for its peer is dropped, in milliseconds. */
  readonly idleMs: number
}

export interface NetworkOptions {
  /** 32-byte Ed25519 seed. */
  readonly identity: Uint8Array
  /** Multiaddrs to listen on, `…/tcp/PORT` or `…/tcp/PORT/ws`. */
  readonly listen: readonly string[]
  /** Multiaddrs dialled by start(). */
  readonly bootnodes: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly agent?: string
  readonly limits?: Partial<NetworkLimits>
}

export interface PeerInfo {
  readonly id: string
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
}

/** A gossip protocol of Substrate: one substream per direction, each begun by a handshake. */
export interface NotificationsOptions {
  readonly protocol: string
  readonly fallback?: readonly string[]
  /** Ours, asked for anew at every opening. */
  handshake(): Uint8Array
  readonly maxHandshake: number
  readonly maxMessage: number
  readonly maxPeers: number
  accept(peer: string, handshake: Uint8Array): boolean
  /** Both directions are open: messages may be sent. */
  opened(peer: string, handshake: Uint8Array): void
  closed(peer: string): void
  message(peer: string, bytes: Uint8Array): void
}

export interface Notifications {
  /** False when the peer is not there or takes data too slowly: the message is dropped. */
  send(peer: string, bytes: Uint8Array): boolean
  broadcast(bytes: Uint8Array, except?: string): void
  peers(): string[]
}

export interface ServeOptions {
  readonly maxRequest: number
  readonly maxResponse: number
  readonly perPeerConcurrent: number
  readonly perPeerPerSecond: number
}

export interface RequestOptions {
  readonly maxResponse: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface StreamLimits {
  readonly perPeerConcurrent: number
  readonly perPeerPerSecond: number
  /** A stream that takes longer is cut off: who reads a byte now and then would hold what is sent to it for ever. */
  readonly maxMs?: number
}

export interface Network {
  readonly peerId: string
  /** What we listen on, each with `/p2p/ID`. */
  addresses(): string[]
  /** Connects and returns the peer's id. Throws UNREACHABLE. */
  dial(address: string): Promise<string>
  /** Connects to a peer at any of its addresses unless it is connected already. */
  ensure(peer: string, addresses: readonly string[]): Promise<void>
  disconnect(peer: string): Promise<void>
  peers(): readonly PeerInfo[]
  /** Adds to a peer's reputation. Below the threshold it is disconnected and banned for a time. */
  report(peer: string, change: number, reason: string): void
  notifications(options: NotificationsOptions): Notifications
  serve(
    protocol: string,
    options: ServeOptions,
    handler: (peer: string, request: Uint8Array) => Promise<Uint8Array>,
  ): void
  /** One request. Throws NetworkError TIMEOUT, REFUSED, TOO_LARGE, CLOSED or UNSUPPORTED. */
  request(
    peer: string,
    protocol: string,
    payload: Uint8Array,
    options: RequestOptions,
  ): Promise<Uint8Array>
  serveStream(
    protocol: string,
    options: StreamLimits,
    handler: (peer: string, stream: FrameStream) => Promise<void>,
  ): void
  openStream(peer: string, protocol: string, signal?: AbortSignal): Promise<FrameStream>
  start(): Promise<void>
  stop(): Promise<void>
}
