/** What one client, and all together, may take. */
export interface RpcLimits {
  /** Bytes of one request or message. */
  readonly requestBytes: number
  /** Bytes of one answer. */
  readonly responseBytes: number
  /** Calls of one batch. */
  readonly batch: number
  /** Open sockets, http and WebSocket together. More are closed at once. */
  readonly connections: number
  readonly subscriptionsPerConnection: number
  /** Calls that one connection may have under way. */
  readonly concurrentCalls: number
  /**
   * Calls a second on one connection, on average, and at once after a pause. Calls that keep the node busy count
   * for more, so that a connection gets a quarter of its time at most. A WebSocket that asks faster is read more
   * slowly; an http request is refused.
   */
  readonly callsPerSecond: number
  readonly burst: number
  /** Bytes that wait for a slow client before it is disconnected. */
  readonly bufferedBytes: number
  /** How long a client may take to send an http request, to take its answer, or to stay idle, milliseconds. */
  readonly httpTimeoutMs: number
  /** How often a WebSocket is pinged, milliseconds. It is dropped when one goes unanswered until the next. */
  readonly pingMs: number
}

const MIB = 1024 * 1024

/** Substrate's defaults where it has them. */
export const DEFAULT_LIMITS: RpcLimits = {
  requestBytes: 15 * MIB,
  responseBytes: 15 * MIB,
  batch: 64,
  connections: 100,
  subscriptionsPerConnection: 1024,
  concurrentCalls: 64,
  callsPerSecond: 2000,
  burst: 10_000,
  bufferedBytes: 16 * MIB,
  httpTimeoutMs: 60_000,
  pingMs: 30_000,
}
