import type { Params } from './params.ts'

/** One client's WebSocket: the same object for all its calls. */
export interface Connection {
  /** Ends one of this connection's subscriptions; false when it has none such. */
  unsubscribe(id: string, notification: string): boolean
  /** Runs once when the connection ends. */
  onClose(run: () => void): void
}

/** Who calls. */
export interface Caller {
  /** Whether unsafe methods are allowed. */
  readonly trusted: boolean
  /** @throws RpcError −32601 over plain http, where nothing can follow an answer */
  connection(): Connection
  /** Opens a stream of notifications that carry this name. @throws RpcError −32006, or −32601 over http */
  subscribe(notification: string): Subscription
  /** Runs once the answer to this call is on its way; not at all when the call fails. */
  after(run: () => void): void
}

/** A stream of notifications to one client. */
export interface Subscription {
  readonly id: string
  /** Sends in order, and never before the client was told the id. */
  push(result: unknown): void
  /** Runs once when the client unsubscribes or goes; at once when it has already. */
  onClose(run: () => void): void
  /** Ends the stream after what was pushed. */
  close(): void
}

export interface Method {
  /** Refused unless the caller is trusted. */
  readonly unsafe?: boolean
  run(params: Params, caller: Caller): unknown
}
export type Methods = Readonly<Record<string, Method>>

/** A pair of methods that begin and end a subscription, with the name that notifications carry. */
export function subscription(
  names: { subscribe: string; unsubscribe: string; notification: string },
  start: (sub: Subscription, params: Params, caller: Caller) => unknown,
): Methods {
  const { subscribe, unsubscribe, notification } = names
  return {
    [subscribe]: {
      async run(params, caller) {
        const sub = caller.subscribe(notification)
        await start(sub, params, caller)
        return sub.id
      },
    },
    [unsubscribe]: {
      run: (params, caller) =>
        caller.connection().unsubscribe(params.subscriptionId(0), notification),
    },
  }
}
