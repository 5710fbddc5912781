import type { Params } from './params.ts'

/** Who calls: a connection that subscriptions belong to. Over plain http there is none. */
export interface Caller {
  /** Whether unsafe methods are allowed. */
  readonly trusted: boolean
  /** Opens a subscription; `undefined` over http. */
  readonly subscribe?: (method: string) => Subscription
  /** Ends one of this connection's subscriptions. */
  readonly unsubscribe?: (id: string) => boolean
  /** State that a group of methods keeps for each connection. */
  readonly session: Map<string, unknown>
}

/** A stream of notifications to one client. */
export interface Subscription {
  readonly id: string
  /** Sends after the subscription's id has been answered, in order. */
  push(result: unknown): void
  /** Runs once when the client unsubscribes or goes. */
  onClose(run: () => void): void
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
  start: (sub: Subscription, params: Params) => unknown,
): Methods {
  return {
    [names.subscribe]: {
      async run(params, caller) {
        if (!caller.subscribe) throw notOverHttp(names.subscribe)
        const sub = caller.subscribe(names.notification)
        try {
          await start(sub, params)
        } catch (error) {
          sub.close()
          throw error
        }
        return sub.id
      },
    },
    [names.unsubscribe]: {
      run: (params, caller) => caller.unsubscribe?.(params.subscriptionId(0)) ?? false,
    },
  }
}

import { METHOD_NOT_FOUND, RpcError } from './errors.ts'

const notOverHttp = (name: string): RpcError =>
  new RpcError(METHOD_NOT_FOUND, `${name} needs a WebSocket: notifications can't follow over http`)
