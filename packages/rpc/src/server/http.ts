import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RpcError, rateLimited, requestTooBig } from '../errors.ts'
import type { Verdict } from './access.ts'
import type { RpcLimits } from './limits.ts'
import { errorText, type Protocol } from './protocol.ts'
import type { Visitor } from './visitor.ts'

export interface Health {
  readonly peers: number
  readonly isSyncing: boolean
  readonly shouldHavePeers: boolean
}

export interface HttpOptions {
  readonly protocol: Protocol
  readonly limits: RpcLimits
  readonly access: (request: IncomingMessage) => Verdict
  health(): Health
}

const JSON_TYPE = 'application/json; charset=utf-8'

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
const endText = (response: ServerResponse, status: number, body: string): void =>
  end(response, status, 'text/plain; charset=utf-8', `${body}\n`)
const endError = (response: ServerResponse, status: number, error: RpcError): void =>
  end(response, status, JSON_TYPE, errorText(error))

/** The body as text; `undefined` when it is larger than `max` bytes or the client went away. */
function readBody(request: IncomingMessage, max: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= max) chunks.push(chunk)
      else resolve(undefined)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('close', () => resolve(undefined))
  })
}

/** Answers one http request. */
export async function serveRequest(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { bucket, arm, disarm }: Visitor,
): Promise<void> {
  const { protocol, limits, access } = options
  const { method, url = '/' } = request
  if (method === 'GET' && /^\/health(?:\/readiness)?$/.test(url)) {
    const health = options.health()
    const isReady = !health.isSyncing && (health.peers > 0 || !health.shouldHavePeers)
    const status = url === '/health' || isReady ? 200 : 503
    return end(response, status, JSON_TYPE, JSON.stringify(health))
  }
  const verdict = access(request)
  // What is left of a refused request is not read.
  if (!verdict.allowed || method !== 'POST') response.setHeader('connection', 'close')
  if (!verdict.allowed) return endText(response, 403, verdict.reason)
  response.setHeader('vary', 'origin')
  if (verdict.origin !== undefined)
    response.setHeader('access-control-allow-origin', verdict.origin)
  if (method === 'OPTIONS') {
    response.writeHead(204, {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    })
    response.end()
    return
  }
  if (method !== 'POST')
    return endText(
      response,
      405,
      'JSON-RPC needs POST, or a WebSocket. GET /health tells how the node is.',
    )
  // Browsers send this type only after asking (the OPTIONS above), so that no page can call unseen.
  if (!/^application\/json(?:\s*;|$)/i.test(request.headers['content-type'] ?? '')) {
    response.setHeader('connection', 'close')
    return endText(response, 415, 'The content type must be application/json.')
  }
  const body = await readBody(request, limits.requestBytes)
  if (body === undefined) {
    response.setHeader('connection', 'close')
    return endError(response, 413, requestTooBig(limits.requestBytes))
  }
  if (bucket.delay() > 0) return endError(response, 429, rateLimited())
  // Our own time does not count.
  disarm()
  const reply = await protocol.answer(body, {
    trusted: verdict.trusted,
    connection: undefined,
    spend: bucket.spend,
  })
  arm()
  if (reply.text === undefined) {
    response.writeHead(204)
    response.end()
  } else end(response, 200, JSON_TYPE, reply.text)
  reply.sent()
}
