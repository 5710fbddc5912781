import { methodNotFound } from './errors.ts'
import type { Params } from './params.ts'

/** One client's WebSocket, as methods see it. */
export interface Connection {
  /** Opens a stream of notifications that carry this name. @throws RpcError −32006 */
  subscribe(notification: string): Subscription
  /** Ends one of this connection's subscriptions; false when it has none such. */
  unsubscribe(id: string, notification: string): boolean
  /** Runs once when the connection ends. */
  onClose(run: () => void): void
}

/** Who calls. */
export interface Caller {
  /** Whether unsafe methods are allowed. */
  readonly trusted: boolean
  /** `undefined` over plain http. */
  readonly connection: Connection | undefined
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

/** The caller's connection. @throws RpcError −32601 over http */
export function needConnection({ connection }: Caller, method: string): Connection {
  if (connection) return connection
  throw methodNotFound(`${method} needs a WebSocket: notifications cannot follow over http`)
}

/** A pair of methods that begin and end a subscription, with the name that notifications carry. */
export function subscription(
  names: { subscribe: string; unsubscribe: string; notification: string },
  start: (sub: Subscription, params: Params, caller: Caller) => unknown,
): Methods {
  const { subscribe, unsubscribe, notification } = names
  return {
    [subscribe]: {
      async run(params, caller) {
        const sub = needConnection(caller, subscribe).subscribe(notification)
        await start(sub, params, caller)
        return sub.id
      },
    },
    [unsubscribe]: {
      run: (params, caller) =>
        needConnection(caller, unsubscribe).unsubscribe(params.subscriptionId(0), notification),
    },
  }
}
