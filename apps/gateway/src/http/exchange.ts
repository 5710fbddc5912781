import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request and its response. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Path as it came, with doubled slashes as one and without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>
  /** Aborted when the client has gone or the gateway stops. */
  readonly signal: AbortSignal
  /** Tells a client that waits for it to send its body. */
  readonly begin: () => void
}

/** What is answered as JSON. */
export interface Answer {
  readonly status: number
  readonly data: unknown
  readonly msg?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers, or returns undefined when it has written the response itself. */
export type Handler = (exchange: Exchange) => Promise<Answer | undefined>

export const ok = (data: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  data,
  headers,
})

/** A header that may come once. */
export function header({ request }: Pick<Exchange, 'request'>, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** `Content-Length`, when the client says it. */
export function contentLength(x: Pick<Exchange, 'request'>): number | undefined {
  const text = header(x, 'content-length')
  const value = text === undefined || !/^\d{1,15}$/.test(text) ? undefined : Number(text)
  return header(x, 'transfer-encoding') === undefined ? value : undefined
}
