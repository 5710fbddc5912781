import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import { contentLength, type Exchange } from './exchange.ts'
import { answerOf, PREFLIGHT, problemOf, writeAnswer } from './respond.ts'
import { createRouter, type Route } from './router.ts'

export interface HttpServer {
  readonly port: number
  /** Requests under way. */
  readonly active: number
  /** Takes no more requests, waits for those under way for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>
}

/** A body this long is read to its end when it is refused, so that the connection can go on. */
const DRAIN_BYTES = 4 << 20
/** A client that is refused may go on sending for so long; then the connection is cut, its answer read or not. */
const LINGER_MS = 3_000
const HEADERS_MS = 20_000
const KEEP_ALIVE_MS = 15_000

/** Serves routes over HTTP/1.1. Errors become typed answers; bodies that nobody wants do not fill memory. */
export async function serveHttp(
  ctx: GatewayContext,
  routes: readonly Route[],
): Promise<HttpServer> {
  const { config, clock, logger, metrics } = ctx
  const route = createRouter(routes)
  let active = 0

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    waits: boolean,
  ): Promise<void> {
    active++
    const gone = new AbortController()
    response.once('close', () => {
      active--
      if (!response.writableFinished) gone.abort(new GatewayError('INCOMPLETE', 'The client left.'))
      metrics.requests.inc(1, {
        method: request.method ?? '',
        status: String(response.statusCode),
      })
    })
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const head = request.method === 'HEAD'
    let begun = !waits
    try {
      if (request.method === 'OPTIONS') return void response.writeHead(204, PREFLIGHT).end()
      const url = request.url ?? '/'
      const mark = url.indexOf('?')
      const path = (mark < 0 ? url : url.slice(0, mark)).replace(/\/{2,}/g, '/')
      const { handler, params } = route(request.method ?? '', path)
      const exchange: Exchange = {
        request,
        response,
        path,
        params,
        query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
        signal: AbortSignal.any([gone.signal, ctx.signal]),
        begin() {
          if (!begun) response.writeContinue()
          begun = true
        },
      }
      const answer = await handler(exchange)
      if (answer) writeAnswer(response, answer, { head })
    } catch (error) {
      fail(request, response, error, head)
    }
  }

  function fail(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
    head: boolean,
  ): void {
    const problem = problemOf(error)
    if (problem.code === 'INTERNAL')
      logger.error({ path: request.url?.slice(0, 200), error: problem.cause }, 'A request failed')
    if (response.destroyed) return
    // In the middle of a body only a broken connection tells the client that it does not have all.
    if (response.headersSent) {
      const told = { path: request.url?.slice(0, 200), code: problem.code, reason: problem.message }
      logger.warn(told, 'A response broke off')
      return void response.destroy()
    }
    const answer = answerOf(problem)
    const left = request.complete ? 0 : (contentLength({ request }) ?? Number.POSITIVE_INFINITY)
    if (left <= DRAIN_BYTES) {
      writeAnswer(response, answer, { head })
      request.resume()
      return
    }
    const headers = { ...answer.headers, connection: 'close' }
    writeAnswer(response, { ...answer, headers }, { head, hold: true })
    request.resume()
    const timer = clock.after(LINGER_MS, () => response.end())
    request.once('end', () => response.end())
    response.once('close', () => timer.cancel())
  }

  const options = {
    headersTimeout: HEADERS_MS,
    // Bodies have limits of their own: an upload may take hours.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    highWaterMark: 256 * 1024,
  }
  const server: Server = createServer(options, (request, response) => {
    void handle(request, response, false)
  })
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    void handle(request, response, true)
  })
  server.maxConnections = config.limits.connections
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new GatewayError(
          'CONFIG',
          `HTTP cannot be served at ${config.host}:${config.port} (${error.code ?? error.message}). Is another program there? Name another port with --port.`,
          {},
          error,
        ),
      ),
    )
    server.listen(config.port, config.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    get active() {
      return active
    },
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = clock.after(graceMs, () => server.closeAllConnections())
      await closed
      timer.cancel()
    },
  }
}
