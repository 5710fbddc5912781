import { once } from 'node:events'
import { WebSocket } from 'ws'

export interface RpcAnswer {
  readonly id?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}
interface Note {
  readonly method: string
  readonly params: { readonly subscription: string; readonly result: unknown }
}

export const request = (method: string, params: unknown = [], id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

export const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

/** One call over http. */
export async function callHttp(
  url: string,
  method: string,
  params: unknown = [],
): Promise<RpcAnswer> {
  const response = await post(url, request(method, params))
  return (await response.json()) as RpcAnswer
}

export interface Stream {
  readonly id: string
  /** Name that the notifications carried so far. */
  readonly names: string[]
  /** The next result. */
  next(): Promise<unknown>
  /** Results that have come and were not asked for. */
  readonly waiting: unknown[]
}

export interface Client {
  readonly socket: WebSocket
  /** @throws Error when the answer is an error */
  call(method: string, params?: unknown): Promise<unknown>
  ask(method: string, params?: unknown): Promise<RpcAnswer>
  subscribe(method: string, params?: unknown): Promise<Stream>
  /** Sends a text as it is; the next message that is no notification answers it. */
  raw(text: string): Promise<unknown>
  /** Everything that came, in order, as it came. */
  readonly log: unknown[]
  close(): Promise<void>
}

type Waiter = (value: unknown) => void

/** A WebSocket client that keeps all it gets. */
export async function connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(url, { headers })
  const log: unknown[] = []
  const answers = new Map<unknown, Waiter>()
  const rawWaiters: Waiter[] = []
  const streams = new Map<string, { names: string[]; waiting: unknown[]; waiters: Waiter[] }>()
  let ids = 0

  const streamOf = (id: string) => {
    const known = streams.get(id)
    if (known) return known
    const made = { names: [] as string[], waiting: [] as unknown[], waiters: [] as Waiter[] }
    streams.set(id, made)
    return made
  }

  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as RpcAnswer & Partial<Note>
    log.push(message)
    if (message.params && message.method) {
      const stream = streamOf(message.params.subscription)
      stream.names.push(message.method)
      const waiter = stream.waiters.shift()
      if (waiter) waiter(message.params.result)
      else stream.waiting.push(message.params.result)
      return
    }
    const waiter = answers.get(message.id)
    answers.delete(message.id)
    ;(waiter ?? rawWaiters.shift())?.(message)
  })
  await once(socket, 'open')

  const ask = (method: string, params: unknown = []): Promise<RpcAnswer> =>
    new Promise((resolve) => {
      const id = `c${++ids}`
      answers.set(id, resolve as Waiter)
      socket.send(request(method, params, id))
    })
  const call = async (method: string, params?: unknown): Promise<unknown> => {
    const { result, error } = await ask(method, params)
    if (error) throw new Error(`${error.code} ${error.message}`)
    return result
  }
  return {
    socket,
    log,
    ask,
    call,
    async subscribe(method, params) {
      const id = (await call(method, params)) as string
      const stream = streamOf(id)
      return {
        id,
        names: stream.names,
        waiting: stream.waiting,
        next: () =>
          stream.waiting.length > 0
            ? Promise.resolve(stream.waiting.shift())
            : new Promise((resolve) => stream.waiters.push(resolve)),
      }
    },
    raw: (text) =>
      new Promise((resolve) => {
        rawWaiters.push(resolve)
        socket.send(text)
      }),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
