import type { Clock, Timer } from '@cess/ports'
import { RpcError, SdkError } from '../errors.ts'

export interface RpcOptions {
  /** `ws://` or `wss://` endpoints of nodes, tried in order. */
  readonly endpoints: readonly string[]
  readonly clock: Clock
  /** Milliseconds that one request may take; 30,000 unless told. */
  readonly timeoutMs?: number
}

/** JSON-RPC 2.0 over a WebSocket that reconnects by itself. */
export interface RpcClient {
  /** @throws RpcError, SdkError CONNECTION_LOST, TIMEOUT, UNREACHABLE, CLOSED */
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  /**
   * Opens a subscription. `onEnd` is told when the connection breaks: the caller decides whether to open it again.
   * Returns what ends it.
   */
  subscribe(options: SubscribeOptions): Promise<() => void>
  close(): void
}

export interface SubscribeOptions {
  readonly method: string
  readonly unsubscribe: string
  readonly params?: readonly unknown[]
  onMessage(result: unknown): void
  onEnd(error: SdkError): void
}

interface Pending {
  readonly method: string
  resolve(value: unknown): void
  reject(error: SdkError): void
  readonly timer: Timer
}
interface Subscription {
  onMessage(result: unknown): void
  onEnd(error: SdkError): void
}
interface Connection {
  readonly socket: WebSocket
  readonly pending: Map<number, Pending>
  readonly subscriptions: Map<string, Subscription>
  /** Notifications that came before the answer with their subscription's id. */
  readonly early: Map<string, unknown[]>
}

/** Notifications kept for a subscription whose id is not known yet. */
const MAX_EARLY = 256

export function createRpcClient({ endpoints, clock, timeoutMs = 30_000 }: RpcOptions): RpcClient {
  if (endpoints.length === 0) throw new RangeError('name at least one node endpoint')
  let current: Promise<Connection> | undefined
  let nextId = 1
  let nextEndpoint = 0
  let closed = false

  function open(url: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let socket: WebSocket
      try {
        socket = new WebSocket(url)
      } catch (error) {
        return reject(new SdkError('UNREACHABLE', `"${url}" is not a WebSocket address.`, error))
      }
      const connection: Connection = {
        socket,
        pending: new Map(),
        subscriptions: new Map(),
        early: new Map(),
      }
      const failed = () =>
        new SdkError(
          'UNREACHABLE',
          `No node answers at ${url}. Is it running, and is the port right?`,
        )
      const timer = clock.after(timeoutMs, () => socket.close())
      socket.addEventListener('open', () => {
        timer.cancel()
        resolve(connection)
      })
      socket.addEventListener('message', (event) => receive(connection, event.data))
      socket.addEventListener('error', () => reject(failed()))
      socket.addEventListener('close', () => {
        timer.cancel()
        reject(failed())
        lose(connection)
      })
    })
  }

  async function connect(): Promise<Connection> {
    let last: unknown
    for (let i = 0; i < endpoints.length; i++) {
      if (closed) break
      try {
        return await open(endpoints[nextEndpoint++ % endpoints.length]!)
      } catch (error) {
        last = error
      }
    }
    throw last ?? new SdkError('CLOSED', 'The client is closed.')
  }

  function connection(): Promise<Connection> {
    if (closed) return Promise.reject(new SdkError('CLOSED', 'The client is closed.'))
    if (!current) {
      const attempt = connect()
      current = attempt
      attempt.catch(() => {
        if (current === attempt) current = undefined
      })
    }
    return current
  }

  function lose(connection: Connection): void {
    current = undefined
    const error = closed
      ? new SdkError('CLOSED', 'The client is closed.')
      : new SdkError('CONNECTION_LOST', 'The connection to the node broke.')
    for (const pending of connection.pending.values()) {
      pending.timer.cancel()
      pending.reject(error)
    }
    connection.pending.clear()
    const ended = [...connection.subscriptions.values()]
    connection.subscriptions.clear()
    for (const subscription of ended) subscription.onEnd(error)
  }

  function receive(connection: Connection, data: unknown): void {
    let message: Record<string, unknown>
    try {
      message = JSON.parse(String(data)) as Record<string, unknown>
    } catch {
      connection.socket.close()
      return
    }
    if (typeof message['id'] === 'number') return answer(connection, message['id'], message)
    const params = message['params'] as { subscription?: unknown; result?: unknown } | undefined
    if (params?.subscription === undefined) return
    const id = String(params.subscription)
    const subscription = connection.subscriptions.get(id)
    if (subscription) return subscription.onMessage(params.result)
    const early = connection.early.get(id) ?? []
    if (early.length < MAX_EARLY) early.push(params.result)
    if (connection.early.size < MAX_EARLY) connection.early.set(id, early)
  }

  function answer(connection: Connection, id: number, message: Record<string, unknown>): void {
    const pending = connection.pending.get(id)
    if (!pending) return
    connection.pending.delete(id)
    pending.timer.cancel()
    const error = message['error'] as { code: number; message: string } | undefined
    if (error) pending.reject(new RpcError(pending.method, error))
    else pending.resolve(message['result'])
  }

  function send(
    connection: Connection,
    method: string,
    params: readonly unknown[],
  ): Promise<unknown> {
    const id = nextId++
    return new Promise((resolve, reject) => {
      const timer = clock.after(timeoutMs, () => {
        connection.pending.delete(id)
        reject(new SdkError('TIMEOUT', `The node did not answer ${method} in ${timeoutMs} ms.`))
      })
      connection.pending.set(id, { method, resolve, reject, timer })
      connection.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  return {
    async request(method, params = []) {
      return send(await connection(), method, params)
    },
    async subscribe({ method, unsubscribe, params = [], onMessage, onEnd }) {
      const on = await connection()
      const id = String(await send(on, method, params))
      on.subscriptions.set(id, { onMessage, onEnd })
      const early = on.early.get(id) ?? []
      on.early.delete(id)
      for (const result of early) onMessage(result)
      return () => {
        if (!on.subscriptions.delete(id) || on.socket.readyState !== WebSocket.OPEN) return
        send(on, unsubscribe, [id]).catch(() => undefined)
      }
    },
    close() {
      closed = true
      current?.then((on) => on.socket.close()).catch(() => undefined)
    },
  }
}
